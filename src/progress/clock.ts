// Time as a parameter of steps and renderers, so that tests run on a clock of their own.

export interface Clock {
  /** Milliseconds, monotonic, from an origin of its own. */
  nowMs(): number;
  after(delayMs: number, action: () => void): { cancel(): void };
}

/** The process's own timers, which keep it alive: for steps. */
export const systemClock: Clock = {
  nowMs: () => performance.now(),
  after(delayMs, action) {
    const timer = setTimeout(action, delayMs);
    return { cancel: () => clearTimeout(timer) };
  },
};

/** Timers that do not keep the process alive: for renderers, which only watch. */
export const watchingClock: Clock = {
  nowMs: () => performance.now(),
  after(delayMs, action) {
    const timer = setTimeout(action, delayMs).unref();
    return { cancel: () => clearTimeout(timer) };
  },
};
