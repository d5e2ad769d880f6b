// What has become of the container of each node of a plan.
import type { ClusterPlan, PlanNode } from "../../cluster/plan-types.ts";
import type { NodeStatus } from "../backend.ts";
import { nodeVersions } from "../node-versions.ts";
import type { Daemon } from "./daemon/daemon.ts";

/** In the plan's order. A node that runs but gives no answer has no version. */
export async function nodeStatuses(plan: ClusterPlan, daemon: Daemon): Promise<NodeStatus[]> {
  const states = await Promise.all(plan.nodes.map((node) => containerOf(node, daemon)));
  const running = plan.nodes.filter((_, index) => states[index]?.state === "running");
  const versions = await nodeVersions(running);
  return plan.nodes.map(({ name, kind, address, port }, index): NodeStatus => {
    const known = { name, kind, address, port, state: "absent" as const, ...states[index] };
    const version = versions.get(name);
    if (version === undefined) return known;
    const suffix = isEmbedded(plan) && kind !== "zookeeper" ? " (embedded engine)" : "";
    return { ...known, version: version + suffix };
  });
}

interface ContainerState {
  Running: boolean;
  Paused: boolean;
  Pid: number;
}

async function containerOf(
  { container }: PlanNode,
  daemon: Daemon,
): Promise<Pick<NodeStatus, "state" | "pid" | "paused">> {
  if (container === undefined) return { state: "absent" };
  const found = await daemon.find<{ State: ContainerState }>(`/containers/${container.name}/json`);
  if (found === undefined) return { state: "absent" };
  const { Running, Paused, Pid } = found.State;
  return Running ? { state: "running", pid: Pid, ...(Paused && { paused: true }) } : { state: "dead" };
}

/** The tag tells: only images of the engine are called so. */
function isEmbedded({ docker }: ClusterPlan): boolean {
  return docker?.images.mesos.reference.startsWith("mesos-up/engine:") === true;
}
