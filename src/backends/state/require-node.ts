// A cluster, or a node of one, that a user named.
import type { ClusterPlan, PlanNode } from "../../cluster/plan-types.ts";
import { planNodeByName } from "../../cluster/plan.ts";
import { MesosUpError } from "../../errors.ts";
import type { ClusterRecord } from "./cluster-record.ts";

/** @throws MesosUpError CLUSTER_UNKNOWN */
export function requireCluster(record: ClusterRecord | undefined, name: string): ClusterRecord {
  if (record !== undefined) return record;
  throw new MesosUpError(`There is no cluster ${name} here.`, {
    code: "CLUSTER_UNKNOWN",
    hint: "`mesos-up status` lists the clusters.",
  });
}

/** @throws MesosUpError NODE_UNKNOWN */
export function requireNode(plan: ClusterPlan, name: string): PlanNode {
  const node = planNodeByName(plan, name);
  if (node !== undefined) return node;
  throw new MesosUpError(`The cluster ${plan.name} has no node ${name}.`, {
    code: "NODE_UNKNOWN",
    hint: `Its nodes are ${plan.nodes.map((one) => one.name).join(", ")}.`,
  });
}
