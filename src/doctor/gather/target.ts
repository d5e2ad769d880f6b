// What a diagnosis is of: a cluster of ours by its plan, or any cluster by its address.
import { parseMasterAddress } from "../../client/master-address.ts";
import type { Backend, NodeStatus } from "../../backends/backend.ts";
import type { ClusterPlan } from "../../cluster/plan-types.ts";

export interface Target {
  /** The name of a cluster of ours. */
  cluster: string | undefined;
  plan: ClusterPlan | undefined;
  nodes: NodeStatus[];
  zookeeper: { connect: string; path: string; credentials?: { user: string; password: string } } | undefined;
  /** Those that are known beforehand; ZooKeeper may name more. */
  masters: { name: string; url: string }[];
  agents: { name: string; url: string }[];
  logTail: (node: string) => Promise<string>;
}

/** Of a cluster of ours, or undefined where there is none of that name. @throws MesosUpError STATE_DAMAGED */
export async function managedTarget(backend: Backend, name: string): Promise<Target | undefined> {
  const found = await backend.status(name);
  if (found === undefined) return undefined;
  const { plan, nodes } = found;
  const named = (kind: string): { name: string; url: string }[] =>
    plan.nodes
      .filter((node) => node.kind === kind)
      .map(({ name, address, port }) => ({ name, url: `http://${address}:${port}` }));
  return {
    cluster: name,
    plan,
    nodes,
    zookeeper: { connect: plan.zookeeper.connect, path: plan.zookeeper.path },
    masters: named("master"),
    agents: named("agent"),
    logTail: (node) => backend.logTail(name, node, LOG_LINES).catch(() => ""),
  };
}

const LOG_LINES = 8;

/** Of a cluster that somebody else runs. @throws ConfigError MASTER_ADDRESS_INVALID */
export function foreignTarget(address: string): Target {
  const parsed = parseMasterAddress(address);
  const urls = parsed.kind === "masters" ? parsed.urls : [];
  return {
    cluster: undefined,
    plan: undefined,
    nodes: [],
    zookeeper: parsed.kind === "zookeeper" ? parsed : undefined,
    masters: urls.map((url) => ({ name: new URL(url).host, url })),
    agents: [],
    logTail: () => Promise.resolve(""),
  };
}
