// What has become of each node of a plan.
import type { ClusterPlan, PlanNode } from "../../cluster/plan-types.ts";
import type { NodeStatus } from "../backend.ts";
import { isRunning, readProcessRecord } from "../state/process-record.ts";
import { logFileOf } from "./processes/log-file.ts";

/** A process on this machine that does not say its version within this time says nothing at all. */
const answerWithinMs = 1_000;

/** In the plan's order. A node that runs but gives no answer has no version. */
export async function nodeStatuses(plan: ClusterPlan): Promise<NodeStatus[]> {
  const [{ HttpClient }, { probeZooKeeper }] = await Promise.all([
    import("../../client/http.ts"),
    import("../../client/zookeeper.ts"),
  ]);
  await using http = new HttpClient();
  const versionOf = async ({ name, program, address, port }: PlanNode): Promise<string> => {
    if (program === "zookeeper") {
      return `ZooKeeper ${(await probeZooKeeper(address, port, { limitMs: answerWithinMs })).version}`;
    }
    const url = `http://${address}:${port}/version`;
    const answer = await http.json<{ version: string }>({ url, timeoutMs: answerWithinMs });
    return `${program} ${answer.version}${isEmbedded(plan, name) ? " (embedded engine)" : ""}`;
  };
  return await Promise.all(
    plan.nodes.map(async (node): Promise<NodeStatus> => {
      const known = { ...identityOf(node), ...processOf(plan, node) };
      if (known.state !== "running") return known;
      const version = await versionOf(node).catch(() => undefined);
      return version === undefined ? known : { ...known, version };
    }),
  );
}

function identityOf({ name, kind, address, port }: PlanNode): Pick<NodeStatus, "name" | "kind" | "address" | "port"> {
  return { name, kind, address, port };
}

function processOf(plan: ClusterPlan, node: PlanNode): Pick<NodeStatus, "state" | "pid" | "logFile"> {
  const record = readProcessRecord(plan.stateDirectory, node.name);
  if (record === undefined) return { state: "absent" };
  const logFile = logFileOf(node);
  return isRunning(record, plan.stateDirectory)
    ? { state: "running", pid: record.identity.pid, logFile }
    : { state: "dead", logFile };
}

/** The engine's programs are the only ones that node runs from a file. */
function isEmbedded(plan: ClusterPlan, node: string): boolean {
  return readProcessRecord(plan.stateDirectory, node)?.command[1]?.endsWith(".js") === true;
}
