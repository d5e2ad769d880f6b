// What is done with one component on its machine, through the machine's own command for that (scripts/provision/component.sh).
import type { ClusterPlan, PlanNode } from "../../cluster/plan-types.ts";
import { planNodeByName } from "../../cluster/plan.ts";
import type { ComponentAction } from "../backend.ts";
import type { MachineShell } from "./machine-shell.ts";
import { machineOf } from "./machines.ts";

/** @throws MesosUpError NODE_UNKNOWN, PROVISIONING_FAILED with the last log lines where it does not come to be of use */
export async function actOn(
  shell: MachineShell,
  plan: ClusterPlan,
  { node, action }: { node: string; action: ComponentAction },
  signal: AbortSignal,
): Promise<void> {
  await shell.run(machineOf(plan, node), ["mesos-component", action, serviceOf(plan, node)], { signal });
}

/** The last lines of a component's log, newest last. */
export async function logTailOf(
  shell: MachineShell,
  plan: ClusterPlan,
  { node, lines }: { node: string; lines: number },
  signal: AbortSignal,
): Promise<string> {
  const command = ["mesos-component", "logs", serviceOf(plan, node), String(lines)];
  return (await shell.run(machineOf(plan, node), command, { signal })).trimEnd();
}

/** For an error: what cannot be had is left out. */
export async function logTails(shell: MachineShell, plan: ClusterPlan, nodes: readonly PlanNode[]): Promise<string> {
  const signal = AbortSignal.timeout(30_000);
  const lines = nodes.length === 1 ? 15 : 5;
  const tails = await Promise.all(
    nodes.map(async ({ name }) => {
      const tail = await logTailOf(shell, plan, { node: name, lines }, signal).catch(() => "");
      return nodes.length === 1 || tail === "" ? tail : `${name}:\n${tail}`;
    }),
  );
  return tails.filter((tail) => tail !== "").join("\n");
}

/** The service of a node is called as its program is. */
function serviceOf(plan: ClusterPlan, node: string): string {
  return planNodeByName(plan, node)?.program ?? node;
}
