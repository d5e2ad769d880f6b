// Starts components on machines that run, of which nothing is heard.
import type { ClusterPlan, PlanNode } from "../../cluster/plan-types.ts";
import type { Steps } from "../../progress/steps.ts";
import { actOn } from "./components.ts";
import { versionsOf } from "./probe.ts";

/** ZooKeeper first, since the others wait for it. Those that answer by now have been started by their machine. */
export async function startDead(
  { folder, steps, options }: { folder: string; steps: Steps; options: { env: NodeJS.ProcessEnv } },
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
      await actOn(folder, plan, { node: node.name, action: "start" }, { env: options.env, signal: context.signal });
    }
    context.detail(still.map(({ name }) => name).join(", "));
  });
}
