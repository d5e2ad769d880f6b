// Users of a simulated cluster: they run apps, and change their minds.
import type { AppSpec } from "../../src/scheduler/app-spec.ts";
import type { Command } from "../../src/scheduler/core/inputs.ts";
import type { SimulatedAgent } from "./agent.ts";
import { possibleOn, randomApp } from "./apps.ts";
import type { World } from "./world.ts";

export interface UsersParts {
  agents: readonly SimulatedAgent[];
  /** Whether their apps also have constraints that name agents. */
  placed: boolean;
  /** What they see of it, by the names of apps. */
  seen: ReadonlyMap<string, AppSpec>;
  command: (command: Command) => void;
}

export class Users {
  readonly #world: World;
  readonly #parts: UsersParts;
  #over = false;

  constructor(world: World, parts: UsersParts) {
    this.#world = world;
    this.#parts = parts;
  }

  /** With a few apps, and whims from then on. */
  begin(): void {
    const world = this.#world;
    for (let n = world.whole(1, 3); n > 0; n--) this.#parts.command({ name: "run", spec: this.#newApp(`app${n}`) });
    const act = () => {
      if (this.#over) return;
      this.#parts.command(this.#whim());
      world.after(world.between(5000, 120_000), act);
    };
    world.after(world.between(10_000, 60_000), act);
  }

  /** They want nothing else. */
  end(): void {
    this.#over = true;
  }

  #newApp(name: string): AppSpec {
    const { agents, placed } = this.#parts;
    return randomApp(this.#world, name, { agents, placed });
  }

  #whim(): Command {
    const world = this.#world;
    const app = world.pick([...this.#parts.seen.values()]);
    if (app === undefined || world.chance(0.1)) return { name: "run", spec: this.#newApp(`app${world.whole(1, 4)}`) };
    const roll = world.random();
    const most = possibleOn(this.#parts.agents, { ...app, instances: 6 });
    if (roll < 0.3) return { name: "scale", app: app.name, instances: world.whole(0, most) };
    if (roll < 0.5) return { name: "restart", app: app.name };
    if (roll < 0.7) return { name: "run", spec: { ...app, env: { V: String(world.whole(1, 1000)) } } };
    if (roll < 0.9) return { name: "kill", instance: `${app.name}.${world.whole(1, 3)}` };
    return { name: "remove", app: app.name };
  }
}
