// Lines → entries: a line with a time, and those after it that have none of their own and go on with it. Pure.
import type { LogLine } from "../backends/log-source.ts";
import { LEVELS, parseLine, type Level } from "./parse-line.ts";

export interface Entry {
  /** Name of the log that it is of: "master-1", "web.1 stdout". */
  source: string;
  /** Milliseconds since 1970; of a line without a time that of the one before it, or when it was read. */
  atMs: number;
  level?: Level | undefined;
  /** As they were written. */
  lines: string[];
}

/** Puts the lines of one log together. Times within a log do not go back: its order is kept whatever it says. */
export class EntryAssembler {
  readonly #source: string;
  readonly #nowMs: () => number;
  #current: Entry | undefined;
  /** The lines so far have no time at all. */
  #timeless = true;
  #lastMs: number | undefined;

  constructor(source: string, nowMs: () => number) {
    this.#source = source;
    this.#nowMs = nowMs;
  }

  /** The entries that these lines show to be complete. */
  push(lines: readonly LogLine[]): Entry[] {
    const complete: Entry[] = [];
    for (const { text, atMs } of lines) {
      const head = parseLine(text, this.#nowMs());
      if (head === undefined && this.#current !== undefined) {
        this.#current.lines.push(text);
        continue;
      }
      // What stands before the first time was written just before it.
      if (this.#timeless && this.#current !== undefined) this.#lastMs = this.#current.atMs = atMs ?? head?.atMs ?? 0;
      complete.push(...this.flush());
      // What keeps the log knows the time better than a clock of which the zone is unknown.
      const written = atMs ?? head?.atMs;
      this.#timeless &&= written === undefined;
      this.#lastMs = Math.max(written ?? this.#lastMs ?? this.#nowMs(), this.#lastMs ?? -Infinity);
      this.#current = { source: this.#source, atMs: this.#lastMs, level: head?.level, lines: [text] };
    }
    return complete;
  }

  /** The entry that more lines might have followed. */
  flush(): Entry[] {
    const last = this.#current;
    this.#current = undefined;
    return last === undefined ? [] : [last];
  }
}

/** All entries by their time; those of one log stay in their order. */
export function mergeByTime(logs: readonly (readonly Entry[])[]): Entry[] {
  return logs.flat().toSorted((one, other) => one.atMs - other.atMs);
}

export interface Selection {
  /** Milliseconds since 1970. */
  sinceMs?: number | undefined;
  /** And all above it; entries that have no level are INFO's. */
  level?: Level | undefined;
}

export function isSelected(
  { atMs, level: own = "I" }: Entry,
  { sinceMs = -Infinity, level = "D" }: Selection,
): boolean {
  return atMs >= sinceMs && LEVELS.indexOf(own) >= LEVELS.indexOf(level);
}
