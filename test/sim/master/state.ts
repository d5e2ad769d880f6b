// What a simulated master knows: the agents that are registered with it, the frameworks and their tasks, and what masters
// keep between them.
import type { OfferConstraints } from "../../../src/mesos/offer-constraints.ts";
import type { SchedulerEvent } from "../../../src/mesos/scheduler-api.ts";
import type { TaskInfo, TaskState, TaskStatus } from "../../../src/mesos/types.ts";
import type { SimulatedAgent } from "../agent.ts";
import type { Pipe, Weather } from "../network.ts";
import type { World } from "../world.ts";
import type { MaintenanceSchedule } from "./maintenance.ts";

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

export interface MasterTask {
  info: TaskInfo;
  agentId: string;
  state: TaskState;
  /** Of the newest update that the framework was sent, until it is acknowledged. */
  pending?: { uuid: string; state: TaskState } | undefined;
}

export interface Filter {
  cpus: number;
  mem: number;
  untilMs: number;
}

export interface Framework {
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

export interface AgentEntry {
  agent: SimulatedAgent;
  link: number;
  connected: boolean;
  toAgent: Pipe;
  fromAgent: Pipe;
  unheardMs: number;
  life: number;
}

const DEFAULT_FAILOVER_MS = 7 * 24 * 3600_000;

export const TERMINAL = new Set<TaskState>([
  ...(["TASK_FINISHED", "TASK_FAILED", "TASK_KILLED", "TASK_ERROR", "TASK_LOST"] as const),
  ...(["TASK_DROPPED", "TASK_GONE", "TASK_GONE_BY_OPERATOR"] as const),
]);

export class MasterState {
  alive = true;
  readonly world: World;
  readonly registry: Registry;
  readonly weather: Weather;
  /** Of Mesos: offer constraints are known from 1.11 on. */
  readonly version: string | undefined;
  readonly agents = new Map<string, AgentEntry>();
  /** Agents that the last leader knew, and that have not registered with this one yet. */
  readonly recovered: Set<string>;
  readonly frameworks = new Map<string, Framework>();
  readonly completed = new Set<string>();

  constructor(world: World, registry: Registry, { weather, version }: { weather: Weather; version?: string }) {
    this.world = world;
    this.registry = registry;
    this.weather = weather;
    this.version = version;
    this.recovered = new Set(
      [...registry.agents].filter((id) => !registry.unreachable.has(id) && !registry.gone.has(id)),
    );
  }

  get knowsConstraints(): boolean {
    return this.version !== undefined && Number(this.version.split(".")[1]) >= 11;
  }

  newId(kind: "F" | "I" | "O" | "S"): string {
    return `${kind}${this.registry.ids++}`;
  }

  /** One that is not known is taken up as masters do whose agents tell them of it. */
  framework(id: string): Framework {
    const known = this.frameworks.get(id);
    if (known !== undefined) return known;
    const framework: Framework = {
      ...{ id, stream: undefined, failoverMs: DEFAULT_FAILOVER_MS, suppressed: false, constraints: undefined },
      ...{ filters: new Map(), tasks: new Map(), unreachable: new Map(), epoch: 0 },
    };
    this.frameworks.set(id, framework);
    return framework;
  }

  send({ stream }: Framework, event: SchedulerEvent): void {
    stream?.to.send(event);
  }

  update(framework: Framework, status: TaskStatus): void {
    this.send(framework, { type: "UPDATE", update: { status: { timestamp: this.world.nowMs / 1000, ...status } } });
  }

  /** Over the network; not heard if the agent is registered anew meanwhile. */
  tell({ agent, link, toAgent }: AgentEntry, hear: () => void): void {
    toAgent.send(() => {
      if (this.alive && agent.reachable && agent.link === link) hear();
    });
  }

  /** For as long as the master lives. */
  every(periodMs: number, work: () => void): void {
    const round = () => {
      if (!this.alive) return;
      work();
      this.world.after(periodMs, round);
    };
    this.world.after(periodMs, round);
  }
}
