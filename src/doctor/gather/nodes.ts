// The processes and containers of a cluster of ours.
import type { NodeStatus } from "../../backends/backend.ts";
import { NODE_ANSWERS_WITHIN_MS } from "../../backends/node-versions.ts";
import { portHolder } from "../../backends/local/ports/port-holder.ts";
import { clusterFolderOf, describeProcess, parseStat, readProcess } from "../../backends/state/process-identity.ts";
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
  const limitMs = target.plan?.vagrant === undefined ? LIMIT_MS : MACHINES_LIMIT_MS;
  const nodes = valueOf(await ask(() => target.nodes(), { ...options, limitMs })) ?? [];
  return await Promise.all(nodes.map((node) => factsOf(node, target)));
}

async function factsOf(node: NodeStatus, target: Target): Promise<NodeFacts> {
  const suspended = node.paused === true || (node.state === "running" && node.pid !== undefined && isStopped(node.pid));
  // One that runs and does not say its version says nothing else either: its log is all there is.
  const well = node.state === "running" && node.version !== undefined;
  const holder = node.state === "running" ? undefined : holderOf(node, target);
  const logTail = well ? "" : await target.logTail(node.name);
  return { ...node, suspended, logTail, ...(holder !== undefined && { portHolder: holder }) };
}

/** T: stopped by a signal; t: by a tracer (proc(5)). */
function isStopped(pid: number): boolean {
  const stat = readProcess(pid, "stat");
  return stat !== undefined && parseStat(stat).state.toUpperCase() === "T";
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
