// What every backend can do with a plan. Backends place processes; they never compute a flag.
import type { ClusterPlan, NodeKind } from "../cluster/plan-types.ts";
import type { ClusterSpec } from "../cluster/spec.ts";
import type { ProgressSink } from "../progress/events.ts";
import type { LogSource } from "./log-source.ts";

/** Where the programs of a running cluster are reached, and what each of them is. */
export interface ClusterEndpoints {
  name: string;
  /** host:port,host:port */
  zookeeper: string;
  /** zk://host:port,host:port/mesos */
  zkUrl: string;
  /** Every master, leading or not, http://host:port */
  masters: string[];
  agents: { name: string; url: string; attributes: Record<string, string> }[];
}

/** One process of a cluster as it is found now. */
export interface NodeStatus {
  name: string;
  kind: NodeKind;
  address: string;
  port: number;
  /** `running`: the process lives and is ours. `dead`: it was started and is gone. `absent`: never started. */
  state: "running" | "dead" | "absent";
  pid?: number;
  /** Its container is paused: it runs, and does nothing. */
  paused?: boolean;
  logFile?: string;
  /** What is running: "ZooKeeper 3.8.0", "mesos-master 1.12.0 (embedded engine)". */
  version?: string;
}

export interface UpOptions {
  progress: ProgressSink;
  signal: AbortSignal;
  timeoutMs: number;
  /** Called before a bring-up that failed is taken back, while its folder with the logs is still there. */
  beforeTakingBack?: (() => Promise<void>) | undefined;
  /** What failed is left as it is, for a closer look, instead of being taken back. Docker only. */
  keep?: boolean | undefined;
}

export interface UpResult {
  plan: ClusterPlan;
  endpoints: ClusterEndpoints;
  /** Names of the nodes that this call started; empty when all was well already. */
  started: string[];
  /** There was no such cluster before: this call made it. */
  created: boolean;
}

/** What is left of a cluster that was taken down, and all that was looked for, in the plural: "processes", "mounts", …. */
export interface Leftovers {
  lookedFor: string[];
  found: string[];
}

/** What is done with one node, the others left alone. */
export type ComponentAction = "start" | "stop" | "restart";

export const ACTION_TITLES: Record<ComponentAction, string> = {
  start: "Started",
  stop: "Stopped",
  restart: "Restarted",
};

/** One way of making a plan real. Every method may be called again at any time, also after a crash half-way. */
export interface Backend {
  readonly kind: "local" | "docker" | "vagrant";
  /** Brings the cluster up or mends what is missing. Ready means: the leading master accepts SUBSCRIBE, every agent is active. */
  up(spec: ClusterSpec, options: UpOptions): Promise<UpResult>;
  /** Removes everything that `up` made. Never throws for things already gone. */
  down(name: string, options: UpOptions): Promise<{ removed: string[] }>;
  /**
   * Notes what would show that something of the cluster is left, to be called before it is taken down: what it gives looks
   * for that on the machine itself.
   */
  traces(name: string): Promise<() => Promise<Leftovers>>;
  status(name: string): Promise<{ plan: ClusterPlan; nodes: NodeStatus[] } | undefined>;
  /**
   * Starts, stops or restarts one node, and waits until that is so; tasks outlive their agent.
   * @throws MesosUpError CLUSTER_UNKNOWN, NODE_UNKNOWN; StepError where it does not come to answer
   */
  act(name: string, node: string, action: ComponentAction, limits: UpOptions): Promise<void>;
  /** Last lines of a node's log, newest last. */
  logTail(name: string, node: string, lines: number): Promise<string>;
  /** A node's log, to be read and followed. @throws MesosUpError CLUSTER_UNKNOWN, NODE_UNKNOWN */
  log(name: string, node: string): LogSource;
}

export interface KnownCluster {
  name: string;
  /** Absolute path of its folder, which need not be there any more. */
  folder: string;
}

/** A backend that knows what clusters there are. */
export interface ListingBackend extends Backend {
  /** Clusters with a folder below the root, and all others of this user's that can be found. */
  list(): KnownCluster[] | Promise<KnownCluster[]>;
}
