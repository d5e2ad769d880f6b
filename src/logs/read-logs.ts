// Reads the logs of a cluster side by side, as far back as is asked for, into one by time.
import type { LogTail } from "../backends/log-source.ts";
import { EntryAssembler, isSelected, mergeByTime, type Entry, type Selection } from "./entries.ts";
import type { NamedLog } from "./named-log.ts";

export interface ReadOptions extends Selection {
  /** So many entries at the end, of all together. */
  last?: number | undefined;
  signal: AbortSignal;
  nowMs: () => number;
}

export interface ReadLogs {
  entries: Entry[];
  /** Where each log is to be followed from, by its name. */
  positions: Map<string, string>;
  /** Logs that could not be had, and why. */
  missing: { name: string; why: string }[];
}

const FIRST_BYTES = 64 * 1024;

/** More of one log than this is nothing to print. */
const MOST_BYTES = 1024 * 1024 * 1024;

/** @throws the signal's reason; what cannot be read is told */
export async function readLogs(logs: readonly NamedLog[], options: ReadOptions): Promise<ReadLogs> {
  const read: ReadLogs = { entries: [], positions: new Map(), missing: [] };
  const each = logs.map(async ({ name, log }): Promise<Entry[]> => {
    try {
      for (let bytes = FIRST_BYTES; ; bytes *= 4) {
        const tail = await log.tail(bytes, options.signal);
        const { entries, whole } = entriesOf(name, tail, options.nowMs);
        const selected = entries.filter((entry) => isSelected(entry, options));
        if (whole || bytes >= MOST_BYTES || isEnough(entries, selected.length, options)) {
          read.positions.set(name, tail.position);
          return selected;
        }
      }
    } catch (error) {
      options.signal.throwIfAborted();
      read.missing.push({ name, why: error instanceof Error ? error.message : String(error) });
      return [];
    }
  });
  const merged = mergeByTime(await Promise.all(each));
  read.entries = options.last === undefined ? merged : merged.slice(-options.last);
  return read;
}

function entriesOf(name: string, { lines, rest, whole }: LogTail, nowMs: () => number) {
  const assembler = new EntryAssembler(name, nowMs);
  const entries = [...assembler.push(rest === undefined ? lines : [...lines, rest]), ...assembler.flush()];
  return { entries, whole };
}

function isEnough(entries: readonly Entry[], selected: number, { sinceMs, last }: ReadOptions): boolean {
  if (sinceMs !== undefined && entries[0] !== undefined && entries[0].atMs < sinceMs) return true;
  return last !== undefined && selected >= last;
}
