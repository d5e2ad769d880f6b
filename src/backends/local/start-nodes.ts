// The processes of a plan that do not run: found, started all at once, waited for, ended again.
import { setTimeout } from "node:timers/promises";
import type { ClusterPlan, PlanNode } from "../../cluster/plan-types.ts";
import type { StepError } from "../../errors.ts";
import { awaitReady } from "../await-ready.ts";
import type { ClusterRecord } from "../state/cluster-record.ts";
import type { ProcessIdentity } from "../state/process-identity.ts";
import { isRunning, readProcessRecord } from "../state/process-record.ts";
import { describeStateError } from "../state/state-errors.ts";
import type { LocalPrograms } from "./local-programs.ts";
import { nodeCommand } from "./node-command.ts";
import { PortLost } from "./ports/port-lost.ts";
import { endProcesses } from "./processes/end-processes.ts";
import { logTails } from "./processes/log-file.ts";
import { spawnNode, type NodeCommand, type StartedNode } from "./processes/spawn-node.ts";
import { watchExits } from "./processes/watch-exits.ts";
import type { UpRun } from "./up-run.ts";

/** The nodes of the plan of which no process lives. */
export function missingNodes(plan: ClusterPlan): PlanNode[] {
  return plan.nodes.filter(({ name }) => runningProcess(plan.stateDirectory, name) === undefined);
}

/** The process ID of each node of the plan that runs, by the node's name. */
export function runningProcesses({ nodes, stateDirectory }: ClusterPlan): Map<string, number> {
  return new Map(
    nodes.flatMap(({ name }) => {
      const running = runningProcess(stateDirectory, name);
      return running === undefined ? [] : [[name, running.pid]];
    }),
  );
}

/** A look at a few small files. */
const lookEveryMs = 250;

/**
 * Starts the missing nodes of a cluster and waits until the whole of it is of use. What ran before and ends meanwhile is
 * started as well: a master ends of its own accord when ZooKeeper was away for too long. What was started and does not get
 * there is the caller's to end. Resolves with the names of the nodes that were started.
 */
export async function startMissing(
  { folder, options, steps, limits: { signal }, triesOtherPorts }: UpRun,
  { plan, owner }: ClusterRecord,
  programs: LocalPrograms,
): Promise<string[]> {
  const world = { programs, env: options.env, owner, folder };
  const commandFor = (node: PlanNode): NodeCommand => nodeCommand(node, world);
  const all: StartedNode[] = [];
  const over = new AbortController();
  const onExit = (why: StepError): void =>
    over.abort(triesOtherPorts && why.code === "PORT_TAKEN" ? new PortLost(why) : why);
  const watch = (nodes: StartedNode[]) => watchExits(nodes, { signal: over.signal, onExit });
  const start = async (nodes: PlanNode[]): Promise<void> => {
    const started = await steps.step({ id: "start", title: "Processes are started" }, (context) => {
      context.detail(nodes.map(({ name }) => name).join(", "));
      return startNodes(nodes, commandFor, folder);
    });
    all.push(...started);
    watch(started);
  };
  await start(missingNodes(plan));
  const others = plan.nodes.filter(({ name }) => all.every(({ node }) => node.name !== name));
  const replacing = replace(others, { folder, start, signal: AbortSignal.any([signal, over.signal]) });
  replacing.catch((error: unknown) => over.abort(error));
  try {
    await awaitReady(plan, { steps, signal: AbortSignal.any([signal, over.signal]), logTail: logTails });
    return all.map(({ node }) => node.name);
  } finally {
    over.abort();
    await replacing.catch(() => undefined);
  }
}

/** Starts each of the nodes, which run, once it has ended. Resolves when the signal is aborted. */
async function replace(
  nodes: PlanNode[],
  { folder, start, signal }: { folder: string; start: (nodes: PlanNode[]) => Promise<void>; signal: AbortSignal },
): Promise<void> {
  for (let left = nodes; left.length > 0;) {
    await setTimeout(lookEveryMs, undefined, { signal }).catch(() => undefined);
    if (signal.aborted) return;
    const ended = left.filter(({ name }) => runningProcess(folder, name) === undefined);
    if (ended.length > 0) await start(ended);
    left = left.filter((node) => !ended.includes(node));
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
