// Waiting for a condition, by looking again and again: never longer than a deadline that only something broken reaches.
import { setTimeout } from "node:timers/promises";

const deadlineMs = 120_000;
const pollMs = 10;

/** Resolves with the first value that is neither undefined nor false; throws, naming `what`, when that takes too long. */
export async function until<T>(
  what: string,
  look: () => T | undefined | false | Promise<T | undefined | false>,
): Promise<T> {
  const end = performance.now() + deadlineMs;
  for (;;) {
    const value = await look();
    if (value !== undefined && value !== false) return value;
    if (performance.now() > end) throw new Error(`Waited in vain: ${what}`);
    await setTimeout(pollMs);
  }
}
