// How long to wait before the next attempt: doubling, capped, and spread at random so that many clients of one master do
// not all come back in the same moment.

export interface BackoffOptions {
  firstMs: number;
  maxMs: number;
}

/** Milliseconds to wait after attempt 0, 1, 2, …: between half of the doubled time and all of it. */
export function backoffMs(attempt: number, options: BackoffOptions, random: () => number): number {
  const full = Math.min(options.maxMs, options.firstMs * 2 ** Math.min(attempt, 30));
  return full / 2 + (random() * full) / 2;
}
