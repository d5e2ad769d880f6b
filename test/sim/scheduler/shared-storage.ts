// What a simulated scheduler keeps in ZooKeeper, by the production writer and store: with a kill -9 before or after a write.
import type { Clock } from "../../../src/client/clock.ts";
import type { Changes } from "../../../src/scheduler/core/inputs.ts";
import { PersistentWriter } from "../../../src/scheduler/live/persistent-writer.ts";
import type { FrameworkStore } from "../../../src/scheduler/store/framework-store.ts";
import type { World } from "../world.ts";
import type { SchedulerHost, Storage } from "./host.ts";

export interface SharedStorageParts {
  store: FrameworkStore;
  stored: Changes | undefined;
  clock: Clock;
  /** Probability of a kill -9 before or after a write. */
  diesAtWrite: () => number;
  /** Hears what cannot be written any more. */
  onFailure: (error: unknown) => void;
}

export class SharedStorage implements Storage {
  readonly stored: Changes | undefined;
  readonly #world: World;
  readonly #parts: SharedStorageParts;
  readonly #writer: PersistentWriter;

  constructor(world: World, parts: SharedStorageParts) {
    this.#world = world;
    this.#parts = parts;
    this.stored = parts.stored;
    this.#writer = new PersistentWriter({
      store: parts.store,
      hasStored: true,
      clock: parts.clock,
      closing: new AbortController().signal,
      onTrouble: (message) => world.log(() => `store: ${message}`),
    });
  }

  write(changes: Changes, writer: SchedulerHost, done: () => void): void {
    const world = this.#world;
    const dies = world.chance(this.#parts.diesAtWrite())
      ? world.pick(["before", "within", "told"] as const)
      : undefined;
    if (dies === "before") {
      writer.die();
      return;
    }
    if (dies === "within") world.after(world.between(0, 300), () => writer.die());
    void this.#writer.write(changes).then(
      () => {
        if (writer.alive) done();
        if (dies === "told") writer.die();
      },
      (error: unknown) => writer.alive && this.#parts.onFailure(error),
    );
  }

  clear(): void {
    throw new Error("No framework is ended in a simulation of several schedulers.");
  }
}
