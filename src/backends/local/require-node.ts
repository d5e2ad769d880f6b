// A node that a user named.
import type { PlanNode } from "../../cluster/plan-types.ts";
import { planNodeByName } from "../../cluster/plan.ts";
import { MesosUpError } from "../../errors.ts";
import type { ClusterRecord } from "../state/cluster-record.ts";

/** @throws MesosUpError CLUSTER_UNKNOWN, NODE_UNKNOWN */
export function requireNode(
  record: ClusterRecord | undefined,
  cluster: string,
  name: string,
): { planned: PlanNode; record: ClusterRecord } {
  if (record === undefined) {
    throw new MesosUpError(`There is no cluster ${cluster} here.`, {
      code: "CLUSTER_UNKNOWN",
      hint: "`mesos-up status` lists the clusters.",
    });
  }
  const planned = planNodeByName(record.plan, name);
  if (planned !== undefined) return { planned, record };
  throw new MesosUpError(`The cluster ${cluster} has no node ${name}.`, {
    code: "NODE_UNKNOWN",
    hint: `Its nodes are ${record.plan.nodes.map((one) => one.name).join(", ")}.`,
  });
}
