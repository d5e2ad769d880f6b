// What has become of each node of a plan.
import type { ClusterPlan, PlanNode } from "../../cluster/plan-types.ts";
import type { NodeStatus } from "../backend.ts";
import { nodeVersions } from "../node-versions.ts";
import { isStopped } from "../state/process-identity.ts";
import { isRunning, readProcessRecord } from "../state/process-record.ts";
import { logFileOf } from "./processes/log-file.ts";

/** In the plan's order. A node that runs but gives no answer has no version. */
export async function nodeStatuses(plan: ClusterPlan): Promise<NodeStatus[]> {
  const known = plan.nodes.map((node) => ({ node, process: processOf(plan, node) }));
  const answering = known
    .filter(({ process: { pid } }) => pid !== undefined && !isStopped(pid))
    .map(({ node }) => node);
  const versions = await nodeVersions(answering);
  return known.map(({ node: { name, kind, address, port }, process }): NodeStatus => {
    const status = { name, kind, address, port, ...process };
    const version = versions.get(name);
    if (version === undefined) return status;
    return { ...status, version: `${version}${isEmbedded(plan, name) ? " (embedded engine)" : ""}` };
  });
}

function processOf(plan: ClusterPlan, node: PlanNode): Pick<NodeStatus, "state" | "pid" | "logFile"> {
  const record = readProcessRecord(plan.stateDirectory, node.name);
  if (record === undefined) return { state: "absent" };
  const logFile = logFileOf(node);
  return isRunning(record, plan.stateDirectory)
    ? { state: "running", pid: record.identity.pid, logFile }
    : { state: "dead", logFile };
}

/** The engine's programs are the only ones that node runs from a file. */
function isEmbedded(plan: ClusterPlan, node: string): boolean {
  return readProcessRecord(plan.stateDirectory, node)?.command[1]?.endsWith(".js") === true;
}
