// The disk that a simulated scheduler writes to: at times slow, and with a kill -9 before, within or after a write.
import type { Changes } from "../../../src/scheduler/core/inputs.ts";
import type { World } from "../world.ts";
import type { SchedulerHost, Storage } from "./host.ts";

export interface DiskWeather {
  /** Milliseconds that a write takes at most; a slow one takes seconds. */
  writeMs: number;
  slowWrites: number;
  /** Probability of a kill -9 before, within or after a write. */
  diesAtWrite: number;
}

export class SimulatedDisk implements Storage {
  readonly #world: World;
  readonly #weather: DiskWeather;
  #text: string | undefined;

  constructor(world: World, weather: DiskWeather) {
    this.#world = world;
    this.#weather = weather;
  }

  get stored(): Changes | undefined {
    return this.#text === undefined ? undefined : (JSON.parse(this.#text) as Changes);
  }

  write(changes: Changes, writer: SchedulerHost, done: () => void): void {
    // As JSON has it, and at once: what changes meanwhile belongs to the next write.
    const text = JSON.stringify(
      Object.fromEntries(Object.entries(changes).map(([key, value]) => [key, value ?? null])),
    );
    const world = this.#world;
    const { diesAtWrite, slowWrites, writeMs } = this.#weather;
    const dies = world.chance(diesAtWrite) ? world.pick(["before", "after", "told"] as const) : undefined;
    if (dies === "before") {
      writer.die();
      return;
    }
    const takesMs = world.chance(slowWrites) ? world.between(500, 20_000) : world.between(0, writeMs);
    world.after(takesMs, () => {
      if (!writer.alive) return;
      this.#keep(text);
      if (dies === "after") {
        writer.die();
        return;
      }
      done();
      if (dies === "told") writer.die();
    });
  }

  clear(): void {
    this.#text = undefined;
  }

  #keep(changes: string): void {
    const all = Object.entries({ ...this.stored, ...(JSON.parse(changes) as Changes) });
    this.#text = JSON.stringify(Object.fromEntries(all.filter(([, value]) => value !== null)));
  }
}
