// A simulated leading master: what a Mesos master does with agents, frameworks, offers and tasks, as its documents and
// what was seen of a real one have it (docs/reconciliation.md, docs/high-availability-framework-guide.md, docs/scheduler-
// http-api.md). It knows nothing of this project.
import type { OfferConstraints } from "../../src/mesos/offer-constraints.ts";
import type { SchedulerCall, SchedulerEvent } from "../../src/mesos/scheduler-api.ts";
import type { Offer, Range, TaskInfo, TaskState, TaskStatus } from "../../src/mesos/types.ts";
import type { AgentResources, SimulatedAgent } from "./agent.ts";
import { InverseOffers } from "./maintenance.ts";
import type { MaintenanceSchedule } from "./maintenance.ts";
import { Pipe } from "./network.ts";
import type { Weather } from "./network.ts";
import { isAskedFor } from "./offer-filter.ts";
import type { World } from "./world.ts";

/** What masters keep in their replicated log, and the next leader knows. */
export interface Registry {
  agents: Set<string>;
  unreachable: Map<string, number>;
  gone: Set<string>;
  maintenance: MaintenanceSchedule;
  ids: number;
}

/** A framework's end of its subscription. */
export interface Stream {
  send(event: SchedulerEvent): void;
  /** The master closes it. */
  close(): void;
}

interface MasterTask {
  info: TaskInfo;
  agentId: string;
  state: TaskState;
  /** Of the newest update that the framework was sent, until it is acknowledged. */
  pending?: { uuid: string; state: TaskState } | undefined;
}

interface Filter {
  cpus: number;
  mem: number;
  untilMs: number;
}

interface Framework {
  id: string;
  stream: { id: string; to: Stream } | undefined;
  failoverMs: number;
  suppressed: boolean;
  constraints: OfferConstraints | undefined;
  filters: Map<string, Filter[]>;
  tasks: Map<string, MasterTask>;
  /** Of agents that were marked unreachable. */
  unreachable: Map<string, MasterTask>;
  /** Counts subscriptions and their losses, for the failover timeout. */
  epoch: number;
}

interface AgentEntry {
  agent: SimulatedAgent;
  link: number;
  connected: boolean;
  toAgent: Pipe;
  fromAgent: Pipe;
  unheardMs: number;
  life: number;
}

const PING_MS = 5000;
const MAX_SILENCE_MS = 15_000;
const AGENT_REREGISTER_TIMEOUT_MS = 60_000;
const TERMINAL = new Set<TaskState>([
  ...(["TASK_FINISHED", "TASK_FAILED", "TASK_KILLED", "TASK_ERROR", "TASK_LOST"] as const),
  ...(["TASK_DROPPED", "TASK_GONE", "TASK_GONE_BY_OPERATOR"] as const),
]);

export class SimulatedMaster {
  alive = true;
  readonly #world: World;
  readonly #registry: Registry;
  readonly #weather: Weather;
  readonly #agents = new Map<string, AgentEntry>();
  readonly #recovered: Set<string>;
  readonly #frameworks = new Map<string, Framework>();
  readonly #completed = new Set<string>();
  readonly #offers = new Map<string, { agentId: string; frameworkId: string; sinceMs: number; offer: Offer }>();
  readonly #startedMs: number;
  readonly #recoveryMs: number;
  readonly #inverseOffers: InverseOffers;
  /** Of Mesos: offer constraints are known from 1.11 on. */
  readonly #version: string | undefined;

