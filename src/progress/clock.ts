// Time as a parameter of steps and renderers, so that tests run on a clock of their own.

export interface Clock {
  /** Milliseconds, monotonic, from an origin of its own. */
  nowMs(): number;
  after(delayMs: number, action: () => void): { cancel(): void };
}

/** The process's own timers; a renderer's must not keep it alive, a step's may. */
export const systemClock: Clock = {
  nowMs: () => performance.now(),
  after(delayMs, action) {
    const timer = setTimeout(action, delayMs);
    return { cancel: () => clearTimeout(timer) };
  },
};
