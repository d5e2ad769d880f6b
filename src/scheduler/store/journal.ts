// The text that a store keeps: JSON lines, of which the first has everything and each further one what changed.
import type { Changes } from "../core/inputs.ts";

/** A journal is written anew when it is longer than this and than four times what it holds. */
const COMPACT_BYTES = 256 * 1024;

/** What a journal holds, and how long it has become. */
export class Journal {
  /** Each key's value as text, so that nothing is held twice and nothing changes under way. */
  readonly #values = new Map<string, string>();
  #valueLength = 0;
  #bytes = 0;

  /**
   * Takes up what was written before, in place of what it held. What follows the last newline was cut short, and counts as never written.
   * @throws Error if the text is damaged
   */
  read(text: string): Changes {
    const lines = text.split("\n");
    lines.pop();
    if (lines.length === 0) throw new Error("it is damaged");
    this.clear();
    const stored: Changes = {};
    for (const line of lines) Object.assign(stored, parseLine(line));
    for (const [key, value] of Object.entries(stored)) {
      if (value === null) delete stored[key];
      else this.#remember(key, JSON.stringify(value));
    }
    return stored;
  }

  /** Takes up changes; gives their line. */
  change(changes: Changes): string {
    const texts = Object.entries(changes).map(([key, value]): [string, string | undefined] => [
      key,
      value === undefined ? undefined : JSON.stringify(value),
    ]);
    for (const [key, text] of texts) this.#remember(key, text);
    return lineOf(texts);
  }

  /** Everything in one line. */
  whole(): string {
    return lineOf([...this.#values]);
  }

  /** Whether it has become so long that it is to be written anew. */
  get isLong(): boolean {
    return this.#bytes > Math.max(COMPACT_BYTES, 4 * this.#valueLength);
  }

  /** That many bytes were added; or they are all that there is, if it was written anew. */
  written(bytes: number, how: "added" | "anew"): void {
    this.#bytes = how === "anew" ? bytes : this.#bytes + bytes;
  }

  clear(): void {
    this.#values.clear();
    this.#valueLength = 0;
    this.#bytes = 0;
  }

  #remember(key: string, value: string | undefined): void {
    this.#valueLength -= this.#values.get(key)?.length ?? 0;
    if (value === undefined) this.#values.delete(key);
    else {
      this.#values.set(key, value);
      this.#valueLength += value.length;
    }
  }
}

function lineOf(values: [string, string | undefined][]): string {
  return `{${values.map(([key, text]) => `${JSON.stringify(key)}:${text ?? "null"}`).join(",")}}\n`;
}

function parseLine(line: string): Changes {
  try {
    const changes = JSON.parse(line) as unknown;
    if (typeof changes === "object" && changes !== null && !("frameworkId" in changes)) return changes as Changes;
  } catch {
    // Said below.
  }
  throw new Error("it is damaged");
}
