// What a run of the suite prints.
import Table from "cli-table3";
import { createColors } from "picocolors";
import type { Outcome } from "./play.ts";

const FRAME_CHARACTERS = 64;
const NARROWEST_DIFFERENCE = 40;

export interface ReportOptions {
  colour: boolean;
  /** Of the terminal. */
  columns: number;
}

/** One line for a scenario that is over. */
export function progressLine({ scenario, durationMs, difference }: Outcome, { colour }: ReportOptions): string {
  const { green, red, dim } = createColors(colour);
  const verdict = difference === undefined ? green("equal    ") : red("differing");
  return `${verdict} ${scenario.name} ${dim(`${(durationMs / 1000).toFixed(1)} s`)}`;
}

/** The differences of a scenario, line by line. */
export function differenceText({ scenario, difference = "", lines }: Outcome, { colour }: ReportOptions): string {
  const { bold, red, green, dim } = createColors(colour);
  const paint = (line: string) => (line.startsWith("-") ? red(line) : line.startsWith("+") ? green(line) : dim(line));
  return [
    `${bold(scenario.name)}: ${scenario.behaviour}`,
    difference,
    dim("- recorded, + answered"),
    ...lines.map(paint),
    "",
  ].join("\n");
}

/** Every scenario, equal or differing, and where it first differs; then the sums. */
export function outcomeTable(outcomes: Outcome[], { colour, columns }: ReportOptions): string {
  const { green, red } = createColors(colour);
  const table = new Table({
    head: ["scenario", "verdict", "first difference"],
    colWidths: [null, null, Math.max(NARROWEST_DIFFERENCE, columns - FRAME_CHARACTERS)],
    wordWrap: true,
    wrapOnWordBoundary: false,
    style: { head: [], border: [], compact: true },
  });
  for (const { scenario, difference } of outcomes) {
    table.push([scenario.name, difference === undefined ? green("equal") : red("differing"), difference ?? ""]);
  }
  const differing = outcomes.filter(({ difference }) => difference !== undefined).length;
  return `${table.toString()}\n${outcomes.length - differing} equal, ${differing} differing`;
}
