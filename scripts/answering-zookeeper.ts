// Where to ask for the leading master when it is known already which ZooKeeper servers answer.
import type { NodeStatus } from "../src/backends/backend.ts";
import type { ClusterPlan } from "../src/cluster/plan-types.ts";

/** zk://host:port,host:port/mesos, of all servers where none is known to answer: others may take seconds to say nothing. */
export function answeringZooKeeper(
  { connect, path, url }: ClusterPlan["zookeeper"],
  nodes: readonly Pick<NodeStatus, "address" | "port" | "version">[],
): string {
  const answer = new Set(nodes.flatMap(({ address, port, version }) => (version ? [`${address}:${port}`] : [])));
  const servers = connect.split(",").filter((server) => answer.has(server));
  return servers.length === 0 ? url : `zk://${servers.join(",")}${path}`;
}
