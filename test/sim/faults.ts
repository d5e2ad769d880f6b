// What goes wrong in a simulation, every so often: masters, agents, their machines and the network, and the scheduler.
import type { SimulatedAgent } from "./agent.ts";
import type { Cluster } from "./cluster.ts";
import type { World } from "./world.ts";

/** What may be done to the scheduler. */
export interface Victim {
  kill(): void;
  /** Its subscription. */
  cut(): void;
}

export class Faults {
  readonly #world: World;
  readonly #cluster: Cluster;
  readonly #scheduler: Victim;
  /** Whether machines are also taken down for maintenance. */
  readonly #maintained: boolean;
  #over = false;

  constructor(cluster: Cluster, { scheduler, maintained }: { scheduler: Victim; maintained: boolean }) {
    this.#world = cluster.world;
    this.#cluster = cluster;
    this.#scheduler = scheduler;
    this.#maintained = maintained;
  }

  begin(): void {
    const world = this.#world;
    const often = world.between(5000, 90_000);
    const next = () => {
      if (this.#over) return;
      this.#fault();
      world.after(world.between(0.2, 1.8) * often, next);
    };
    world.after(often, next);
  }

  /** Nothing else goes wrong. */
  end(): void {
    this.#over = true;
  }

  #fault(): void {
    const world = this.#world;
    const agent = world.pick(this.#cluster.agents);
    if (agent === undefined) return;
    if (this.#maintained && world.chance(0.15)) {
      this.#cluster.operator.maintain(agent);
      return;
    }
    const roll = world.random();
    if (roll < 0.15) this.#cluster.failOver();
    else if (roll < 0.3) this.#restartAgent(agent);
    else if (roll < 0.45) this.#partition(agent);
    else if (roll < 0.5) this.#loseMachine(agent);
    else if (roll < 0.7) this.#scheduler.kill();
    else if (roll < 0.85) this.#scheduler.cut();
    else if (roll < 0.95) this.#cluster.leader?.rescindSome();
    else this.#markGone(agent);
  }

  #restartAgent(agent: SimulatedAgent): void {
    if (!agent.running) return;
    const world = this.#world;
    world.log(() => `${agent.name} is killed`);
    agent.kill();
    const losesTasks = world.chance(0.2);
    if (losesTasks) agent.loseTasks();
    world.after(world.between(1000, world.chance(0.5) ? 10_000 : 150_000), () => {
      if (agent.running) return;
      world.log(() => `${agent.name} starts again`);
      this.#cluster.startAgent(agent);
    });
  }

  #partition(agent: SimulatedAgent): void {
    if (agent.partitioned) return;
    const world = this.#world;
    world.log(() => `${agent.name} is cut off`);
    agent.partitioned = true;
    world.after(world.between(1000, 180_000), () => {
      if (!agent.partitioned) return;
      world.log(() => `${agent.name} is reached again`);
      agent.heal();
    });
  }

  /** Another machine takes the place of the agent's; the old one's tasks are gone, its ID comes no more. */
  #loseMachine(agent: SimulatedAgent): void {
    if (!agent.running) return;
    const world = this.#world;
    world.log(() => `${agent.name} is lost with its disk`);
    const lost = agent.id ?? this.#cluster.leader?.idOf(agent);
    agent.kill();
    agent.replace();
    this.#startAfter(agent, world.between(1000, 60_000));
    // Where apps wait for their tasks for ever, an operator must say that the agent will not come back.
    world.after(120_000, () => lost !== undefined && this.#cluster.operator.sayGone(lost));
  }

  #markGone(agent: SimulatedAgent): void {
    const { id } = agent;
    if (id === undefined || !agent.reachable) return;
    this.#world.log(() => `${agent.name} is marked gone`);
    agent.kill();
    agent.replace();
    this.#cluster.operator.sayGone(id);
    this.#startAfter(agent, 10_000);
  }

  #startAfter(agent: SimulatedAgent, delayMs: number): void {
    this.#world.after(delayMs, () => {
      if (!agent.running) this.#cluster.startAgent(agent);
    });
  }
}
