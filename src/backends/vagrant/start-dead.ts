// Starts components on machines that run, of which nothing is heard.
import type { ClusterPlan, PlanNode } from "../../cluster/plan-types.ts";
import type { Steps } from "../../progress/steps.ts";
import { actOn } from "./components.ts";
import type { MachineShell } from "./machine-shell.ts";
import { versionsOf } from "./probe.ts";

/** ZooKeeper first, since the others wait for it. Those that answer by now have been started by their machine. */
export async function startDead(
  { shell, steps }: { shell: MachineShell; steps: Steps },
  plan: ClusterPlan,
  dead: readonly PlanNode[],
): Promise<void> {
  if (dead.length === 0) return;
  const alive = await versionsOf(plan);
  const still = dead.filter(({ name }) => !alive.has(name));
  if (still.length === 0) return;
  await steps.step({ id: "start", title: "Components are started" }, async (context) => {
    for (const node of still) {
      context.progress(node.name);
      await actOn(shell, plan, { node: node.name, action: "start" }, context.signal);
    }
    context.detail(still.map(({ name }) => name).join(", "));
  });
}
