// A clock that stands still until it is told otherwise.
import type { Clock } from "../../src/client/clock.ts";

interface Sleeper {
  wakeAtMs: number;
  wake: () => void;
}

export class FakeClock implements Clock {
  /** Durations that were slept for, in the order of falling asleep. */
  readonly slept: number[] = [];
  #nowMs = 0;
  #sleepers: Sleeper[] = [];
  #watchers: (() => void)[] = [];

  nowMs(): number {
    return this.#nowMs;
  }

  sleep(durationMs: number, signal?: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      signal?.throwIfAborted();
      const sleeper: Sleeper = { wakeAtMs: this.#nowMs + durationMs, wake: resolve };
      this.#sleepers.push(sleeper);
      this.slept.push(durationMs);
      signal?.addEventListener("abort", () => {
        this.#sleepers = this.#sleepers.filter((other) => other !== sleeper);
        reject(signal.reason as Error);
      });
      this.#watchers.splice(0).forEach((watcher) => watcher());
    });
  }

  /** Lets time pass, and wakes whoever slept until then. */
  advance(durationMs: number): void {
    this.#nowMs += durationMs;
    const due = this.#sleepers.filter((sleeper) => sleeper.wakeAtMs <= this.#nowMs);
    this.#sleepers = this.#sleepers.filter((sleeper) => sleeper.wakeAtMs > this.#nowMs);
    due.forEach((sleeper) => sleeper.wake());
  }

  /** Waits (in real time, event by event) until somebody sleeps for that long. */
  async asleepFor(durationMs: number): Promise<void> {
    while (!this.#sleepers.some((sleeper) => sleeper.wakeAtMs - this.#nowMs === durationMs)) {
      await new Promise<void>((resolve) => this.#watchers.push(resolve));
    }
  }
}

/** A clock on which every sleep is over at once; for loops that poll. */
export const impatientClock: Clock = {
  nowMs: () => 0,
  sleep: async (_durationMs, signal) => {
    await new Promise((resolve) => setImmediate(resolve));
    signal?.throwIfAborted();
  },
};
