// Ends one node's process, starts it, or both; all others are left alone.
import type { PlanNode } from "../../cluster/plan-types.ts";
import type { StepContext } from "../../progress/events.ts";
import { createSteps } from "../../progress/steps.ts";
import { awaitNode } from "../await-node.ts";
import { ACTION_TITLES, type ComponentAction, type UpOptions } from "../backend.ts";
import { clusterFolder, lockCluster } from "../state/cluster-folder.ts";
import { readClusterRecord, requireReadable, type ClusterRecord } from "../state/cluster-record.ts";
import type { LocalOptions } from "./local-options.ts";
import { nodeCommand } from "./node-command.ts";
import { refuseTakenPorts } from "./ports/choose-slot.ts";
import { portsOf } from "./ports/free-ports.ts";
import { logFileOf, tailOf } from "./processes/log-file.ts";
import { watchExits } from "./processes/watch-exits.ts";
import { requireNode } from "./require-node.ts";
import { endNodes, runningProcesses, startNodes } from "./start-nodes.ts";

/** See Backend.act. */
export async function act(
  { name, node: nodeName, action }: { name: string; node: string; action: ComponentAction },
  options: LocalOptions,
  limits: UpOptions,
): Promise<void> {
  const folder = clusterFolder(options.root, name);
  const record = requireReadable(readClusterRecord(folder), name);
  const node = requireNode(record, name, nodeName);
  const lock = await lockCluster(folder, name);
  const steps = createSteps({ sink: limits.progress, signal: limits.signal, timeoutMs: limits.timeoutMs });
  const step = {
    ...{ id: action, title: `${ACTION_TITLES[action]}: ${nodeName}` },
    logTail: () => tailOf(logFileOf(node.planned), 15),
  };
  try {
    await steps.step(step, async (context) => {
      if (action !== "start") await endNodes([node.planned], folder);
      if (action !== "stop") await start(node.planned, node.record, options, context);
      else context.detail(`${node.planned.address}:${node.planned.port} is free`);
    });
  } finally {
    lock.release();
  }
}

async function start(
  node: PlanNode,
  { plan, spec, owner }: ClusterRecord,
  options: LocalOptions,
  context: StepContext,
): Promise<void> {
  const where = `${node.address}:${node.port} answers`;
  if (runningProcesses(plan).has(node.name)) {
    context.skip("it runs already");
    return;
  }
  const folder = plan.stateDirectory;
  const programs = await options.findPrograms(spec, options, context);
  await refuseTakenPorts(portsOf([node]));
  const command = (one: PlanNode) => nodeCommand(one, { programs, env: options.env, owner, folder });
  const started = await startNodes([node], command, folder);
  const over = new AbortController();
  try {
    watchExits(started, { signal: over.signal, onExit: (why) => over.abort(why) });
    await awaitNode(node, AbortSignal.any([context.signal, over.signal]));
    context.detail(where);
  } finally {
    over.abort();
  }
}
