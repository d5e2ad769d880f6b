// The processes of a plan that do not run: found, started all at once, waited for, ended again.
import type { ClusterPlan, PlanNode } from "../../cluster/plan-types.ts";
import type { ClusterRecord } from "../state/cluster-record.ts";
import type { ProcessIdentity } from "../state/process-identity.ts";
import { isRunning, readProcessRecord } from "../state/process-record.ts";
import { describeStateError } from "../state/state-errors.ts";
import { awaitReady } from "./await-ready.ts";
import type { LocalPrograms } from "./local-programs.ts";
import { nodeCommand } from "./node-command.ts";
import { endProcesses } from "./processes/end-processes.ts";
import { spawnNode, type NodeCommand, type StartedNode } from "./processes/spawn-node.ts";
import { watchExits } from "./processes/watch-exits.ts";
import type { UpRun } from "./up-run.ts";

/** The nodes of the plan of which no process lives. */
export function missingNodes(plan: ClusterPlan): PlanNode[] {
  return plan.nodes.filter(({ name }) => runningProcess(plan.stateDirectory, name) === undefined);
}

/**
 * Starts the missing nodes of a cluster and waits until the whole of it is of use. What was started and does not get
 * there is the caller's to end.
 */
export async function startMissing(
  { folder, options, steps, signal }: UpRun,
  { plan, owner }: ClusterRecord,
  programs: LocalPrograms,
): Promise<StartedNode[]> {
  const world = { programs, env: options.env, owner, folder };
  const commandFor = (node: PlanNode): NodeCommand => nodeCommand(node, world);
  const started = await steps.step({ id: "start", title: "Processes are started" }, (context) => {
    const missing = missingNodes(plan);
    context.detail(missing.map(({ name }) => name).join(", "));
    return startNodes(missing, commandFor, folder);
  });
  const watch = watchExits(started);
  try {
    await awaitReady(plan, { steps, signal: AbortSignal.any([signal, watch.signal]) });
    return started;
  } finally {
    watch.stop();
  }
}

/** Starts the nodes; throws only when every one of them was tried, so that none appears afterwards. */
export async function startNodes(
  nodes: PlanNode[],
  commandFor: (node: PlanNode) => NodeCommand,
  folder: string,
): Promise<StartedNode[]> {
  const results = await Promise.allSettled(nodes.map((node) => spawnNode(node, commandFor(node), folder)));
  const failed = results.find((result) => result.status === "rejected");
  if (failed !== undefined) throw describeStateError(failed.reason, folder);
  return results.flatMap((result) => (result.status === "fulfilled" ? result.value : []));
}

/** Ends the nodes' processes, as far as there are any. */
export async function endNodes(nodes: PlanNode[], folder: string): Promise<void> {
  await endProcesses(() => nodes.flatMap(({ name }) => runningProcess(folder, name) ?? []));
}

function runningProcess(folder: string, node: string): ProcessIdentity | undefined {
  const record = readProcessRecord(folder, node);
  return record !== undefined && isRunning(record, folder) ? record.identity : undefined;
}
