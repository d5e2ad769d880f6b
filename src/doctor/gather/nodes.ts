// The processes and containers of a cluster of ours.
import type { NodeStatus } from "../../backends/backend.ts";
import { parseStat, readProcess } from "../../backends/state/process-identity.ts";
import type { NodeFacts } from "../facts.ts";
import type { Target } from "./target.ts";

export async function nodeFacts(node: NodeStatus, target: Target): Promise<NodeFacts> {
  const suspended = node.state === "running" && node.pid !== undefined && isStopped(node.pid);
  // One that runs and does not say its version says nothing else either: its log is all there is.
  const well = node.state === "running" && node.version !== undefined;
  return { ...node, suspended, logTail: well ? "" : await target.logTail(node.name) };
}

/** T: stopped by a signal; t: by a tracer (proc(5)). */
function isStopped(pid: number): boolean {
  const stat = readProcess(pid, "stat");
  return stat !== undefined && parseStat(stat).state.toUpperCase() === "T";
}
