// The simulated cluster: agents on their machines, the master that leads, an operator, and the weather between them.
import type { Truth } from "./agent.ts";
import { SimulatedAgent } from "./agent.ts";
import { SimulatedMaster } from "./master/master.ts";
import type { Registry } from "./master/state.ts";
import type { Weather } from "./network.ts";
import { Operator } from "./operator.ts";
import type { DiskWeather } from "./scheduler/disk.ts";
import type { World } from "./world.ts";

export class Cluster {
  readonly world: World;
  readonly weather: Weather & DiskWeather;
  readonly agents: readonly SimulatedAgent[];
  readonly operator: Operator;
  /** The master that leads. */
  leader: SimulatedMaster | undefined;
  readonly #plain: boolean;
  readonly #registry: Registry = {
    ...{ agents: new Set(), unreachable: new Map(), gone: new Set(), ids: 1 },
    maintenance: { windows: new Map(), down: new Set() },
  };

  constructor(
    world: World,
    { truth, plain, isUsed }: { truth: Truth; plain: boolean; isUsed: (agentId: string) => boolean },
  ) {
    this.world = world;
    this.#plain = plain;
    const { maintenance: schedule } = this.#registry;
    this.operator = new Operator(world, { schedule, leader: () => this.leader, isUsed });
    const harsh = world.random();
    this.weather = {
      minMs: 1,
      maxMs: world.between(2, 200),
      straggles: harsh * world.between(0, 0.05),
      loses: harsh * world.between(0, 0.1),
      writeMs: world.between(0, 20),
      slowWrites: harsh * world.between(0, 0.05),
      diesAtWrite: harsh * world.between(0, 0.03),
    };
    const habits = { fails: world.between(0, 0.2), failsAtStart: world.between(0, 0.1) };
    this.agents = Array.from({ length: world.whole(2, 6) }, (_, i) => {
      const resources = { cpus: world.whole(2, 4), mem: 4096, firstPort: 9000, lastPort: 9000 + world.whole(30, 60) };
      const about = { name: `agent-${i + 1}`, rack: `r${1 + (i % 3)}`, resources, habits };
      return new SimulatedAgent(world, truth, about);
    });
  }

  start(): void {
    this.#elect();
    for (const agent of this.agents) this.startAgent(agent);
  }

  startAgent(agent: SimulatedAgent): void {
    agent.start(() => this.leader);
  }

  /** Another master leads after a while. */
  failOver(): void {
    if (this.leader === undefined) return;
    this.world.log(() => "the leading master is killed");
    this.leader.die();
    this.leader = undefined;
    this.world.after(this.world.between(1000, 20_000), () => this.#elect());
  }

  /** Nothing goes wrong any more, and what has gone wrong is mended. */
  calmDown(): void {
    this.operator.goHome(this.agents);
    Object.assign(this.weather, { straggles: 0, loses: 0, slowWrites: 0, diesAtWrite: 0, maxMs: 20 });
    for (const agent of this.agents) {
      agent.habits = { fails: 0, failsAtStart: 0 };
      if (agent.partitioned) agent.heal();
      if (!agent.running) this.startAgent(agent);
    }
  }

  #elect(): void {
    // Masters of several versions, as while a cluster is updated.
    const version = this.#plain ? {} : { version: this.world.chance(0.7) ? "1.12.0" : "1.9.0" };
    this.leader = new SimulatedMaster(this.world, this.#registry, { weather: this.weather, ...version });
    this.world.log(() => "a master leads");
  }
}