  constructor(world: World, registry: Registry, { weather, version }: { weather: Weather; version?: string }) {
    this.#world = world;
    this.#registry = registry;
    this.#weather = weather;
    this.#version = version;
    this.#inverseOffers = new InverseOffers(world, registry.maintenance, (frameworkId, event) => {
      const framework = this.#frameworks.get(frameworkId);
      if (framework !== undefined) this.#send(framework, event);
    });
    this.#startedMs = world.nowMs;
    this.#recoveryMs = world.between(0, 3000);
    this.#recovered = new Set(
      [...registry.agents].filter((id) => !registry.unreachable.has(id) && !registry.gone.has(id)),
    );
    this.#every(1000, () => this.#allocate());
    this.#every(PING_MS, () => this.#ping());
    world.after(AGENT_REREGISTER_TIMEOUT_MS, () => {
      if (!this.alive) return;
      for (const id of this.#recovered) this.#registry.unreachable.set(id, world.nowMs);
      this.#recovered.clear();
    });
  }

  /** A kill -9. */
  die(): void {
    this.alive = false;
    for (const { stream } of this.#frameworks.values()) stream?.to.close();
  }

  /** Offers that a framework has had for longer than that. */
  offersOlderThan(ageMs: number): string[] {
    return [...this.#offers].filter(([, { sinceMs }]) => this.#world.nowMs - sinceMs > ageMs).map(([id]) => id);
  }

  /** Inverse offers that have had no answer for longer than that. */
  inverseOffersOlderThan(ageMs: number): string[] {
    return this.#inverseOffers.olderThan(ageMs);
  }

  get knowsConstraints(): boolean {
    return this.#version !== undefined && Number(this.#version.split(".")[1]) >= 11;
  }

  // Operators.

  /** When maintenance of the machine begins; undefined: never. */
  plan(name: string, startMs: number | undefined): void {
    const { windows } = this.#registry.maintenance;
    if (startMs === undefined) windows.delete(name);
    else windows.set(name, startMs);
    for (const [id, { agent }] of this.#agents) {
      if (agent.name !== name) continue;
      this.#rescindOffersOf(id);
      this.#inverseOffers.rescind(id);
    }
  }

  /** Whether the agent is registered, and nothing runs or is about to run on it. */
  isEmpty(agent: SimulatedAgent): boolean {
    const tasks = [...this.#frameworks.values()].flatMap((framework) => [...framework.tasks.values()]);
    return this.hears(agent) && !tasks.some(({ agentId, state }) => agentId === agent.id && !TERMINAL.has(state));
  }

  /** The machine is down: its agent is none of the cluster's any more. */
  takeDown(agent: SimulatedAgent): void {
    this.#registry.maintenance.down.add(agent.name);
    this.#registry.agents.delete(agent.id ?? "");
    this.#remove(agent.id ?? "", "TASK_LOST");
  }

  // Agents.

  hears(agent: SimulatedAgent): boolean {
    const entry = this.#agents.get(agent.id ?? "");
    return this.alive && entry?.agent === agent && entry.connected && entry.link === agent.link;
  }

  register(agent: SimulatedAgent): void {
    const toAgent = new Pipe(this.#world, this.#weather);
    const fromAgent = new Pipe(this.#world, this.#weather);
    fromAgent.send(() => {
      if (!this.alive || !agent.reachable || agent.master !== undefined) return;
      if (this.#registry.maintenance.down.has(agent.name)) return;
      if (this.#registry.gone.has(agent.id ?? "")) {
        agent.replace();
        return;
      }
      this.#admit(agent, { toAgent, fromAgent });
    });
  }

  #admit(agent: SimulatedAgent, pipes: { toAgent: Pipe; fromAgent: Pipe }): void {
    // One that has not heard of its admission asks again, and is known by its address.
    const known = [...this.#agents].find(
      ([, entry]) => agent.id === undefined && entry.agent === agent && entry.life === agent.lives,
    )?.[0];
    const id = agent.id ?? known ?? `S${this.#registry.ids++}`;
    const entry: AgentEntry = {
      agent,
      link: this.#registry.ids++,
      connected: true,
      ...pipes,
      unheardMs: this.#world.nowMs,
      life: agent.lives,
    };
    const before = this.#agents.get(id);
    if (before !== undefined) this.#rescindOffersOf(id);
    this.#inverseOffers.rescind(id);
    this.#agents.set(id, entry);
    this.#registry.agents.add(id);
    this.#registry.unreachable.delete(id);
    this.#recovered.delete(id);
    // The newest registration holds, also for an agent that asked twice.
    entry.toAgent.send(() => {
      if (this.alive && agent.reachable && agent.link < entry.link) agent.registered(this, id, entry.link);
    });
    for (const task of agent.tasks.values()) this.#onTaskOfAgent(id, task);
    for (const framework of this.#frameworks.values())
      for (const [taskId, task] of framework.tasks)
        if (task.agentId === id && !agent.tasks.has(taskId)) {
          if (TERMINAL.has(task.state)) framework.tasks.delete(taskId);
          else this.#tell(entry, () => agent.reconcile(framework.id, task.info));
        }
  }

  #onTaskOfAgent(agentId: string, task: { info: TaskInfo; frameworkId: string; state: TaskState }): void {
    const { frameworkId, info } = task;
    const entry = this.#agents.get(agentId);
    if (entry === undefined) return;
    if (this.#completed.has(frameworkId)) {
      this.#tell(entry, () => entry.agent.shutdownFramework(frameworkId));
      return;
    }
    const framework = this.#frameworks.get(frameworkId) ?? this.#addFramework(frameworkId);
    const taskId = info.task_id.value;
    const known = framework.tasks.get(taskId);
    const lost = framework.unreachable.get(taskId);
    framework.unreachable.delete(taskId);
    framework.tasks.set(taskId, { info, agentId, state: task.state, pending: known?.pending });
    if (lost !== undefined && !TERMINAL.has(task.state))
      this.#update(framework, {
        ...{ task_id: info.task_id, agent_id: { value: agentId }, state: task.state, source: "SOURCE_MASTER" },
        ...{ reason: "REASON_AGENT_REREGISTERED", message: "Unreachable agent re-reregistered" },
      });
  }

  /** Its connection broke. */
  disconnected(agent: SimulatedAgent): void {
    const entry = this.#agents.get(agent.id ?? "");
    if (entry?.agent !== agent || !this.alive) return;
    const { link } = entry;
    this.#world.after(this.#world.between(0, 500), () => {
      if (!this.alive || this.#agents.get(agent.id ?? "") !== entry || entry.link !== link) return;
      entry.connected = false;
      this.#rescindOffersOf(agent.id ?? "");
    });
  }

  fromAgent(agent: SimulatedAgent, said: { update: TaskStatus; latest: TaskState; frameworkId: string }): void {
    const entry = this.#agents.get(agent.id ?? "");
    if (entry?.agent !== agent) return;
    const { link } = agent;
    entry.fromAgent.send(() => {
      if (!this.alive || !agent.reachable || entry.link !== link || !this.hears(agent)) return;
      const framework = this.#frameworks.get(said.frameworkId);
      if (framework === undefined) return;
      const task = framework.tasks.get(said.update.task_id.value);
      if (task !== undefined) {
        task.state = said.latest;
        task.pending = { uuid: said.update.uuid ?? "", state: said.update.state };
      }
      this.#update(framework, said.update);
    });
  }

  /** An operator says that the agent will not come back. */
  markGone(agentId: string): void {
    this.#registry.gone.add(agentId);
    this.#registry.unreachable.delete(agentId);
    this.#remove(agentId, "TASK_GONE_BY_OPERATOR");
  }

  #ping(): void {
    for (const [id, entry] of this.#agents) {
      if (entry.agent.reachable && entry.connected && entry.agent.link === entry.link)
        entry.unheardMs = this.#world.nowMs;
      else if (this.#world.nowMs - entry.unheardMs > MAX_SILENCE_MS) {
        this.#registry.unreachable.set(id, this.#world.nowMs);
        this.#remove(id, "TASK_UNREACHABLE");
      }
    }
  }

  #remove(agentId: string, state: TaskState): void {
    this.#agents.delete(agentId);
    this.#recovered.delete(agentId);
    this.#rescindOffersOf(agentId);
    this.#inverseOffers.rescind(agentId);
    for (const framework of this.#frameworks.values()) {
      for (const [taskId, task] of framework.tasks) {
        if (task.agentId !== agentId) continue;
        framework.tasks.delete(taskId);
        if (TERMINAL.has(task.state)) continue;
        if (state === "TASK_UNREACHABLE") framework.unreachable.set(taskId, { ...task, pending: undefined });
        this.#update(framework, {
          ...{ task_id: task.info.task_id, agent_id: { value: agentId }, state, source: "SOURCE_MASTER" },
          ...{ reason: state === "TASK_LOST" ? "REASON_SLAVE_REMOVED" : "REASON_AGENT_REMOVED" },
        });
      }
      this.#send(framework, { type: "FAILURE", failure: { agent_id: { value: agentId } } });
    }
  }

  #tell(entry: AgentEntry, hear: () => void): void {
    entry.toAgent.send(() => {
      const { agent, link } = entry;
      if (this.alive && agent.reachable && agent.link === link) hear();
    });
  }

  // Frameworks.

  /** SUBSCRIBE: the status of the answer; on 200 events come by the stream. */
  subscribe(call: Extract<SchedulerCall, { type: "SUBSCRIBE" }>, streamId: string, stream: Stream): number {
    if (!this.alive) return 0;
    if (this.#world.nowMs < this.#startedMs + this.#recoveryMs) return 503;
    const asked = call.framework_id?.value;
    if (asked !== undefined && this.#completed.has(asked)) {
      stream.send({ type: "ERROR", error: { message: "Framework has been removed" } });
      stream.close();
      return 200;
    }
    const id = asked ?? `F${this.#registry.ids++}`;
    const framework = this.#frameworks.get(id) ?? this.#addFramework(id);
    const before = framework.stream;
    if (before !== undefined) {
      before.to.send({ type: "ERROR", error: { message: "Framework failed over" } });
      before.to.close();
    }
    for (const [offerId, { frameworkId }] of this.#offers) if (frameworkId === id) this.#offers.delete(offerId);
    this.#inverseOffers.forget(id);
    framework.epoch++;
    framework.failoverMs = (call.subscribe.framework_info.failover_timeout ?? 0) * 1000;
    framework.stream = { id: streamId, to: stream };
    framework.suppressed = false;
    framework.constraints = this.knowsConstraints ? call.subscribe.offer_constraints : undefined;
    framework.filters.clear();
    const master_info = { id: "", ip: 0, port: 5050, ...(this.#version !== undefined && { version: this.#version }) };
    this.#send(framework, {
      type: "SUBSCRIBED",
      subscribed: { framework_id: { value: id }, heartbeat_interval_seconds: 15, master_info },
    });
    return 200;
  }

  /** The master has noticed that the framework's connection is gone. */
  streamBroken(frameworkId: string, streamId: string): void {
    const framework = this.#frameworks.get(frameworkId);
    if (!this.alive || framework?.stream?.id !== streamId) return;
    framework.stream = undefined;
    for (const [id, offer] of this.#offers) if (offer.frameworkId === frameworkId) this.#offers.delete(id);
    this.#inverseOffers.forget(frameworkId);
    this.#awaitFailover(framework);
  }

  /** Any other call: the status of the answer. */
  call(frameworkId: string, streamId: string, call: SchedulerCall): number {
    if (!this.alive) return 0;
    const framework = this.#frameworks.get(frameworkId);
    if (framework === undefined) return 400;
    if (framework.stream === undefined) return 403;
    if (framework.stream.id !== streamId) return 400;
    this.#handle(framework, call);
    return 202;
  }

  #addFramework(id: string): Framework {
    const framework: Framework = {
      ...{ id, stream: undefined, failoverMs: 7 * 24 * 3600_000, suppressed: false, constraints: undefined },
      ...{ filters: new Map(), tasks: new Map(), unreachable: new Map(), epoch: 0 },
    };
    this.#frameworks.set(id, framework);
    return framework;
  }

  #awaitFailover(framework: Framework): void {
    const { epoch } = framework;
    this.#world.after(framework.failoverMs, () => {
      if (this.alive && framework.epoch === epoch && framework.stream === undefined) this.#complete(framework);
    });
  }

  #complete(framework: Framework): void {
    this.#frameworks.delete(framework.id);
    this.#completed.add(framework.id);
    for (const [id, offer] of this.#offers) if (offer.frameworkId === framework.id) this.#offers.delete(id);
    this.#inverseOffers.forget(framework.id);
    for (const entry of this.#agents.values())
      if (entry.connected) this.#tell(entry, () => entry.agent.shutdownFramework(framework.id));
  }

  #handle(framework: Framework, call: SchedulerCall): void {
    switch (call.type) {
      case "ACCEPT": {
        this.#accept(framework, call.accept);
        return;
      }
      case "DECLINE":
        for (const { value } of call.decline.offer_ids)
          this.#recover(framework, value, call.decline.filters?.refuse_seconds);
        return;
      case "SUPPRESS":
        framework.suppressed = true;
        return;
      case "REVIVE":
        framework.suppressed = false;
        framework.filters.clear();
        this.#world.after(10, () => this.#allocate());
        return;
      case "UPDATE_FRAMEWORK":
        if (!this.knowsConstraints) throw new Error("A master that does not know offer constraints was told of some.");
        // All roles are offered again where none is said to be suppressed.
        framework.suppressed = false;
        framework.constraints = call.update_framework.offer_constraints;
        return;
      case "ACCEPT_INVERSE_OFFERS": {
        const { inverse_offer_ids: ids, filters } = call.accept_inverse_offers;
        this.#inverseOffers.answered(framework.id, ids, filters?.refuse_seconds);
        return;
      }
      case "DECLINE_INVERSE_OFFERS": {
        const { inverse_offer_ids: ids, filters } = call.decline_inverse_offers;
        this.#inverseOffers.answered(framework.id, ids, filters?.refuse_seconds);
        return;
      }
      case "KILL": {
        this.#kill(framework, call.kill.task_id.value, call.kill.agent_id?.value);
        return;
      }
      case "ACKNOWLEDGE": {
        this.#acknowledge(framework, call.acknowledge);
        return;
      }
      case "RECONCILE": {
        this.#reconcile(framework, call.reconcile.tasks);
        return;
      }
      case "TEARDOWN":
        framework.stream?.to.close();
        {
          this.#complete(framework);
          return;
        }
      default:
        throw new Error(`The simulated master was not to hear ${call.type}.`);
    }
  }

  #accept(framework: Framework, accept: Extract<SchedulerCall, { type: "ACCEPT" }>["accept"]): void {
    const tasks = accept.operations.flatMap(({ launch }) => launch?.task_infos ?? []);
    const offers = accept.offer_ids.map(({ value }) => this.#offers.get(value));
    const valid = offers.every((offer) => offer?.frameworkId === framework.id);
    const refuse = (info: TaskInfo, state: TaskState, reason: string) =>
      this.#update(framework, {
        ...{ task_id: info.task_id, agent_id: info.agent_id, state, source: "SOURCE_MASTER", reason },
      });
    if (!valid) {
      for (const task of tasks) refuse(task, "TASK_DROPPED", "REASON_INVALID_OFFERS");
      return;
    }
    const free = offers[0] ? this.#amounts(offers[0].offer) : { cpus: 0, mem: 0 };
    for (const info of tasks) {
      const agentId = info.agent_id.value;
      const taskId = info.task_id.value;
      const entry = this.#agents.get(agentId);
      const needs = this.#amounts(info);
      if (framework.tasks.has(taskId)) refuse(info, "TASK_ERROR", "REASON_TASK_INVALID");
      else if (needs.cpus > free.cpus + 1e-9 || needs.mem > free.mem) refuse(info, "TASK_ERROR", "REASON_TASK_INVALID");
      else if (entry === undefined || !entry.connected) refuse(info, "TASK_DROPPED", "REASON_SLAVE_DISCONNECTED");
      else {
        free.cpus -= needs.cpus;
        free.mem -= needs.mem;
        framework.tasks.set(taskId, { info, agentId, state: "TASK_STAGING" });
        this.#tell(entry, () => entry.agent.runTask(framework.id, info));
      }
    }
    for (const { value } of accept.offer_ids) this.#recover(framework, value, accept.filters?.refuse_seconds);
  }

  #kill(framework: Framework, taskId: string, agentId: string | undefined): void {
    const task = framework.tasks.get(taskId);
    if (task === undefined) {
      this.#reconcileOne(framework, taskId, agentId);
      return;
    }
    const entry = this.#agents.get(task.agentId);
    if (entry?.connected) this.#tell(entry, () => entry.agent.killTask(taskId));
  }

  #acknowledge(
    framework: Framework,
    { agent_id, task_id, uuid }: Extract<SchedulerCall, { type: "ACKNOWLEDGE" }>["acknowledge"],
  ): void {
    const task = framework.tasks.get(task_id.value);
    if (task?.pending?.uuid === uuid && TERMINAL.has(task.pending.state)) framework.tasks.delete(task_id.value);
    const entry = this.#agents.get(agent_id.value);
    if (entry?.connected) this.#tell(entry, () => entry.agent.acknowledge(task_id.value, uuid));
  }

  #reconcile(
    framework: Framework,
    asked: readonly { task_id: { value: string }; agent_id?: { value: string } }[],
  ): void {
    if (asked.length > 0)
      for (const one of asked) this.#reconcileOne(framework, one.task_id.value, one.agent_id?.value);
    else for (const taskId of framework.tasks.keys()) this.#reconcileOne(framework, taskId, undefined);
  }

  #reconcileOne(framework: Framework, taskId: string, agentId: string | undefined): void {
    const task = framework.tasks.get(taskId);
    const about = (state: TaskState, agent: string | undefined): void =>
      this.#update(framework, {
        ...{ task_id: { value: taskId }, state, source: "SOURCE_MASTER", reason: "REASON_RECONCILIATION" },
        ...(agent !== undefined && { agent_id: { value: agent } }),
      });
    if (task !== undefined) {
      about(task.state, task.agentId);
      return;
    }
    if (agentId === undefined) {
      if (this.#recovered.size === 0) about("TASK_UNKNOWN", undefined);
      return;
    }
    if (this.#recovered.has(agentId)) return;
    if (this.#agents.has(agentId)) {
      about("TASK_GONE", agentId);
      return;
    }
    if (this.#registry.unreachable.has(agentId)) {
      about("TASK_UNREACHABLE", agentId);
      return;
    }
    if (this.#registry.gone.has(agentId)) {
      about("TASK_GONE_BY_OPERATOR", agentId);
      return;
    }
    about("TASK_UNKNOWN", agentId);
  }

  #update(framework: Framework, status: TaskStatus): void {
    this.#send(framework, { type: "UPDATE", update: { status: { timestamp: this.#world.nowMs / 1000, ...status } } });
  }

  #send(framework: Framework, event: SchedulerEvent): void {
    framework.stream?.to.send(event);
  }

  // Offers.

  #allocate(): void {
    this.#askBack();
    for (const framework of this.#frameworks.values()) {
      if (framework.stream === undefined || framework.suppressed) continue;
      const offers = [...this.#agents].flatMap(([id, entry]) => this.#offerOf(framework, id, entry) ?? []);
      if (offers.length > 0) this.#send(framework, { type: "OFFERS", offers: { offers } });
    }
  }

  /** Of frameworks, what they have on agents that go into maintenance. */
  #askBack(): void {
    const newId = (): string => `I${this.#registry.ids++}`;
    for (const [agentId, { agent }] of this.#agents) {
      if (!this.#registry.maintenance.windows.has(agent.name)) continue;
      for (const { id, stream, tasks } of this.#frameworks.values()) {
        const hasOffer = [...this.#offers.values()].some((one) => one.agentId === agentId && one.frameworkId === id);
        const hasTask = [...tasks.values()].some((one) => one.agentId === agentId && !TERMINAL.has(one.state));
        if (stream !== undefined && (hasOffer || hasTask))
          this.#inverseOffers.ask(id, { agentId, name: agent.name, newId });
      }
    }
  }

  #offerOf(framework: Framework, agentId: string, { agent, connected }: AgentEntry): Offer | undefined {
    if (!connected || !isAskedFor(framework.constraints, "*", agent)) return undefined;
    for (const { agentId: taken } of this.#offers.values()) if (taken === agentId) return undefined;
    const free = this.#free(agentId, agent.resources);
    if (free.cpus < 0.01 || free.mem < 32) return undefined;
    const filtered = (framework.filters.get(agentId) ?? []).some(
      (filter) => filter.untilMs > this.#world.nowMs && filter.cpus >= free.cpus && filter.mem >= free.mem,
    );
    if (filtered) return undefined;
    const unavailability = this.#inverseOffers.unavailabilityOf(agent.name);
    const offer: Offer = {
      id: { value: `O${this.#registry.ids++}` },
      framework_id: { value: framework.id },
      agent_id: { value: agentId },
      hostname: agent.name,
      resources: [
        { name: "cpus", type: "SCALAR", scalar: { value: free.cpus }, role: "*", allocation_info: { role: "*" } },
        { name: "mem", type: "SCALAR", scalar: { value: free.mem }, role: "*", allocation_info: { role: "*" } },
        { name: "ports", type: "RANGES", ranges: { range: free.ports }, role: "*", allocation_info: { role: "*" } },
      ],
      attributes: [{ name: "rack", type: "TEXT", text: { value: agent.rack } }],
      allocation_info: { role: "*" },
      ...(unavailability && { unavailability }),
    };
    this.#offers.set(offer.id.value, { agentId, frameworkId: framework.id, sinceMs: this.#world.nowMs, offer });
    return offer;
  }

  #free(
    agentId: string,
    { cpus, mem, firstPort, lastPort }: AgentResources,
  ): { cpus: number; mem: number; ports: Range[] } {
    const used = new Set<number>();
    for (const framework of this.#frameworks.values())
      for (const { info, agentId: where, state } of framework.tasks.values()) {
        if (where !== agentId || TERMINAL.has(state)) continue;
        const needs = this.#amounts(info);
        cpus -= needs.cpus;
        mem -= needs.mem;
        for (const { begin, end } of info.resources?.find(({ name }) => name === "ports")?.ranges?.range ?? [])
          for (let port = begin; port <= end; port++) used.add(port);
      }
    const ports: Range[] = [];
    for (let port = firstPort; port <= lastPort; port++) {
      if (used.has(port)) continue;
      const last = ports.at(-1);
      if (last?.end === port - 1) last.end = port;
      else ports.push({ begin: port, end: port });
    }
    return { cpus: Math.round(cpus * 1000) / 1000, mem, ports };
  }

  #amounts({ resources = [] }: { resources?: TaskInfo["resources"] }): { cpus: number; mem: number } {
    const sum = (name: string) =>
      resources.filter((one) => one.name === name).reduce((all, one) => all + (one.scalar?.value ?? 0), 0);
    return { cpus: sum("cpus"), mem: sum("mem") };
  }

  /** What is left of an offer is free again, and filtered for a while. */
  #recover(framework: Framework, offerId: string, refuseSeconds = 5): void {
    const held = this.#offers.get(offerId);
    if (held?.frameworkId !== framework.id) return;
    this.#offers.delete(offerId);
    const entry = this.#agents.get(held.agentId);
    if (entry === undefined || refuseSeconds <= 0) return;
    const { cpus, mem } = this.#free(held.agentId, entry.agent.resources);
    const filters = framework.filters.get(held.agentId) ?? [];
    filters.push({ cpus, mem, untilMs: this.#world.nowMs + refuseSeconds * 1000 });
    framework.filters.set(held.agentId, filters);
  }

  /** As a quota or an operator may have it at any time. */
  rescindSome(): void {
    const id = this.#world.pick([...this.#offers.keys()]);
    if (id !== undefined) this.#rescind(id);
  }

  #rescindOffersOf(agentId: string): void {
    for (const [id, offer] of this.#offers) if (offer.agentId === agentId) this.#rescind(id);
  }

  #rescind(offerId: string): void {
    const offer = this.#offers.get(offerId);
    this.#offers.delete(offerId);
    const framework = this.#frameworks.get(offer?.frameworkId ?? "");
    if (framework !== undefined) this.#send(framework, { type: "RESCIND", rescind: { offer_id: { value: offerId } } });
  }

  #every(periodMs: number, work: () => void): void {
    const round = () => {
      if (!this.alive) return;
      work();
      this.#world.after(periodMs, round);
    };
    this.#world.after(periodMs, round);
  }
}
