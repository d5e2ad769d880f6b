// A plan as those see it who speak with the cluster.
import type { ClusterPlan } from "../../cluster/plan-types.ts";
import type { ClusterEndpoints } from "../backend.ts";

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
