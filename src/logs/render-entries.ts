// Entries for people: the name of the log before every line, in a colour of its own on a terminal.
import pc from "picocolors";
import type { Entry } from "./entries.ts";

export interface EntryRenderer {
  render(entry: Entry): string;
}

const HUES = ["cyan", "magenta", "blue", "green", "yellow", "cyanBright", "magentaBright", "blueBright"] as const;

/** `names` are those that are known beforehand: they decide the width of the column; later ones may widen it. */
export function entryRenderer(names: readonly string[], { colour }: { colour: boolean }): EntryRenderer {
  const colours = pc.createColors(colour);
  const known = [...names];
  let width = 0;
  const note = (name: string): void => {
    if (!known.includes(name)) known.push(name);
    width = Math.max(width, ...known.map(({ length }) => length));
  };
  return {
    render({ source, level, lines }) {
      note(source);
      const hue = HUES[known.indexOf(source) % HUES.length] ?? "cyan";
      const label = colours[hue](`${source.padEnd(width)} │`);
      const paint = level === "E" || level === "F" ? colours.red : level === "W" ? colours.yellow : String;
      return lines.map((line) => `${label} ${paint(line)}`).join("\n");
    },
  };
}
