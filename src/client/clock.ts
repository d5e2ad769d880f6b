// Time as a parameter, so that waiting can be tested without waiting.

export interface Clock {
  /** Milliseconds, monotonic, from an origin of its own. */
  nowMs(): number;
  /** Rejects with the signal's reason as soon as that is aborted. */
  sleep(durationMs: number, signal?: AbortSignal): Promise<void>;
}

export const systemClock: Clock = {
  nowMs: () => performance.now(),
  sleep(durationMs, signal) {
    return new Promise((resolve, reject) => {
      signal?.throwIfAborted();
      const wake = () => {
        signal?.removeEventListener("abort", abort);
        resolve();
      };
      const abort = () => {
        clearTimeout(timer);
        reject(signal?.reason as Error);
      };
      const timer = setTimeout(wake, durationMs);
      signal?.addEventListener("abort", abort, { once: true });
    });
  },
};

/**
 * What `work` gives, unless that takes longer than `limitMs`: then its signal is aborted and `late()` is thrown, without
 * waiting for the work to notice.
 */
export async function withTimeLimit<T>(
  work: (signal: AbortSignal) => Promise<T>,
  options: { clock: Clock; limitMs: number; signal?: AbortSignal | undefined; late: () => Error },
): Promise<T> {
  const ended = new AbortController();
  const signals = options.signal === undefined ? [ended.signal] : [ended.signal, options.signal];
  const signal = AbortSignal.any(signals);
  const limit = options.clock.sleep(options.limitMs, signal).then(() => {
    throw options.late();
  });
  try {
    return await Promise.race([work(signal), limit]);
  } finally {
    limit.catch(() => undefined);
    ended.abort();
  }
}
