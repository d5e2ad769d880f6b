// The processes and containers of a cluster of ours.
import type { NodeStatus } from "../../backends/backend.ts";
import { NODE_ANSWERS_WITHIN_MS } from "../../backends/node-versions.ts";
import { describeProcess, identify, isAlive, isStopped } from "../../backends/state/process-identity.ts";
import { isRunning, readProcessRecord } from "../../backends/state/process-record.ts";
import { ask, type AskOptions } from "../ask.ts";
import { valueOf, type NodeFacts } from "../facts.ts";
import { portHolders } from "./ports.ts";
import type { Target } from "./target.ts";

/** Longer than the backends wait for a part that does not answer. */
const LIMIT_MS = 2 * NODE_ANSWERS_WITHIN_MS;

/** Vagrant alone takes some seconds to say which machines run, and is asked where a part does not answer. */
const MACHINES_LIMIT_MS = 20_000;

interface Asking {
  env: NodeJS.ProcessEnv;
  options: AskOptions;
}

/** None where the backend has no answer: a Docker daemon that is down is another check's. */
export async function nodeFacts(target: Target, { env, options }: Asking): Promise<NodeFacts[]> {
  const isElsewhere = target.plan?.vagrant !== undefined;
  const limited = isElsewhere
    ? { ...options, limitMs: MACHINES_LIMIT_MS, untilMs: undefined }
    : { ...options, limitMs: LIMIT_MS };
  const nodes = valueOf(await ask(() => target.nodes(), limited)) ?? [];
  return await Promise.all(
    nodes.map((node) => factsOf(startedMeanwhile(node, target), target, { env, options: limited })),
  );
}

/**
 * The node as its process is written down by now: while the others were asked for their versions, somebody else's run may
 * have started it. To ask all of them once more would take longer than there is time.
 */
function startedMeanwhile(node: NodeStatus, { plan }: Target): NodeStatus {
  if (node.state === "running" || plan === undefined) return node;
  const record = readProcessRecord(plan.stateDirectory, node.name);
  if (record === undefined || !isRunning(record, plan.stateDirectory)) return node;
  return { logFile: record.logFile, ...node, state: "running", pid: record.identity.pid };
}

async function factsOf(node: NodeStatus, target: Target, { env, options }: Asking): Promise<NodeFacts> {
  const suspended = node.paused === true || (node.state === "running" && node.pid !== undefined && isStopped(node.pid));
  // One that runs and does not say its version says nothing else either: its log is all there is.
  const well = node.state === "running" && node.version !== undefined;
  const holders = node.state === "running" ? undefined : await portHolders(target.plan, node.name, { env, options });
  const logTail = well ? "" : (valueOf(await ask(() => target.logTail(node.name), options)) ?? "");
  const number = node.state === "dead" ? numberHolder(node, target) : undefined;
  return {
    ...{ ...node, suspended, logTail },
    ...(holders !== undefined && { portHolders: holders }),
    ...(number !== undefined && { numberHolder: number }),
  };
}

/** Who has the number now that is written down for the node, as a sentence names it. */
function numberHolder({ name }: NodeStatus, { plan }: Target): string | undefined {
  const identity = plan && readProcessRecord(plan.stateDirectory, name)?.identity;
  if (identity === undefined || isAlive(identity) || identify(identity.pid) === undefined) return undefined;
  return describeProcess(identity.pid);
}
