// Time as a parameter: programs pass the system's, tests one of their own.

export interface Timer {
  cancel(): void;
}

export interface Clock {
  /** Milliseconds since the epoch, with fractions. */
  nowMs(): number;
  after(delayMs: number, action: () => void): Timer;
  /** First after one whole interval. */
  every(intervalMs: number, action: () => void): Timer;
  /** Once what is under way now has been done. */
  soon(action: () => void): Timer;
}

/** setTimeout takes no longer delay than this; later than in 24 days is never, for a process. */
const LONGEST_DELAY_MS = 2 ** 31 - 1;

/** Timers of this process. None of them keeps it alive. */
export const systemClock: Clock = {
  nowMs: () => performance.timeOrigin + performance.now(),
  after(delayMs, action) {
    const handle = setTimeout(action, Math.min(Math.max(0, delayMs), LONGEST_DELAY_MS)).unref();
    return { cancel: () => clearTimeout(handle) };
  },
  every(intervalMs, action) {
    const handle = setInterval(action, Math.min(intervalMs, LONGEST_DELAY_MS)).unref();
    return { cancel: () => clearInterval(handle) };
  },
  soon(action) {
    const handle = setImmediate(action);
    return { cancel: () => clearImmediate(handle) };
  },
};
