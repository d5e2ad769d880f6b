// Time and chance of a simulation: a clock that jumps from event to event, and random numbers out of a seed. The same seed
// gives the same run, down to the last event.
import { setImmediate } from "node:timers/promises";

interface Planned {
  atMs: number;
  /** Breaks ties, in the order of planning. */
  nth: number;
  happen: () => void;
}

export class World {
  nowMs = 0;
  readonly trace: string[] = [];
  #random: () => number;
  #heap: Planned[] = [];
  #planned = 0;
  #stirred = false;
  readonly #traced: boolean;

  constructor(seed: number, traced = false) {
    this.#traced = traced;
    this.#random = mulberry32(seed);
  }

  random = (): number => this.#random();

  /** Whether something of that probability happens. */
  chance(probability: number): boolean {
    return this.#random() < probability;
  }

  between(min: number, max: number): number {
    return min + this.#random() * (max - min);
  }

  whole(min: number, max: number): number {
    return Math.floor(this.between(min, max + 1));
  }

  pick<T>(items: readonly T[]): T | undefined {
    return items[Math.floor(this.#random() * items.length)];
  }

  after(delayMs: number, happen: () => void): void {
    this.#push({ atMs: this.nowMs + Math.max(0, delayMs), nth: this.#planned++, happen });
  }

  /** For whoever looks at one seed: what happens, said only where it is read. */
  log(text: () => string): void {
    if (this.#traced) this.trace.push(`${(this.nowMs / 1000).toFixed(3).padStart(9)} ${text()}`);
  }

  /** A promise was kept or broken: whoever waits for it goes on before anything else happens. */
  stir(): void {
    this.#stirred = true;
  }

  /** Lets everything happen until then, or until `done` says so. Gives back whether it did. */
  async run(untilMs: number, done: () => boolean = () => false): Promise<boolean> {
    for (;;) {
      if (this.#stirred) {
        this.#stirred = false;
        await setImmediate();
        continue;
      }
      if (done()) return true;
      const next = this.#heap[0];
      if (next === undefined || next.atMs > untilMs) break;
      this.#pop();
      this.nowMs = next.atMs;
      next.happen();
    }
    this.nowMs = untilMs;
    return done();
  }

  #push(planned: Planned): void {
    const heap = this.#heap;
    let at = heap.push(planned) - 1;
    while (at > 0) {
      const parent = (at - 1) >> 1;
      if (!before(planned, heap[parent]!)) break;
      heap[at] = heap[parent]!;
      at = parent;
    }
    heap[at] = planned;
  }

  #pop(): void {
    const heap = this.#heap;
    const last = heap.pop()!;
    if (heap.length === 0) return;
    let at = 0;
    for (;;) {
      let child = 2 * at + 1;
      if (child >= heap.length) break;
      if (child + 1 < heap.length && before(heap[child + 1]!, heap[child]!)) child++;
      if (!before(heap[child]!, last)) break;
      heap[at] = heap[child]!;
      at = child;
    }
    heap[at] = last;
  }
}

function before(a: Planned, b: Planned): boolean {
  return a.atMs < b.atMs || (a.atMs === b.atMs && a.nth < b.nth);
}

function mulberry32(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = state;
    mixed = Math.imul(mixed ^ (mixed >>> 15), mixed | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
}
