// One timer that is set anew whenever the moment moves at which it is to ring.
import type { Clock } from "../../client/clock.ts";

export class WakeTimer {
  readonly #clock: Clock;
  readonly #wake: () => void;
  #set: { atMs: number; off: AbortController } | undefined;
  #closed = false;

  constructor(clock: Clock, wake: () => void) {
    this.#clock = clock;
    this.#wake = wake;
  }

  /** Rings once at that time of the clock, and no more at any that was set before; never at Infinity. */
  setAt(atMs: number): void {
    if (this.#set?.atMs === atMs || this.#closed) return;
    this.#set?.off.abort();
    this.#set = undefined;
    if (atMs === Infinity) return;
    const off = new AbortController();
    this.#set = { atMs, off };
    const ring = () => {
      if (off.signal.aborted) return;
      this.#set = undefined;
      this.#wake();
    };
    this.#clock.sleep(Math.max(0, atMs - this.#clock.nowMs()), off.signal).then(ring, () => undefined);
  }

  /** Rings no more. */
  close(): void {
    this.#closed = true;
    this.#set?.off.abort();
  }
}
