// A plan as those see it who speak with the cluster.
import type { ClusterPlan } from "../cluster/plan-types.ts";
import type { ClusterEndpoints, UpResult } from "./backend.ts";

export function endpointsOf(plan: ClusterPlan): ClusterEndpoints {
  return {
    name: plan.name,
    zookeeper: plan.zookeeper.connect,
    zkUrl: plan.zookeeper.url,
    masters: plan.masters,
    agents: plan.nodes
      .filter(({ kind }) => kind === "agent")
      .map(({ name, address, port, agent }) => ({
        name,
        url: `http://${address}:${port}`,
        attributes: agent?.attributes ?? {},
      })),
  };
}

/** What `up` resolves with; `started` are the names of the nodes that it started. */
export function upResult(plan: ClusterPlan, started: string[], created: boolean): UpResult {
  return { plan, endpoints: endpointsOf(plan), started, created };
}
