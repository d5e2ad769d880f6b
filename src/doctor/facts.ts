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
  /** Who has the ports of a node that does not run; undefined of one that runs, and where that is not to be seen. */
  portHolders?: PortHolder[];
  /** Another process that has by now the number which is written down for a node that does not run. */
  numberHolder?: string;
}

export interface PortHolder {
  port: number;
  /** Where the node would listen. */
  address: string;
  /** Undefined where it is another user's. */
  pid: number | undefined;
  /** For a sentence: "PID 812 (nginx: master process)", "the container web". */
  described: string;
  /** The folder of the cluster that it belongs to; undefined for a program of somebody else's. */
  clusterFolder: string | undefined;
  /** The name of the container of somebody else's that has it. */
  container: string | undefined;
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
  /** Of /flags. */
  flags: Answer<Record<string, string>>;
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
  frameworks?: { executors?: { id: string; container: string; directory: string }[] }[];
}

/** A task as the leading master's GET_TASKS shows it. */
export interface TaskFacts {
  id: string;
  framework: string;
  agent: string;
  state: string;
  /** Of the last update that was sent on to the framework: the agent keeps later ones back until it is acknowledged. */
  updateState: string | undefined;
}

export interface ClusterTasks {
  running: TaskFacts[];
  unreachable: TaskFacts[];
  orphans: TaskFacts[];
  /** Those of `running` with an update that is not acknowledged, twice in a row. */
  waiting: TaskFacts[];
}

/** What the leading master says of the cluster. */
export interface LeaderFacts {
  url: string;
  agents: Answer<AgentSummary[]>;
  tasks: Answer<ClusterTasks>;
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
  /** What a cgroup allows of the processors together, as in 0.5; undefined where nothing is held back. */
  processorQuota: number | undefined;
  /** What the agents' --docker names; undefined where they run no containers. */
  containerRuntime: { program: string; version: Answer<string> } | undefined;
  /** Undefined where agents use those of another machine. */
  cgroups: CgroupFacts | undefined;
}

/** Control groups as agents and what runs containers may use them. */
export interface CgroupFacts {
  /** Undefined where the machine has none. */
  version: 1 | 2 | undefined;
  /** Those that are there: cpu, memory, pids, … */
  controllers: string[];
  /** Those in which this user may make groups. */
  writable: string[];
  /** Limits that Docker says it cannot set. */
  notByDocker: string[];
}

/** A lock: a file that says which process is at work on something. */
export interface ClaimFacts {
  /** Absolute path. */
  file: string;
  /** For a sentence: "PID 812 (node mesos-up.js up)". */
  holder: string;
  /** `ended`: it left its file behind; `stopped`: by a signal, and whoever needs the lock waits for it. */
  state: "at work" | "stopped" | "ended";
  pid: number;
}

/** A folder of a node, on this machine. */
export interface FolderFacts {
  node: string;
  path: string;
  state: "writable" | "not writable" | "missing";
}

/** A running executor's sandbox, on this machine. */
export interface SandboxFacts {
  agent: string;
  executor: string;
  path: string;
  isThere: boolean;
}

/** A scheduler that was left behind for an app, and what it says of it. */
export interface SchedulerFacts {
  app: string;
  /** By its control socket. */
  view: Answer<SchedulerView>;
}

export interface SchedulerView {
  /** The framework was torn down, or its failover timeout is over. */
  over: boolean;
  subscription: string;
  obstacle: string | undefined;
  apps: AppFacts[];
}

export interface AppFacts {
  name: string;
  wanted: number;
  running: number;
  /** Why it waits, in one sentence, and what would help; absent of one that does not. */
  why?: { summary: string; help: string[] };
  /** Undefined of an app without an image, and where the store is not this machine's. */
  image: { reference: string; isThere: boolean } | undefined;
  instances: InstanceFacts[];
}

export interface InstanceFacts {
  id: string;
  state: string;
  taskId: string | undefined;
  restarts: number;
  lastFailure: string | undefined;
  /** What came of the HTTP check that its app's file asks for; undefined where none is asked for, and while it does not run. */
  http: { url: string; answer: Answer<number> } | undefined;
}

export interface Facts {
  /** Undefined for a cluster that was named by its address only. */
  cluster: string | undefined;
  plan: ClusterPlan | undefined;
  /** Why nothing is known of the cluster but its name: what is written down of it cannot be read. */
  damage?: string;
  machine: MachineFacts | undefined;
  nodes: NodeFacts[];
  servers: ServerFacts[];
  /** Masters in ZooKeeper in the order of their election, http://host:port; undefined where no ZooKeeper is named. */
  elected: Answer<string[]> | undefined;
  masters: MasterFacts[];
  agents: AgentFacts[];
  /** Undefined while nobody leads. */
  leader: LeaderFacts | undefined;
  /** Empty where they are not on this machine. */
  folders: FolderFacts[];
  sandboxes: SandboxFacts[];
  schedulers: SchedulerFacts[];
  /** Empty where the cluster is not kept on this machine. */
  claims: ClaimFacts[];
  /** Running containers of the cluster that no agent knows; undefined where that is not to be told. */
  strayContainers: string[] | undefined;
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

/** It is the node itself, or another one of its cluster. */
export function isOwn({ clusterFolder }: PortHolder, { plan }: Facts): boolean {
  return clusterFolder !== undefined && clusterFolder === plan?.stateDirectory;
}
