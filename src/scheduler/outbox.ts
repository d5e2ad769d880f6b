// Effects of the core, done in their order: what is to be stored is stored before any call that follows it is sent. While
// one write is under way all that is to be stored meanwhile waits for the next, which takes it all at once.
import type { Changes, Effect } from "./core/inputs.ts";

export interface OutboxPorts {
  /** Stores all of the changes or none, and takes their values before it returns. Calls `done` when that is so. */
  write: (changes: Changes, done: () => void) => void;
  /** Everything else: is not waited for. */
  perform: (effect: Exclude<Effect, { type: "persist" }>) => void;
}

type Entry = Exclude<Effect, { type: "persist" }> | { type: "reached"; tell: () => void };

export class Outbox {
  readonly #ports: OutboxPorts;
  /** What may be done as soon as nothing is being written. */
  #ready: Entry[] = [];
  /** What must wait for the changes that are still to be written. */
  #behind: Entry[] = [];
  #changes: Changes | undefined;
  #writing = false;
  #pumping = false;

  constructor(ports: OutboxPorts) {
    this.#ports = ports;
  }

  push(effects: readonly Effect[]): void {
    for (const effect of effects) {
      if (effect.type === "persist") this.#changes = { ...this.#changes, ...effect.changes };
      else this.#append(effect);
    }
    this.#pump();
  }

  /** Calls `tell` once everything that was pushed until now is stored. */
  whenStored(tell: () => void): void {
    this.#append({ type: "reached", tell });
    this.#pump();
  }

  #append(entry: Entry): void {
    (this.#changes === undefined ? this.#ready : this.#behind).push(entry);
  }

  /** What is done may lead to more being pushed: that has its turn after it, and no second write begins meanwhile. */
  #pump(): void {
    if (this.#pumping) return;
    this.#pumping = true;
    try {
      while (!this.#writing) {
        const ready = this.#ready;
        this.#ready = [];
        for (const entry of ready) this.#do(entry);
        if (this.#ready.length > 0) continue;
        if (this.#changes === undefined) return;
        this.#write(this.#changes);
      }
    } finally {
      this.#pumping = false;
    }
  }

  #write(changes: Changes): void {
    this.#changes = undefined;
    this.#writing = true;
    this.#ready = this.#behind;
    this.#behind = [];
    this.#ports.write(changes, () => {
      this.#writing = false;
      this.#pump();
    });
  }

  #do(entry: Entry): void {
    if (entry.type === "reached") entry.tell();
    else this.#ports.perform(entry);
  }
}
