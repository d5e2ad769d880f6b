// One simulation: a cluster, apps, users who change their minds, and everything that may go wrong, all out of one seed;
// then calm, in which all must come to what was wanted. Gives back what did not hold.
import type { Offer, TaskStatus } from "../../src/mesos/types.ts";
import type { AppSpec } from "../../src/scheduler/app-spec.ts";
import type { Command } from "../../src/scheduler/core/inputs.ts";
import { whyView } from "../../src/scheduler/core/why.ts";
import { SimulatedAgent } from "./agent.ts";
import type { AgentTask } from "./agent.ts";
import { doesFor, possibleOn, randomApp } from "./apps.ts";
import { Judge } from "./judge.ts";
import { SimulatedMaster } from "./master.ts";
import type { Registry } from "./master.ts";
import { Operator } from "./operator.ts";
import { SchedulerHost, SimulatedDisk } from "./scheduler-host.ts";
import type { HostWeather } from "./scheduler-host.ts";
import { World } from "./world.ts";

export interface Outcome {
  seed: number;
  /** What did not hold; empty if all did. */
  violations: string[];
  trace: string[];
}

const CHAOS_MS = 10 * 60_000;
const CALM_MS = 60 * 60_000;

/** From then on nothing of the storm is under way any more. */
const SETTLED_MS = 5 * 60_000;

export interface Play {
  traced?: boolean;
  /** Without constraints that name agents and without maintenance: what was played before there was any of it. */
  plain?: boolean;
}

export function simulate(seed: number, play: Play = {}): Outcome {
  const simulation = new Simulation(seed, play);
  return { seed, violations: simulation.run(), trace: simulation.world.trace };
}

