// What a diagnosis is of: a cluster of ours by its plan, or any cluster by its address.
import type { Backend, NodeStatus } from "../../backends/backend.ts";
import { parseMasterAddress } from "../../client/master-address.ts";
import type { ClusterPlan } from "../../cluster/plan-types.ts";
import type { AskOptions } from "../ask.ts";
import type { SchedulerFacts } from "../facts.ts";

export interface Target {
  /** The name of a cluster of ours. */
  cluster: string | undefined;
  plan: ClusterPlan | undefined;
  /** Why the plan is missing though the cluster is ours: what is written down of it cannot be read. */
  damage?: string;
  nodes: () => Promise<NodeStatus[]>;
  zookeeper: { connect: string; path: string; credentials?: { user: string; password: string } } | undefined;
  /** Those that are known beforehand; ZooKeeper may name more. */
  masters: { name: string; url: string }[];
  agents: { name: string; url: string }[];
  logTail: (node: string) => Promise<string>;
  /** Asks the schedulers that were left behind on it. */
  schedulers: (options: AskOptions) => Promise<SchedulerFacts[]>;
}

/** Of a cluster of ours, which has been read from its record: asking what has become of it takes as long as all the rest. */
export function managedTarget(plan: ClusterPlan, backend: Backend, schedulers: Target["schedulers"]): Target {
  const { name } = plan;
  const named = (kind: string): { name: string; url: string }[] =>
    plan.nodes
      .filter((node) => node.kind === kind)
      .map(({ name, address, port }) => ({ name, url: `http://${address}:${port}` }));
  return {
    cluster: name,
    plan,
    nodes: async () => (await backend.status(name))?.nodes ?? [],
    zookeeper: { connect: plan.zookeeper.connect, path: plan.zookeeper.path },
    masters: named("master"),
    agents: named("agent"),
    logTail: (node) => backend.logTail(name, node, LOG_LINES).catch(() => ""),
    schedulers,
  };
}

/** What a program said of its end may stand far above: ZooKeeper goes on to tell of everybody who asks it meanwhile. */
const LOG_LINES = 300;

/** Of a cluster that somebody else runs. @throws ConfigError MASTER_ADDRESS_INVALID */
export function foreignTarget(address: string): Target {
  const parsed = parseMasterAddress(address);
  const urls = parsed.kind === "masters" ? parsed.urls : [];
  return {
    cluster: undefined,
    plan: undefined,
    ...NOTHING,
    zookeeper: parsed.kind === "zookeeper" ? parsed : undefined,
    masters: urls.map((url) => ({ name: new URL(url).host, url })),
    agents: [],
  };
}

/** Of a cluster of ours of which nothing but its name can be read. */
export function damagedTarget(cluster: string, damage: string): Target {
  return { cluster, plan: undefined, damage, ...NOTHING, zookeeper: undefined, masters: [], agents: [] };
}

const NOTHING = {
  nodes: () => Promise.resolve([]),
  logTail: () => Promise.resolve(""),
  schedulers: () => Promise.resolve([]),
};
