// A simulated leading master: what a Mesos master does with agents, frameworks, offers and tasks, as its documents and
// what was seen of a real one have it (docs/reconciliation.md, docs/high-availability-framework-guide.md, docs/scheduler-
// http-api.md). It knows nothing of this project.
import type { SchedulerCall } from "../../../src/mesos/scheduler-api.ts";
import type { TaskState, TaskStatus } from "../../../src/mesos/types.ts";
import type { SimulatedAgent } from "../agent.ts";
import type { Weather } from "../network.ts";
import type { World } from "../world.ts";
import { RegisteredAgents } from "./agents.ts";
import { Calls } from "./calls.ts";
import { Frameworks } from "./frameworks.ts";
import { Offers } from "./offers.ts";
import { MasterState, TERMINAL } from "./state.ts";
import type { Registry, Stream } from "./state.ts";
import { TaskCalls } from "./task-calls.ts";

const ALLOCATION_MS = 1000;
const PING_MS = 5000;
const AGENT_REREGISTER_TIMEOUT_MS = 60_000;

export class SimulatedMaster {
  readonly #state: MasterState;
  readonly #offers: Offers;
  readonly #agents: RegisteredAgents;
  readonly #frameworks: Frameworks;
  readonly #calls: Calls;
  /** When it has read what the last leader left. */
  readonly #recoveredMs: number;

  constructor(world: World, registry: Registry, options: { weather: Weather; version?: string }) {
    const state = new MasterState(world, registry, options);
    this.#state = state;
    this.#offers = new Offers(state);
    this.#agents = new RegisteredAgents(state, this.#offers);
    this.#frameworks = new Frameworks(state, this.#offers);
    const tasks = new TaskCalls(state, this.#offers);
    this.#calls = new Calls(state, { offers: this.#offers, tasks, frameworks: this.#frameworks });
    this.#recoveredMs = world.nowMs + world.between(0, 3000);
    state.every(ALLOCATION_MS, () => this.#offers.allocate());
    state.every(PING_MS, () => this.#agents.ping());
    world.after(AGENT_REREGISTER_TIMEOUT_MS, () => {
      if (!state.alive) return;
      for (const id of state.recovered) registry.unreachable.set(id, world.nowMs);
      state.recovered.clear();
    });
  }

  /** A kill -9. */
  die(): void {
    this.#state.alive = false;
    for (const { stream } of this.#state.frameworks.values()) stream?.to.close();
  }

  get knowsConstraints(): boolean {
    return this.#state.knowsConstraints;
  }

  /** Offers that a framework has had for longer than that. */
  offersOlderThan(ageMs: number): string[] {
    return this.#offers.olderThan(ageMs);
  }

  /** Inverse offers that have had no answer for longer than that. */
  inverseOffersOlderThan(ageMs: number): string[] {
    return this.#offers.inverse.olderThan(ageMs);
  }

  /** As a quota or an operator may have it at any time. */
  rescindSome(): void {
    this.#offers.rescindSome();
  }

  // Operators.

  /** When maintenance of the machine begins; undefined: never. */
  plan(name: string, startMs: number | undefined): void {
    const { windows } = this.#state.registry.maintenance;
    if (startMs === undefined) windows.delete(name);
    else windows.set(name, startMs);
    for (const [id, { agent }] of this.#state.agents) {
      if (agent.name !== name) continue;
      this.#offers.rescindOf(id);
      this.#offers.inverse.rescind(id);
    }
  }

  /** Whether the agent is registered, and nothing runs or is about to run on it. */
  isEmpty(agent: SimulatedAgent): boolean {
    const tasks = [...this.#state.frameworks.values()].flatMap((framework) => [...framework.tasks.values()]);
    return this.hears(agent) && !tasks.some(({ agentId, state }) => agentId === agent.id && !TERMINAL.has(state));
  }

  /** By which the master knows the agent, which may not have heard of it. */
  idOf(agent: SimulatedAgent): string | undefined {
    return this.#agents.idOf(agent);
  }

  /** The machine is down: its agent is none of the cluster's any more. */
  takeDown(agent: SimulatedAgent): void {
    const { registry } = this.#state;
    registry.maintenance.down.add(agent.name);
    registry.agents.delete(agent.id ?? "");
    this.#agents.remove(agent.id ?? "", "TASK_LOST");
  }

  /** An operator says that the agent will not come back. */
  markGone(agentId: string): void {
    const { registry } = this.#state;
    registry.gone.add(agentId);
    registry.unreachable.delete(agentId);
    this.#agents.remove(agentId, "TASK_GONE_BY_OPERATOR");
  }

  // Agents.

  hears(agent: SimulatedAgent): boolean {
    return this.#agents.hears(agent);
  }

  register(agent: SimulatedAgent): void {
    this.#agents.register(agent, (id, link) => agent.registered(this, id, link));
  }

  disconnected(agent: SimulatedAgent): void {
    this.#agents.disconnected(agent);
  }

  fromAgent(agent: SimulatedAgent, said: { update: TaskStatus; latest: TaskState; frameworkId: string }): void {
    this.#agents.said(agent, said);
  }

  // Frameworks.

  /** SUBSCRIBE: the status of the answer; on 200 events come by the stream. */
  subscribe(call: Extract<SchedulerCall, { type: "SUBSCRIBE" }>, streamId: string, stream: Stream): number {
    if (!this.#state.alive) return 0;
    if (this.#state.world.nowMs < this.#recoveredMs) return 503;
    this.#frameworks.subscribe(call, streamId, stream);
    return 200;
  }

  /** The master has noticed that the framework's connection is gone. */
  streamBroken(streamId: string): void {
    this.#frameworks.streamBroken(streamId);
  }

  /** Any other call: the status of the answer. */
  call(frameworkId: string, streamId: string, call: SchedulerCall): number {
    if (!this.#state.alive) return 0;
    const framework = this.#state.frameworks.get(frameworkId);
    if (framework === undefined) return 400;
    if (framework.stream === undefined) return 403;
    if (framework.stream.id !== streamId) return 400;
    this.#calls.take(framework, call);
    return 202;
  }
}
