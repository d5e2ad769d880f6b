// A clock that only moves when a test says so.
import type { Clock, Timer } from "../../../src/engine/common/clock.ts";

interface Waiting {
  atMs: number;
  action: () => void;
  everyMs: number | undefined;
}

export class FakeClock implements Clock {
  #nowMs = 1_000_000;
  readonly #waiting = new Set<Waiting>();

  nowMs(): number {
    return this.#nowMs;
  }

  after(delayMs: number, action: () => void): Timer {
    return this.#add({ atMs: this.#nowMs + delayMs, action, everyMs: undefined });
  }

  every(intervalMs: number, action: () => void): Timer {
    return this.#add({ atMs: this.#nowMs + intervalMs, action, everyMs: intervalMs });
  }

  /** At once: what comes "soon" needs no time to pass. */
  soon(action: () => void): Timer {
    queueMicrotask(action);
    return { cancel: () => {} };
  }

  /** Moves on, doing what falls due on the way in its order, and lets promises settle after each. */
  async advance(ms: number): Promise<void> {
    const endMs = this.#nowMs + ms;
    for (;;) {
      const due = [...this.#waiting].filter(({ atMs }) => atMs <= endMs).sort((a, b) => a.atMs - b.atMs)[0];
      if (!due) break;
      this.#nowMs = due.atMs;
      if (due.everyMs === undefined) this.#waiting.delete(due);
      else due.atMs += due.everyMs;
      due.action();
      await settle();
    }
    this.#nowMs = endMs;
    await settle();
  }

  #add(waiting: Waiting): Timer {
    this.#waiting.add(waiting);
    return { cancel: () => this.#waiting.delete(waiting) };
  }
}

/** Lets everything that only waits for promises go on. */
export async function settle(): Promise<void> {
  for (let turn = 0; turn < 5; turn++) await new Promise((resolve) => setImmediate(resolve));
}
