// Plan → resources: synthesized, compared with what there is, shown, applied. Only what differs is touched.
import { mkdirSync } from "node:fs";
import type { ClusterPlan } from "../../cluster/plan-types.ts";
import { drainRemovedAgents } from "./drain-agents.ts";
import { Terraform, terraformFolder, type ResourceChange } from "./terraform/terraform.ts";
import type { TerraformProgram } from "./terraform/terraform-program.ts";
import type { UpRun } from "./up-run.ts";

export interface ApplyOptions {
  program: TerraformProgram;
  /** What is there, as it was recorded; undefined for a new cluster. */
  before: ClusterPlan | undefined;
  /** Called before the first thing is changed. */
  onChange?: () => void;
}

/** Resolves with what was changed; nothing where all was well already. */
export async function applyPlan(
  run: UpRun,
  plan: ClusterPlan,
  { program, before, onChange }: ApplyOptions,
): Promise<ResourceChange[]> {
  const { folder, options, steps, daemon } = run;
  const terraform = new Terraform({ program, env: options.env, folder, daemon: daemon.address });
  try {
    const stack = await steps.step({ id: "synth", title: "Stacks are synthesized" }, async (context) => {
      const { root, synthesized: directory } = terraformFolder(folder);
      mkdirSync(root, { recursive: true });
      const made = await options.synthesize(plan, { directory, host: daemon.address.host });
      context.detail(`${plan.nodes.length} containers on ${plan.docker?.network.subnet ?? ""}`);
      return made;
    });
    await steps.step({ id: "init", title: "Terraform is initialised" }, async (context) => {
      await terraform.init(stack, context);
      context.detail(program.title);
    });
    const changes = await steps.step({ id: "plan", title: "Changes are planned" }, async (context) => {
      const planned = (await terraform.plan(stack, context)).filter(({ action }) => action in signs);
      if (planned.length === 0) context.skip("there is nothing to change");
      for (const line of describe(planned)) context.note(line);
      context.detail(summary(planned));
      return planned;
    });
    if (changes.length === 0) return [];
    onChange?.();
    if (before !== undefined) await drainRemovedAgents(run, before, plan);
    await steps.step({ id: "apply", title: "Changes are applied" }, async (context) => {
      let done = 0;
      const total = changes.reduce((sum, { action }) => sum + (action === "replace" ? 2 : 1), 0);
      const onDone = (address: string): void =>
        context.progress(`${shortName(address)}, ${++done} of ${total}`, Math.min(1, done / total));
      await terraform.apply(stack, { signal: context.signal, onDone });
      context.detail(summary(changes));
    });
    return changes;
  } finally {
    // A step that is out of time does not wait for Terraform, but whoever takes back what it made has to.
    await terraform.settled();
  }
}

const signs = { create: "+", update: "~", replace: "±", delete: "−" } as const;

/** One line an action and kind of resource: "+ docker_container: zookeeper-1, master-1, agent-1". */
function describe(changes: ResourceChange[]): string[] {
  const groups = new Map<string, string[]>();
  for (const { action, address } of changes) {
    const [type = "", name = address] = address.split(/\.(.*)/s);
    const key = `${signs[action]} ${type}`;
    groups.set(key, [...(groups.get(key) ?? []), name]);
  }
  return [...groups].map(([key, names]) => `${key}: ${names.sort().join(", ")}`);
}

function summary(changes: ResourceChange[]): string {
  const count = (action: ResourceChange["action"]): number =>
    changes.filter((change) => change.action === action).length;
  const parts = [
    [count("create"), "to create"],
    [count("update"), "to change"],
    [count("replace"), "to replace"],
    [count("delete"), "to remove"],
  ] as const;
  return parts.flatMap(([number, words]) => (number === 0 ? [] : [`${number} ${words}`])).join(", ");
}

function shortName(address: string): string {
  return address.slice(address.indexOf(".") + 1);
}
