// The processes of a plan that do not run, started all at once.
import type { ClusterPlan, PlanNode } from "../../cluster/plan-types.ts";
import { describeStateError } from "../state/state-errors.ts";
import { endProcesses } from "./processes/end-processes.ts";
import { identify, type ProcessIdentity } from "../state/process-identity.ts";
import { isRunning, readProcessRecord } from "../state/process-record.ts";
import type { NodeCommand, StartedNode } from "./processes/spawn-node.ts";
import { spawnNode } from "./processes/spawn-node.ts";

/** The nodes of the plan of which no process lives. */
export function missingNodes(plan: ClusterPlan): PlanNode[] {
  return plan.nodes.filter(({ name }) => {
    const record = readProcessRecord(plan.stateDirectory, name);
    return record === undefined || !isRunning(record, plan.stateDirectory);
  });
}

/** Starts the nodes; where one cannot be started, those that were are ended again and the error is thrown. */
export async function startNodes(
  nodes: PlanNode[],
  commandFor: (node: PlanNode) => NodeCommand,
  folder: string,
): Promise<StartedNode[]> {
  const results = await Promise.allSettled(nodes.map((node) => spawnNode(node, commandFor(node), folder)));
  const started = results.flatMap((result) => (result.status === "fulfilled" ? result.value : []));
  const failed = results.find((result) => result.status === "rejected");
  if (failed === undefined) return started;
  await endNodes(started);
  throw describeStateError(failed.reason, folder);
}

/** Ends processes that were started just now, with all that they started. */
export async function endNodes(started: StartedNode[]): Promise<void> {
  const identities = started.map(({ pid }) => identify(pid)).filter((identity) => identity !== undefined);
  await endProcesses(() => identities.filter(lives));
}

function lives({ pid }: ProcessIdentity): boolean {
  return identify(pid) !== undefined;
}
