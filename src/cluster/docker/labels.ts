// The labels of everything that a cluster has in Docker: by these, not by names, it is found again.

export const DOCKER_LABELS = {
  /** The same for all clusters: `mesos-up`. */
  project: "mesos-up.project",
  cluster: "mesos-up.cluster",
  /** zookeeper, master, agent, mirror, network or volume. */
  role: "mesos-up.role",
  /** Name of the node that it is, or that it belongs to. */
  node: "mesos-up.node",
  /** Hash of what the plan says of this one thing: two that are equal need no change. */
  plan: "mesos-up.plan",
  /** The cluster's folder: clusters of one name in two folders are two clusters. */
  state: "mesos-up.state",
} as const;

export const DOCKER_PROJECT = "mesos-up";

export interface Labelled {
  cluster: string;
  stateDirectory: string;
  role: "zookeeper" | "master" | "agent" | "mirror" | "network" | "volume";
  node?: string | undefined;
  hash: string;
}

export function dockerLabels({ cluster, stateDirectory, role, node, hash }: Labelled): Record<string, string> {
  return {
    [DOCKER_LABELS.project]: DOCKER_PROJECT,
    [DOCKER_LABELS.cluster]: cluster,
    [DOCKER_LABELS.role]: role,
    ...(node !== undefined && { [DOCKER_LABELS.node]: node }),
    [DOCKER_LABELS.plan]: hash,
    [DOCKER_LABELS.state]: stateDirectory,
  };
}
