// What a master knows: frameworks, agents, their tasks, executors and offers. Plain data; what happens to it is elsewhere.
import type { OperationRecord, OperationStatus } from "../../mesos/operations.ts";
import type { SchedulerEvent } from "../../mesos/scheduler-api.ts";
import type {
  AgentInfo,
  ExecutorInfo,
  FrameworkInfo,
  InverseOffer,
  Offer,
  Resource,
  Unavailability,
} from "../../mesos/types.ts";
import type { MasterSideLink } from "../common/agent-link.ts";
import type { OfferConstraints } from "../../mesos/offer-constraints.ts";
import type { Timer } from "../common/clock.ts";
import type { DrainConfig, Task } from "../protocol.ts";
import { MaintenancePlan } from "./maintenance-plan.ts";
import { RecoveredAgents } from "./recovered-agents.ts";
import type { Deactivation } from "./registrar.ts";

/** The open stream of a subscribed framework. */
export interface FrameworkStream {
  readonly streamId: string;
  send(event: SchedulerEvent | OperationStatusEvent): void;
  close(): void;
}

/** Feedback on an operation other than a launch. */
export interface OperationStatusEvent {
  type: "UPDATE_OPERATION_STATUS";
  update_operation_status: { status: OperationStatus };
}

/**
 * active: subscribed, and offered what it may have.
 * disconnected: its stream is gone; its tasks run on until its failover timeout is over.
 * recovered: known only from agents that came back to a new leader; it has not subscribed to this one yet.
 */
export type FrameworkState = "active" | "disconnected" | "recovered";

export interface Framework {
  readonly id: string;
  info: FrameworkInfo;
  state: FrameworkState;
  stream?: FrameworkStream;
  suppressedRoles: Set<string>;
  /** Which agents it wants to be offered. */
  constraints: OfferConstraints;
  /** Milliseconds since the epoch. */
  registeredMs: number;
  reregisteredMs: number | undefined;
  unregisteredMs: number | undefined;
  readonly tasks: Map<string, Task>;
  /** Oldest first, bounded by --max_completed_tasks_per_framework. */
  readonly completedTasks: Task[];
  /** Tasks on agents that cannot be reached, bounded by --max_unreachable_tasks_per_framework. */
  readonly unreachableTasks: Map<string, Task>;
  readonly offers: Set<OutstandingOffer>;
  failover: Timer | undefined;
  heartbeat: Timer | undefined;
}

/** An offer that its framework has not answered yet. */
export interface OutstandingOffer {
  readonly id: string;
  readonly framework: Framework;
  readonly agent: Agent;
  readonly role: string;
  /** With `allocation_info`. */
  readonly resources: Resource[];
  /** As the framework saw it. */
  readonly offer: Offer;
  timeout: Timer | undefined;
}

export interface Agent {
  readonly id: string;
  info: AgentInfo;
  pid: string;
  version: string;
  capabilities: string[];
  totalResources: Resource[];
  /** Gone while the agent is disconnected: registered, but out of reach for now. */
  link: MasterSideLink | undefined;
  /** Taken out of offers by an operator. */
  deactivated: boolean;
  drain: { state: "DRAINING" | "DRAINED"; config: DrainConfig } | undefined;
  /** When draining began, in milliseconds since the epoch. */
  drainStartMs: number | undefined;
  registeredMs: number;
  reregisteredMs: number | undefined;
  /** By framework and then task, terminal but unacknowledged ones included. */
  readonly tasks: Map<string, Map<string, Task>>;
  /** Executors of frameworks' own, by framework and then ID. */
  readonly executors: Map<string, Map<string, ExecutorInfo>>;
  /** Frameworks that have run something on it, and may still have executors there. */
  readonly hosted: Set<string>;
  readonly offers: Set<OutstandingOffer>;
  /** Operations on its resources that are under way, or whose end is not acknowledged yet, by their UUID in base64. */
  readonly operations: Map<string, OperationRecord>;
  /** What tasks and executors hold, by framework, with `allocation_info`. */
  readonly used: Map<string, Resource[]>;
  /** Tasks that are to be killed, as `FRAMEWORK TASK`: told again to an agent that comes back with one of them. */
  readonly killed: Set<string>;
  pings: { missed: number; answered: boolean; timer: Timer } | undefined;
}

/** An agent that is to be maintained, and what frameworks say to that, by their IDs. */
export interface AgentMaintenance {
  readonly unavailability: Unavailability;
  readonly offers: Map<string, InverseOffer>;
  readonly answers: Map<string, InverseOfferStatus>;
  /** When they may be asked again, in milliseconds since the epoch. */
  readonly refusedUntil: Map<string, number>;
}

export interface InverseOfferStatus {
  status: "ACCEPT" | "DECLINE";
  framework_id: { value: string };
  timestamp: { nanoseconds: number };
}

export class MasterState {
  readonly frameworks = new Map<string, Framework>();
  /** Oldest first, bounded by --max_completed_frameworks. */
  readonly completedFrameworks = new Map<string, Framework>();
  readonly agents = new Map<string, Agent>();
  /** The same agents by their `pid`, that is, by their address. */
  readonly agentsByPid = new Map<string, Agent>();
  readonly recoveredAgents = new RecoveredAgents();
  /** Agent → when it was marked unreachable, in milliseconds since the epoch. */
  readonly unreachableAgents = new Map<string, number>();
  /** Agents that an operator has given up for good. */
  readonly goneAgents = new Map<string, number>();
  /** Agents that an operator has deactivated or drains, whether they are here or not. */
  readonly deactivations = new Map<string, Deactivation>();
  maintenance = new MaintenancePlan();
  /** Agents on machines that are to be maintained, by their IDs. */
  readonly maintained = new Map<string, AgentMaintenance>();
  readonly offers = new Map<string, OutstandingOffer>();
  nextFrameworkId = 0;
  nextAgentId = 0;
  nextOfferId = 0;
}

export function isConnected(framework: Framework): boolean {
  return framework.state === "active";
}

/** Offers may be made of it: connected, and neither drained nor deactivated. */
export function isActive(agent: Agent): boolean {
  return agent.link !== undefined && !agent.deactivated;
}

export function hasCapability(framework: { info: FrameworkInfo }, capability: string): boolean {
  return framework.info.capabilities?.some(({ type }) => type === capability) ?? false;
}

/** The roles a framework has subscribed with: one, unless it is MULTI_ROLE. */
export function rolesOf(info: FrameworkInfo): string[] {
  if (hasCapability({ info }, "MULTI_ROLE")) return info.roles ?? [];
  return [info.role ?? "*"];
}

export function tasksOf(agent: Agent): Task[] {
  return [...agent.tasks.values()].flatMap((tasks) => [...tasks.values()]);
}
