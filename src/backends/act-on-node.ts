// Starts, stops or restarts one node of a cluster, whichever backend does it: the cluster is locked, the step named and timed.
import type { PlanNode } from "../cluster/plan-types.ts";
import type { StepContext } from "../progress/events.ts";
import { createSteps } from "../progress/steps.ts";
import { ACTION_TITLES, type ComponentAction, type UpOptions } from "./backend.ts";
import { clusterFolder, lockCluster } from "./state/cluster-folder.ts";
import { readClusterRecord, requireReadable, type ClusterRecord } from "./state/cluster-record.ts";
import { requireCluster, requireNode } from "./state/require-node.ts";

export interface NodeAction {
  name: string;
  node: string;
  action: ComponentAction;
}

export interface ActHow {
  root: string;
  /** Does it, and waits until it is so. */
  act: (node: PlanNode, record: ClusterRecord, context: StepContext) => Promise<void>;
  /** The node's last log lines, asked for when that fails. */
  logTail?: (node: PlanNode) => string | Promise<string>;
}

/** See Backend.act. */
export async function actOnNode(
  { name, node: nodeName, action }: NodeAction,
  { progress, signal, timeoutMs }: UpOptions,
  { root, act, logTail }: ActHow,
): Promise<void> {
  const folder = clusterFolder(root, name);
  const record = requireCluster(requireReadable(readClusterRecord(folder), name), name);
  const node = requireNode(record.plan, nodeName);
  const lock = await lockCluster(folder, name);
  const steps = createSteps({ sink: progress, signal, timeoutMs });
  const step = {
    ...{ id: action, title: `${ACTION_TITLES[action]}: ${nodeName}` },
    logTail: logTail && (() => logTail(node)),
  };
  try {
    await steps.step(step, (context) => act(node, record, context));
  } finally {
    lock.release();
  }
}
