// What has become of the container of each node of a plan.
import type { ClusterPlan, PlanNode } from "../../cluster/plan-types.ts";
import type { NodeStatus } from "../backend.ts";
import type { Daemon } from "./daemon/daemon.ts";

/** What runs and does not say its version within this time says nothing at all. */
const answerWithinMs = 2_000;

/** In the plan's order. A node that runs but gives no answer has no version. */
export async function nodeStatuses(plan: ClusterPlan, daemon: Daemon): Promise<NodeStatus[]> {
  const [{ HttpClient }, { probeZooKeeper }] = await Promise.all([
    import("../../client/http.ts"),
    import("../../client/zookeeper.ts"),
  ]);
  await using http = new HttpClient();
  const versionOf = async ({ program, address, port }: PlanNode): Promise<string> => {
    if (program === "zookeeper")
      return `ZooKeeper ${(await probeZooKeeper(address, port, { limitMs: answerWithinMs })).version}`;
    const url = `http://${address}:${port}/version`;
    const { version } = await http.json<{ version: string }>({ url, timeoutMs: answerWithinMs });
    return `${program} ${version}${isEmbedded(plan) ? " (embedded engine)" : ""}`;
  };
  return await Promise.all(
    plan.nodes.map(async (node): Promise<NodeStatus> => {
      const { name, kind, address, port } = node;
      const known = { name, kind, address, port, ...(await containerOf(node, daemon)) };
      if (known.state !== "running") return known;
      const version = await versionOf(node).catch(() => undefined);
      return version === undefined ? known : { ...known, version };
    }),
  );
}

async function containerOf({ container }: PlanNode, daemon: Daemon): Promise<Pick<NodeStatus, "state" | "pid">> {
  if (container === undefined) return { state: "absent" };
  const found = await daemon.find<{ State: { Running: boolean; Pid: number } }>(`/containers/${container.name}/json`);
  if (found === undefined) return { state: "absent" };
  return found.State.Running ? { state: "running", pid: found.State.Pid } : { state: "dead" };
}

/** The tag tells: only images of the engine are called so. */
function isEmbedded({ docker }: ClusterPlan): boolean {
  return docker?.images.mesos.reference.startsWith("mesos-up/engine:") === true;
}
