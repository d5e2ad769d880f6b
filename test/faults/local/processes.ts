// Parts that have ended or hang.
import type { Fault } from "../fault.ts";

const nodes = [
  { node: "zookeeper-1", id: "ZK001" },
  { node: "master-1", id: "MS001" },
  { node: "agent-1", id: "AG001" },
] as const;

export const processFaults: Fault[] = [
  ...nodes.map(({ node, id }): Fault => ({
    name: `${node} killed`,
    inject: (cluster) => cluster.kill(node),
    named: { id, subject: node },
    cure: "fix",
  })),
  ...nodes.map(({ node, id }): Fault => ({
    name: `${node} stopped (SIGSTOP)`,
    inject: (cluster) => cluster.suspend(node),
    named: { id, subject: node, says: /stopped by a signal/ },
    cure: "fix",
  })),
  {
    name: "master and agent killed",
    inject: (cluster) => cluster.kill("master-1", "agent-1"),
    named: { id: "MS001", subject: "master-1" },
    cure: "fix",
  },
];
