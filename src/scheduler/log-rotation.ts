// A log that several processes append to and others follow: when it has grown too long, it is copied and emptied in place,
// so that whoever writes to it goes on in the same file.
import { copyFileSync, renameSync, rmSync, statSync, truncateSync } from "node:fs";
import type { DestinationStream } from "pino";

export interface LogLimits {
  limitBytes: number;
  /** How many former ones are kept: LOG.1 is the newest. */
  copies: number;
}

export const LOG_LIMITS: LogLimits = { limitBytes: 10 * 1024 * 1024, copies: 3 };

/** The log and its copies. */
export function logFiles(file: string, { copies }: LogLimits = LOG_LIMITS): string[] {
  return [file, ...Array.from({ length: copies }, (_, index) => `${file}.${index + 1}`)];
}

/** The same destination, which writes to that file; before a line would make it longer than allowed, it is emptied. */
export function limited(
  destination: DestinationStream,
  file: string,
  limits: LogLimits = LOG_LIMITS,
): DestinationStream {
  return {
    write(line) {
      const { size } = statSync(file, { throwIfNoEntry: false }) ?? { size: 0 };
      if (size > 0 && size + Buffer.byteLength(line) > limits.limitBytes) rotate(file, limits);
      destination.write(line);
    },
  };
}

function rotate(file: string, limits: LogLimits): void {
  const [, ...copies] = logFiles(file, limits);
  const [newest] = copies;
  try {
    shift(copies);
    if (newest !== undefined) copyFileSync(file, newest);
  } catch {
    // A disk without room for copies has none for a log that grows, either.
    for (const copy of copies) rmSync(copy, { force: true });
  }
  truncateSync(file);
}

/** Each copy takes the place of the one that is older than it. */
function shift(copies: readonly string[]): void {
  for (let at = copies.length - 1; at > 0; at--) {
    const [newer = "", older = ""] = [copies[at - 1], copies[at]];
    if (statSync(newer, { throwIfNoEntry: false }) !== undefined) renameSync(newer, older);
  }
}
