// Messages under way: late, in order or out of it, or never.
import type { World } from "./world.ts";

export interface Weather {
  /** Milliseconds that a message takes at least and, but for stragglers, at most. */
  minMs: number;
  maxMs: number;
  /** Probability that a message takes seconds. */
  straggles: number;
  /** Probability that a call or its answer is lost. */
  loses: number;
}

export function delay(world: World, weather: Weather): number {
  if (world.chance(weather.straggles)) return world.between(1000, 15_000);
  return world.between(weather.minMs, weather.maxMs);
}

/** One direction of a connection: what is sent arrives in order. */
export class Pipe {
  readonly #world: World;
  readonly #weather: Weather;
  #lastMs = 0;

  constructor(world: World, weather: Weather) {
    this.#world = world;
    this.#weather = weather;
  }

  send(arrive: () => void): void {
    const { nowMs } = this.#world;
    this.#lastMs = Math.max(this.#lastMs, nowMs + delay(this.#world, this.#weather));
    this.#world.after(this.#lastMs - nowMs, arrive);
  }
}
