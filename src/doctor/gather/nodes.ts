// The processes and containers of a cluster of ours.
import type { NodeStatus } from "../../backends/backend.ts";
import { NODE_ANSWERS_WITHIN_MS } from "../../backends/node-versions.ts";
import { portHolder } from "../../backends/local/ports/port-holder.ts";
import {
  clusterFolderOf,
  describeProcess,
  identify,
  isAlive,
  isStopped,
} from "../../backends/state/process-identity.ts";
import { readProcessRecord } from "../../backends/state/process-record.ts";
import { planNodeByName } from "../../cluster/plan.ts";
import { ask, type AskOptions } from "../ask.ts";
import { valueOf, type NodeFacts, type PortHolder } from "../facts.ts";
import type { Target } from "./target.ts";

/** Longer than the backends wait for a part that does not answer. */
const LIMIT_MS = 2 * NODE_ANSWERS_WITHIN_MS;

/** Vagrant alone takes some seconds to say which machines run, and is asked where a part does not answer. */
const MACHINES_LIMIT_MS = 20_000;

/** None where the backend has no answer: a Docker daemon that is down is another check's. */
export async function nodeFacts(target: Target, options: AskOptions): Promise<NodeFacts[]> {
  const isElsewhere = target.plan?.vagrant !== undefined;
  const limited = isElsewhere
    ? { ...options, limitMs: MACHINES_LIMIT_MS, untilMs: undefined }
    : { ...options, limitMs: LIMIT_MS };
  const nodes = valueOf(await ask(() => target.nodes(), limited)) ?? [];
  return await Promise.all(nodes.map((node) => factsOf(node, target, limited)));
}

async function factsOf(node: NodeStatus, target: Target, options: AskOptions): Promise<NodeFacts> {
  const suspended = node.paused === true || (node.state === "running" && node.pid !== undefined && isStopped(node.pid));
  // One that runs and does not say its version says nothing else either: its log is all there is.
  const well = node.state === "running" && node.version !== undefined;
  const holder = node.state === "running" ? undefined : holderOf(node, target);
  const logTail = well ? "" : (valueOf(await ask(() => target.logTail(node.name), options)) ?? "");
  const number = node.state === "dead" ? numberHolder(node, target) : undefined;
  return {
    ...{ ...node, suspended, logTail },
    ...(holder !== undefined && { portHolder: holder }),
    ...(number !== undefined && { numberHolder: number }),
  };
}

/** Who has the number now that is written down for the node, as a sentence names it. */
function numberHolder({ name }: NodeStatus, { plan }: Target): string | undefined {
  const identity = plan && readProcessRecord(plan.stateDirectory, name)?.identity;
  if (identity === undefined || isAlive(identity) || identify(identity.pid) === undefined) return undefined;
  return describeProcess(identity.pid);
}

/** Of a node that listens on this machine itself: in Docker, its ports are another machine's, so to speak. */
function holderOf({ name, port }: NodeStatus, { plan }: Target): PortHolder | undefined {
  if (plan === undefined || plan.docker !== undefined || plan.vagrant !== undefined) return undefined;
  const ports = [port, ...(planNodeByName(plan, name)?.otherPorts ?? [])];
  for (const one of ports) {
    const pid = portHolder(one);
    if (pid !== undefined)
      return { pid, port: one, described: describeProcess(pid), clusterFolder: clusterFolderOf(pid) };
  }
  return undefined;
}
