// Looking again and again: fast at first, since what is waited for is mostly a matter of a moment, then with more patience.
import type { Clock } from "./clock.ts";

const FIRST_PAUSE_MS = 10;
const GROWTH = 1.2;
export const LONGEST_PAUSE_MS = 250;

/** The first thing that `look` finds. @throws what `look` throws, the signal's reason */
export async function poll<T>(
  look: () => Promise<T | undefined>,
  { clock, signal }: { clock: Clock; signal: AbortSignal },
): Promise<T> {
  for (let pauseMs = FIRST_PAUSE_MS; ; pauseMs = Math.min(LONGEST_PAUSE_MS, pauseMs * GROWTH)) {
    const found = await look();
    if (found !== undefined) return found;
    await clock.sleep(pauseMs, signal);
  }
}