class Simulation {
  readonly world: World;
  readonly #registry: Registry = {
    ...{ agents: new Set(), unreachable: new Map(), gone: new Set(), ids: 1 },
    maintenance: { windows: new Map(), down: new Set() },
  };
  readonly #operator: Operator;
  readonly #plain: boolean;
  readonly #agents: SimulatedAgent[];
  readonly #judge: Judge;
  readonly #disk = new SimulatedDisk();
  readonly #weather: HostWeather;
  /** What users asked for last, and was stored. */
  readonly #wanted = new Map<string, AppSpec>();
  #leader: SimulatedMaster | undefined;
  #host: SchedulerHost | undefined;
  #runs = 0;
  #calmSinceMs = Infinity;

  constructor(seed: number, { traced = false, plain = false }: Play) {
    const world = new World(seed, traced);
    this.world = world;
    this.#plain = plain;
    const { maintenance: schedule } = this.#registry;
    this.#operator = new Operator(world, { schedule, leader: () => this.#leader });
    const harsh = world.random();
    this.#weather = {
      minMs: 1,
      maxMs: world.between(2, 200),
      straggles: harsh * world.between(0, 0.05),
      loses: harsh * world.between(0, 0.1),
      writeMs: world.between(0, 20),
      slowWrites: harsh * world.between(0, 0.05),
      diesAtWrite: harsh * world.between(0, 0.03),
    };
    this.#judge = new Judge(world, (instance) => this.#host?.state.apps.get(instance.replace(/\.\d+$/, ""))?.spec);
    const habits = { fails: world.between(0, 0.2), failsAtStart: world.between(0, 0.1) };
    this.#agents = Array.from({ length: world.whole(2, 6) }, (_, i) => {
      const resources = { cpus: world.whole(2, 4), mem: 4096, firstPort: 9000, lastPort: 9000 + world.whole(30, 60) };
      const about = { name: `agent-${i + 1}`, rack: `r${1 + (i % 3)}`, resources, habits };
      return new SimulatedAgent(world, this.#judge, about);
    });
  }

  run(): string[] {
    const { world } = this;
    this.#elect();
    for (const agent of this.#agents) agent.start(() => this.#leader);
    this.#startScheduler();
    for (let n = world.whole(1, 3); n > 0; n--) this.#command({ name: "run", spec: this.#newApp(`app${n}`) });
    this.#users();
    this.#faults();
    world.run(CHAOS_MS);
    this.#calmDown();
    const settled = world.run(
      CHAOS_MS + CALM_MS,
      () => world.nowMs > this.#judge.quietSinceMs + 60_000 && this.#isAsWanted(),
    );
    // Quiet for long enough that everything that is repeated has been repeated.
    world.run(world.nowMs + 15 * 60_000);
    const moved = settled && !this.#plain ? this.#maintainInCalm() : [];
    for (const app of this.#wanted.keys())
      world.log(() => `why ${app}: ${JSON.stringify(this.#host && whyView(this.#host.state, app, world.nowMs))}`);
    const wanting = settled ? moved : ["it did not come to what was wanted"];
    return [...this.#judge.violations, ...wanting, ...this.#atTheEnd()];
  }

  #newApp(name: string): AppSpec {
    return randomApp(this.world, name, { agents: this.#agents, placed: !this.#plain });
  }

  // Users.

  #users(): void {
    const { world } = this;
    const act = () => {
      if (this.#isCalm) return;
      this.#command(this.#whim());
      world.after(world.between(5000, 120_000), act);
    };
    world.after(world.between(10_000, 60_000), act);
  }

  #whim(): Command {
    const { world } = this;
    const app = world.pick([...this.#wanted.values()]);
    if (app === undefined || world.chance(0.1)) return { name: "run", spec: this.#newApp(`app${world.whole(1, 4)}`) };
    const roll = world.random();
    const most = possibleOn(this.#agents, { ...app, instances: 6 });
    if (roll < 0.3) return { name: "scale", app: app.name, instances: world.whole(0, most) };
    if (roll < 0.5) return { name: "restart", app: app.name };
    if (roll < 0.7) return { name: "run", spec: { ...app, env: { V: String(world.whole(1, 1000)) } } };
    if (roll < 0.9) return { name: "kill", instance: `${app.name}.${world.whole(1, 3)}` };
    return { name: "remove", app: app.name };
  }

  #command(command: Command): void {
    const host = this.#host;
    if (host?.alive !== true) return;
    this.world.log(() => `user: ${JSON.stringify(command).slice(0, 120)}`);
    try {
      host.command(command);
      if (command.name === "remove" || command.name === "scale") this.#judge.release(command.app);
      if (command.name === "run") this.#judge.release(command.spec.name);
    } catch (error) {
      this.world.log(() => `refused: ${String(error)}`);
    }
  }

  // What goes wrong.

  #faults(): void {
    const { world } = this;
    const often = world.between(5000, 90_000);
    const next = () => {
      if (this.#isCalm) return;
      this.#fault();
      world.after(world.between(0.2, 1.8) * often, next);
    };
    world.after(often, next);
  }

  #fault(): void {
    const { world } = this;
    const agent = world.pick(this.#agents);
    if (agent === undefined) return;
    if (!this.#plain && world.chance(0.15)) {
      this.#operator.maintain(agent);
      return;
    }
    const roll = world.random();
    if (roll < 0.15) this.#failOver();
    else if (roll < 0.3) this.#restartAgent(agent);
    else if (roll < 0.45) this.#partition(agent);
    else if (roll < 0.5) this.#loseMachine(agent);
    else if (roll < 0.7) this.#killScheduler();
    else if (roll < 0.85) this.#host?.cut();
    else if (roll < 0.95) this.#leader?.rescindSome();
    else this.#markGone(agent);
  }

  #elect(): void {
    // Masters of several versions, as while a cluster is updated.
    const version = this.#plain ? {} : { version: this.world.chance(0.7) ? "1.12.0" : "1.9.0" };
    this.#leader = new SimulatedMaster(this.world, this.#registry, { weather: this.#weather, ...version });
    this.world.log(() => "a master leads");
  }

  #failOver(): void {
    if (this.#leader === undefined) return;
    this.world.log(() => "the leading master is killed");
    this.#leader.die();
    this.#leader = undefined;
    this.world.after(this.world.between(1000, 20_000), () => this.#elect());
  }

  #restartAgent(agent: SimulatedAgent): void {
    if (!agent.running) return;
    const { world } = this;
    world.log(() => `${agent.name} is killed`);
    agent.kill();
    const losesTasks = world.chance(0.2);
    if (losesTasks) agent.loseTasks();
    world.after(world.between(1000, world.chance(0.5) ? 10_000 : 150_000), () => {
      if (agent.running) return;
      world.log(() => `${agent.name} starts again`);
      agent.start(() => this.#leader);
    });
  }

  #partition(agent: SimulatedAgent): void {
    if (agent.partitioned) return;
    const { world } = this;
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
    const { world } = this;
    world.log(() => `${agent.name} is lost with its disk`);
    const lost = agent.id;
    agent.kill();
    agent.replace();
    world.after(world.between(1000, 60_000), () => {
      if (!agent.running) agent.start(() => this.#leader);
    });
    // Where apps wait for their tasks for ever, an operator must say that the agent will not come back.
    world.after(120_000, () => lost !== undefined && this.#operator.sayGone(lost));
  }

  #markGone(agent: SimulatedAgent): void {
    const { id } = agent;
    if (id === undefined || !agent.reachable) return;
    this.world.log(() => `${agent.name} is marked gone`);
    agent.kill();
    agent.replace();
    this.#operator.sayGone(id);
    this.world.after(10_000, () => {
      if (!agent.running) agent.start(() => this.#leader);
    });
  }

  #startScheduler(): void {
    const observer = {
      told: (status: TaskStatus) => this.#judge.told(status),
      offered: (offers: readonly Offer[]) => this.#judgeOffers(offers),
      called: (call: Parameters<Judge["called"]>[0]) => this.#judge.called(call),
      died: () => {
        this.#judge.schedulerDied();
        this.world.after(this.world.between(100, 10_000), () => this.#startScheduler());
      },
    };
    const parts = { world: this.world, weather: this.#weather, disk: this.#disk, leader: () => this.#leader };
    this.world.log(() => "scheduler: starts");
    this.#host = new SchedulerHost({ ...parts, observer, run: ++this.#runs });
    this.#readWanted();
  }

  #killScheduler(): void {
    this.#host?.die();
  }

  #calmDown(): void {
    this.world.log(() => "calm");
    this.#calmSinceMs = this.world.nowMs;
    this.#operator.goHome(this.#agents);
    Object.assign(this.#weather, { straggles: 0, loses: 0, slowWrites: 0, diesAtWrite: 0, maxMs: 20 });
    for (const agent of this.#agents) {
      agent.habits = { fails: 0, failsAtStart: 0 };
      if (agent.partitioned) agent.heal();
      if (!agent.running) agent.start(() => this.#leader);
    }
  }

  // What must hold.

  /** What is stored is what was promised. */
  #readWanted(): void {
    this.#wanted.clear();
    for (const { spec, removing } of this.#host?.state.apps.values() ?? [])
      if (!removing) this.#wanted.set(spec.name, spec);
  }

  #alive(): { agent: SimulatedAgent; task: AgentTask }[] {
    return this.#agents.flatMap((agent) =>
      [...agent.tasks.values()].filter(({ alive }) => alive).map((task) => ({ agent, task })),
    );
  }

  #isAsWanted(): boolean {
    return this.#differences().length === 0;
  }

  /** An app has as many instances as there is room for on those agents. */
  #differences(agents: readonly SimulatedAgent[] = this.#agents): string[] {
    this.#readWanted();
    const alive = this.#alive().map(({ task }) => task);
    const differences: string[] = [];
    const apps = this.#host?.state.apps ?? new Map<string, { version: number }>();
    for (const spec of this.#wanted.values()) {
      const mine = alive.filter(({ info }) => info.name === spec.name);
      const slots = new Set(mine.map(({ info }) => slotOf(info.task_id.value)));
      const possible = possibleOn(agents, spec);
      if (mine.length !== possible) differences.push(`${spec.name}: ${mine.length} tasks run, ${possible} are wanted`);
      if (slots.size !== mine.length) differences.push(`${spec.name}: an instance runs twice`);
      for (const { info, state } of mine) {
        if (state !== "TASK_RUNNING") differences.push(`${info.task_id.value} is ${state}`);
        const version = info.command?.environment?.variables?.find(({ name }) => name === "V")?.value;
        if (version !== spec.env["V"]) differences.push(`${info.task_id.value} is of another version`);
      }
    }
    for (const { info } of alive)
      if (!apps.has(info.name)) differences.push(`${info.task_id.value} runs, and its app is gone`);
    return differences;
  }

  /** No agent is offered that no app could use, once the master has been told what they want. */
  #judgeOffers(offers: readonly Offer[]): void {
    if (this.world.nowMs < this.#calmSinceMs + SETTLED_MS || this.#leader?.knowsConstraints !== true) return;
    const specs = [...this.#wanted.values()];
    for (const { hostname: name, attributes } of offers) {
      const rack = attributes?.[0]?.text?.value ?? "";
      if (!specs.some((spec) => doesFor(spec, { name, rack })))
        this.#judge.violations.push(`${name} is offered, and no app can use it`);
    }
  }

  /**
   * Maintenance of one agent while nothing else is wrong: what is on it is elsewhere when it begins if there is room for it,
   * and all comes to what is wanted again afterwards. Gives back what did not hold.
   */
  #maintainInCalm(): string[] {
    const { world } = this;
    const agent = world.pick(this.#agents);
    if (agent === undefined || this.#leader === undefined) return [];
    const startMs = world.nowMs + world.between(5, world.chance(0.1) ? 90 : 12) * 60_000;
    this.#operator.plan(agent, startMs);
    world.run(startMs);
    const others = this.#agents.filter((one) => one !== agent);
    const found = this.#leftBehind(agent, others);
    if (this.#operator.takeDown(agent)) {
      world.run(world.nowMs + 3 * 60_000);
      found.push(...this.#differencesWithout(agent, others));
      this.#operator.bringUp(agent);
    } else this.#operator.plan(agent, undefined);
    world.run(world.nowMs + 3 * 60_000);
    return found;
  }

  /** Where others have less room than is wanted, an app keeps what it may not miss. */
  #leftBehind(agent: SimulatedAgent, others: readonly SimulatedAgent[]): string[] {
    const left = this.#alive().filter((one) => one.agent === agent);
    const movable = left.filter(({ task }) => {
      const spec = this.#wanted.get(task.info.name);
      return spec === undefined || this.#hasRoomOn(others, spec);
    });
    const words = (id: string): string => `${id} is still on ${agent.name} when its maintenance begins`;
    return [...movable.map(({ task }) => words(task.info.task_id.value)), ...this.#differencesWithout(agent, others)];
  }

  #hasRoomOn(others: readonly SimulatedAgent[], spec: AppSpec): boolean {
    return possibleOn(others, spec) === possibleOn(this.#agents, spec);
  }

  /** Of apps that have less room on the others, nothing is expected. */
  #differencesWithout(agent: SimulatedAgent, others: readonly SimulatedAgent[]): string[] {
    const stuck = [...this.#wanted.values()].filter((spec) => !this.#hasRoomOn(others, spec));
    const isStuck = (text: string): boolean => stuck.some(({ name }) => text.startsWith(name));
    return this.#differences(others).flatMap((text) => (isStuck(text) ? [] : [`without ${agent.name}: ${text}`]));
  }

  get #isCalm(): boolean {
    return this.#calmSinceMs <= this.world.nowMs;
  }

  #atTheEnd(): string[] {
    const held = this.#leader?.offersOlderThan(30_000) ?? [];
    const unacknowledged = this.#agents.flatMap(({ tasks }) =>
      [...tasks].filter(([, { updates }]) => updates.length > 0).map(([id]) => id),
    );
    const instances = [...(this.#host?.state.instances.values() ?? [])];
    const wanted = [...this.#wanted.values()].reduce((sum, { instances: n }) => sum + n, 0);
    return [
      ...this.#differences(),
      ...held.map((id) => `offer ${id} is held`),
      ...(this.#leader?.inverseOffersOlderThan(30_000) ?? []).map((id) => `inverse offer ${id} has no answer`),
      ...unacknowledged.map((id) => `an update of ${id} is not acknowledged`),
      ...(instances.length === wanted ? [] : [`${instances.length} instances are known, ${wanted} are wanted`]),
    ];
  }
}

function slotOf(taskId: string): string {
  return taskId.replace(/\.[^.]*$/, "");
}
