// Ends one node's process, starts it, or both; all others are left alone.
import type { PlanNode } from "../../cluster/plan-types.ts";
import type { StepContext } from "../../progress/events.ts";
import { actOnNode, type NodeAction } from "../act-on-node.ts";
import { awaitNode } from "../await-node.ts";
import type { UpOptions } from "../backend.ts";
import type { ClusterRecord } from "../state/cluster-record.ts";
import type { LocalOptions } from "./local-options.ts";
import { nodeCommand } from "./node-command.ts";
import { refuseTakenPorts } from "./ports/choose-slot.ts";
import { portsOf } from "./ports/free-ports.ts";
import { logTails } from "./processes/log-file.ts";
import { watchExits } from "./processes/watch-exits.ts";
import { endNodes, runningProcesses, startNodes } from "./start-nodes.ts";

/** See Backend.act. */
export function act(what: NodeAction, options: LocalOptions, limits: UpOptions): Promise<void> {
  return actOnNode(what, limits, {
    root: options.root,
    logTail: (node) => logTails([node]),
    async act(node, record, context) {
      if (what.action !== "start") await endNodes([node], record.plan.stateDirectory);
      if (what.action !== "stop") await start(node, record, options, context);
      else context.detail(`${node.address}:${node.port} is free`);
    },
  });
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
