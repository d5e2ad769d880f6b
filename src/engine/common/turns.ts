// Fairness between those who ask much at once and everybody else: what comes in is dealt with in order, and only so much
// of it in one turn of the event loop, so that timers and other connections never wait long.

/** How long the work of one turn may take. */
const SLICE_MS = 10;

/** Long work of one caller, which asks in between: resolves at once, or in a later turn once it has had enough of this one. */
export function inSlices(): () => Promise<void> | undefined {
  let beganMs = performance.now();
  return () => {
    if (performance.now() - beganMs < SLICE_MS) return undefined;
    return new Promise((resolve) =>
      setImmediate(() => {
        beganMs = performance.now();
        resolve();
      }),
    );
  };
}

/** Work waits here, first come first served, once a turn has had enough of it. */
export class Turns {
  /** When the work of this turn began; undefined before the first. */
  #beganMs: number | undefined;
  #waiting: (() => void)[] = [];

  /** Work is waiting: what comes now would not be dealt with in this turn. */
  get busy(): boolean {
    return this.#waiting.length > 0;
  }

  /** Does the work at once while there is time left in this turn, else in a later one. It must not throw. */
  run(work: () => void): void {
    if (this.#waiting.length > 0) this.#waiting.push(work);
    else if (this.#beganMs === undefined) {
      this.#beganMs = performance.now();
      setImmediate(() => void this.#next());
      work();
    } else if (performance.now() - this.#beganMs < SLICE_MS) work();
    else this.#waiting.push(work);
  }

  /** Resolves when it is the caller's turn. */
  taken(): Promise<void> {
    return new Promise((resolve) => this.run(resolve));
  }

  async #next(): Promise<void> {
    const waiting = this.#waiting;
    if (waiting.length === 0) {
      this.#beganMs = undefined;
      return;
    }
    const beganMs = performance.now();
    let done = 0;
    for (const work of waiting) {
      work();
      done++;
      // What goes on after promises that the work has settled is part of it, however many there are of them.
      await settled();
      if (performance.now() - beganMs >= SLICE_MS) break;
    }
    // Whatever came meanwhile stands behind the rest.
    this.#waiting = waiting.slice(done);
    this.#beganMs = beganMs;
    setImmediate(() => void this.#next());
  }
}

/** Resolves when no promise has anything to go on with; what is to come next tick comes after them all, if asked among them. */
async function settled(): Promise<void> {
  await Promise.resolve();
  await new Promise<void>((resolve) => process.nextTick(resolve));
}

/** The event loop is the whole program's, and so is this. */
export const turns = new Turns();
