// The shape of a plan: everything that a backend needs to place a cluster's processes, and nothing it has to work out.
import type { DockerPlacement, DockerPlan, NodeContainer } from "./docker/docker-types.ts";
import type { VagrantPlacement, VagrantPlan } from "./vagrant/vagrant-types.ts";

export type NodeKind = "zookeeper" | "master" | "agent";

/** One process of the cluster. */
export interface PlanNode {
  /** Unique in the plan: `zookeeper-1`, `master-1`, `agent-1`, …, or the agent's own name. */
  name: string;
  kind: NodeKind;
  /** Address that it is reached at, and listens on but for containers whose ports are published. */
  address: string;
  /** Client port of ZooKeeper, HTTP port of a master or agent. */
  port: number;
  /** Further ports that must be free: ZooKeeper's quorum and election ports. */
  otherPorts: number[];
  /** Directories that must exist before it starts, absolute. `log` is where its output goes. */
  directories: { work: string; log: string; others: string[] };
  /** Files that must be written before it starts (`zoo.cfg`, `myid`). */
  files: { path: string; content: string }[];
  /** Name of the real program: `zookeeper`, `mesos-master`, `mesos-agent`. */
  program: "zookeeper" | "mesos-master" | "mesos-agent";
  /** Complete arguments of the real program, in a stable order. For ZooKeeper: the path of its zoo.cfg. */
  args: string[];
  /** Agents only: what it offers, as parsed; for reports and for `status` to compare with what the master shows. */
  agent?: { attributes: Record<string, string>; resources: string; taskPorts: { begin: number; end: number } };
  /** In Docker only: the container that it runs in. Its directories and files are then those inside. */
  container?: NodeContainer;
}

/** A cluster made concrete. A pure function of the spec and the placement. */
export interface ClusterPlan {
  name: string;
  engine: "auto" | "embedded" | "mesos";
  /** Hash of everything that matters to a running cluster: equal hashes mean nothing to do. */
  hash: string;
  nodes: PlanNode[];
  /** `connect` is host:port,host:port; `url` is what --zk and --master take: zk://host:port,host:port/mesos. */
  zookeeper: { connect: string; path: string; url: string };
  /** HTTP URLs without a trailing slash. */
  masters: string[];
  agents: string[];
  /** What runs the agents' containers, their --docker: `docker`, `podman`, or a path; absent where nothing does. */
  containerProgram?: string;
  /** Absolute; holds everything that this cluster writes. */
  stateDirectory: string;
  /** In Docker only. */
  docker?: DockerPlan;
  /** On machines of Vagrant's only. The nodes' directories and files are then those of their machines. */
  vagrant?: VagrantPlan;
}

/** What a plan needs to know of the machine, found out beforehand by the backend and kept with the cluster's state. */
export interface Placement {
  /** Absolute path of the cluster's folder, `…/.mesos-up/<name>`. */
  stateDirectory: string;
  /** 0, 1, 2, …: moves every port that the spec leaves open, so that clusters run side by side. */
  slot: number;
  /** The program that runs containers, for the agent's --docker: `docker` (or podman) where a daemon answers, the
   * absolute path of runc where none does, undefined where containers cannot be run at all. */
  containerProgram: string | undefined;
  /** Absolute path of the image store (an agent's --docker_registry), see src/backends/local/images. */
  imageStore: string;
  /** Where nodes have machines of their own: the address of each, in the order of the nodes. Absent: the spec's `bind`. */
  addresses?: { zookeeper: string[]; masters: string[]; agents: string[] };
  /** Where the cluster is in Docker: `containerProgram` and `imageStore` do not count then. */
  docker?: DockerPlacement;
  /** Where the cluster is on machines of Vagrant's: their addresses are the cluster file's, and `imageStore` does not count. */
  vagrant?: VagrantPlacement;
}
