// One simulation: a cluster, apps, users who change their minds, and everything that may go wrong, all out of one seed;
// then calm, in which all must come to what was wanted. Gives back what did not hold.
import type { Offer } from "../../src/mesos/types.ts";
import type { Command } from "../../src/scheduler/core/inputs.ts";
import { whyView } from "../../src/scheduler/core/why.ts";
import { doesFor } from "./apps.ts";
import { maintainInCalm } from "./calm-maintenance.ts";
import { Cluster } from "./cluster.ts";
import { Faults } from "./faults.ts";
import { Judge } from "./judge.ts";
import { LoneScheduler } from "./scheduler/lone-scheduler.ts";
import type { Schedulers } from "./scheduler/schedulers.ts";
import { SharedSchedulers } from "./scheduler/shared-schedulers.ts";
import { Users } from "./users.ts";
import { Wanted } from "./wanted.ts";
import { World } from "./world.ts";

export interface Outcome {
  seed: number;
  /** What did not hold; empty if all did. */
  violations: string[];
  trace: string[];
}

const CHAOS_MS = 10 * 60_000;
const CALM_MS = 60 * 60_000;

/** Within it everything that should not run has been found and ended. */
const FOUND_MS = 7 * 60_000;

/** From then on nothing of the storm is under way any more. */
const SETTLED_MS = 5 * 60_000;

export interface Play {
  traced?: boolean;
  /** Without constraints that name agents and without maintenance: what was played before there was any of it. */
  plain?: boolean;
  /** With several schedulers over ZooKeeper, of which one leads; without maintenance. */
  shared?: boolean;
}

export async function simulate(seed: number, play: Play = {}): Promise<Outcome> {
  const simulation = new Simulation(seed, play);
  return { seed, violations: await simulation.run(), trace: simulation.world.trace };
}

class Simulation {
  readonly world: World;
  readonly #maintained: boolean;
  readonly #cluster: Cluster;
  readonly #judge: Judge;
  readonly #scheduler: Schedulers;
  readonly #wanted: Wanted;
  readonly #users: Users;
  readonly #faults: Faults;
  #calmSinceMs = Infinity;

  constructor(seed: number, { traced = false, plain = false, shared = false }: Play) {
    const world = new World(seed, traced);
    this.world = world;
    this.#maintained = !plain && !shared;
    const state = () => this.#scheduler.host?.state;
    this.#judge = new Judge(world, (instance) => state()?.apps.get(instance.replace(/\.\d+$/, ""))?.spec);
    this.#cluster = new Cluster(world, {
      truth: this.#judge,
      plain,
      isUsed: (agentId) => this.#scheduler.uses(agentId),
    });
    this.#wanted = new Wanted(this.#cluster, state);
    this.#scheduler = new (shared ? SharedSchedulers : LoneScheduler)(this.#cluster, {
      told: (status) => this.#judge.told(status),
      offered: (offers) => this.#judgeOffers(offers),
      called: (call) => this.#judge.called(call),
      died: () => this.#judge.schedulerDied(),
      started: (begun) => this.#wanted.started(begun),
    });
    this.#users = new Users(world, {
      agents: this.#cluster.agents,
      placed: !plain,
      seen: this.#wanted.seen,
      command: (command) => this.#command(command),
    });
    this.#faults = new Faults(this.#cluster, { scheduler: this.#scheduler, maintained: this.#maintained });
  }

  async run(): Promise<string[]> {
    const { world } = this;
    this.#cluster.start();
    this.#scheduler.start();
    await world.run(Infinity, () => this.#scheduler.host !== undefined);
    this.#users.begin();
    this.#faults.begin();
    await world.run(CHAOS_MS);
    this.#calmDown();
    const settled = await world.run(
      CHAOS_MS + CALM_MS,
      () => world.nowMs > this.#judge.quietSinceMs + 60_000 && this.#wanted.differences().length === 0,
    );
    // Quiet for long enough that everything that is repeated has been repeated.
    await world.run(world.nowMs + 15 * 60_000);
    const moved = settled && this.#maintained ? await maintainInCalm(this.#cluster, this.#wanted) : [];
    const { host } = this.#scheduler;
    for (const app of this.#wanted.apps.keys())
      world.log(() => `why ${app}: ${JSON.stringify(host && whyView(host.state, app, world.nowMs))}`);
    const wanting = settled ? moved : ["it did not come to what was wanted"];
    const leftovers = [...this.#wanted.leftovers(), ...this.#scheduler.leftovers()];
    return [
      ...this.#judge.violations,
      ...this.#wanted.violations,
      ...wanting,
      ...this.#wanted.differences(),
      ...leftovers,
    ];
  }

  #command(command: Command): void {
    const { host } = this.#scheduler;
    if (host?.alive !== true) return;
    this.world.log(() => `user: ${JSON.stringify(command).slice(0, 120)}`);
    try {
      const taken = this.#wanted.asked(command);
      host.command(command);
      host.whenStored(taken(host.state));
      if (command.name === "remove" || command.name === "scale") this.#judge.release(command.app);
      if (command.name === "run") this.#judge.release(command.spec.name);
    } catch (error) {
      this.world.log(() => `refused: ${String(error)}`);
    }
  }

  #calmDown(): void {
    this.world.log(() => "calm");
    this.#calmSinceMs = this.world.nowMs;
    this.#users.end();
    this.#faults.end();
    this.#cluster.calmDown();
    this.#scheduler.calmDown();
    this.world.after(FOUND_MS, () => {
      for (const id of this.#wanted.twice()) this.#judge.violations.push(`${id} still runs twice`);
    });
  }

  /** No agent is offered that no app could use, once the master has been told what they want. */
  #judgeOffers(offers: readonly Offer[]): void {
    if (this.world.nowMs < this.#calmSinceMs + SETTLED_MS || this.#cluster.leader?.knowsConstraints !== true) return;
    const specs = [...this.#wanted.apps.values()];
    for (const { hostname: name, attributes } of offers) {
      const rack = attributes?.[0]?.text?.value ?? "";
      if (!specs.some((spec) => doesFor(spec, { name, rack })))
        this.#judge.violations.push(`${name} is offered, and no app can use it`);
    }
  }
}
