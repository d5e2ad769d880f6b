// What is looked at before anything is concluded: the cluster's parts and what each of them answered. Gathered once, side
// by side; every check is a pure function of it.
import type { NodeStatus } from "../backends/backend.ts";
import type { AgentSummary } from "../client/operator.ts";
import type { ZooKeeperServer } from "../client/zookeeper.ts";
import type { ClusterPlan, PlanNode } from "../cluster/plan-types.ts";

/** What came back from one question. `silent` is no answer in time, `refused` that nobody listens. */
export type Answer<T> =
  | { kind: "answered"; value: T; tookMs: number }
  | { kind: "silent" | "refused" | "failed"; said: string; tookMs: number };

/** The process or container of a node, as the backend found it. */
export interface NodeFacts extends NodeStatus {
  /** It lives and has been stopped by a signal (SIGSTOP), or its container is paused. */
  suspended: boolean;
  /** Last lines of its log, newest last; of nodes that do not run as they should. */
  logTail: string;
}

export interface ServerFacts {
  name: string;
  /** host:port */
  address: string;
  report: Answer<ZooKeeperServer>;
}

export interface MasterFacts {
  name: string;
  /** http://host:port */
  url: string;
  version: Answer<string>;
  /** /metrics/snapshot: every master answers it, leading or not. */
  metrics: Answer<Record<string, number>>;
  /** Where it says that the leading master is (/redirect), http://host:port; undefined while it knows of none. */
  leader: Answer<string | undefined>;
}

/** An agent, asked itself. */
export interface AgentFacts {
  name: string;
  url: string;
  state: Answer<AgentOwnState>;
  metrics: Answer<Record<string, number>>;
}

/** The part of an agent's /state that is looked at. */
export interface AgentOwnState {
  id: string;
  version: string;
  attributes: Record<string, unknown>;
  flags: Record<string, string>;
}

/** A task as the leading master's GET_TASKS shows it. */
export interface TaskFacts {
  id: string;
  framework: string;
  agent: string;
  state: string;
  /** The state of the last update that the framework was sent and has acknowledged, or is still to. */
  updateState: string | undefined;
}

/** What the leading master says of the cluster. */
export interface LeaderFacts {
  url: string;
  agents: Answer<AgentSummary[]>;
  tasks: Answer<{ running: TaskFacts[]; unreachable: TaskFacts[]; orphans: TaskFacts[] }>;
  frameworks: Answer<{ id: string; name: string; active: boolean; connected: boolean; recovered: boolean }[]>;
  /** Undefined where nothing may be changed: to subscribe is to leave a completed framework behind. */
  subscribes: Answer<true> | undefined;
}

/** The machine that the command runs on, where the cluster runs there too. */
export interface MachineFacts {
  cpus: number;
  memoryAvailableBytes: number;
  /** Of the file system that the cluster's folder is on. */
  diskFreeBytes: number;
  diskTotalBytes: number;
  folderWritable: boolean;
  /** What the agents' --docker names; undefined where they run no containers. */
  containerRuntime: { program: string; version: Answer<string> } | undefined;
}

export interface Facts {
  /** Undefined for a cluster that was named by its address only. */
  cluster: string | undefined;
  plan: ClusterPlan | undefined;
  machine: MachineFacts | undefined;
  nodes: NodeFacts[];
  servers: ServerFacts[];
  /** Masters in ZooKeeper in the order of their election, http://host:port; undefined where no ZooKeeper is named. */
  elected: Answer<string[]> | undefined;
  masters: MasterFacts[];
  agents: AgentFacts[];
  /** Undefined while nobody leads. */
  leader: LeaderFacts | undefined;
  /** Milliseconds since 1970 by this machine's clock, and by the clocks of others, as their HTTP answers say (to the second). */
  clocks: { name: string; skewMs: number }[];
}

export function nodesOf(facts: Facts, kind: PlanNode["kind"]): NodeFacts[] {
  return facts.nodes.filter((node) => node.kind === kind);
}

/** The value of an answer, or undefined. */
export function valueOf<T>(answer: Answer<T> | undefined): T | undefined {
  return answer?.kind === "answered" ? answer.value : undefined;
}

/** How a question that has no answer ended, for a sentence. */
export function said(answer: Answer<unknown>): string {
  return answer.kind === "answered" ? `answered after ${Math.round(answer.tookMs)} ms` : answer.said;
}
