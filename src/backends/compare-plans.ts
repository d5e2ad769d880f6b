// What a changed cluster file changes in a running cluster, for the sentence that refuses it.
import type { ClusterPlan, PlanNode } from "../cluster/plan-types.ts";
import { MesosUpError } from "../errors.ts";

/** New agents may join a running cluster; anything else would need nodes to be made anew. @throws MesosUpError CLUSTER_CHANGED */
export function refuseChanges(before: ClusterPlan, after: ClusterPlan): void {
  const changes = before.hash === after.hash ? [] : changesOf(before, after);
  if (changes.length === 0) return;
  throw new MesosUpError(`The cluster ${after.name} runs with another description: ${changes.join("; ")}.`, {
    code: "CLUSTER_CHANGED",
    hint: `Take it down first: \`mesos-up down --name ${after.name}\`, or bring the new one up under another --name.`,
  });
}

/** One short text a change, as in "agent-1: --resources"; empty where new nodes are all that differs. */
export function changesOf(before: ClusterPlan, after: ClusterPlan): string[] {
  const engine = before.engine === after.engine ? [] : [`engine: ${before.engine}, now ${after.engine}`];
  const later = new Map(after.nodes.map((node) => [node.name, node]));
  const nodes = before.nodes.flatMap((node) => {
    const now = later.get(node.name);
    if (now === undefined) return [`${node.name} is gone`];
    const changes = nodeChanges(node, now);
    return changes.length === 0 ? [] : [`${node.name}: ${changes.join(", ")}`];
  });
  return [...engine, ...nodes, ...machineChanges(before, after)];
}

/** Sizes of machines, as the cluster file calls them. */
function machineChanges(before: ClusterPlan, after: ClusterPlan): string[] {
  const later = new Map(after.vagrant?.machines.map((machine) => [machine.name, machine]));
  return (before.vagrant?.machines ?? []).flatMap(({ name, memory, cpus }) => {
    const now = later.get(name);
    if (now === undefined) return [];
    const changes = [
      ...(now.memory === memory ? [] : [`memory from ${memory} to ${now.memory}`]),
      ...(now.cpus === cpus ? [] : [`cpus from ${cpus} to ${now.cpus}`]),
    ];
    return changes.length === 0 ? [] : [`machine ${name}: ${changes.join(", ")}`];
  });
}

function nodeChanges(before: PlanNode, after: PlanNode): string[] {
  const flags = [...difference(before.args, after.args), ...difference(after.args, before.args)].map(flagName);
  const files = after.files
    .filter(({ path, content }) => before.files.find((file) => file.path === path)?.content !== content)
    .map(({ path }) => path.slice(path.lastIndexOf("/") + 1));
  return [...new Set([...flags, ...files])];
}

function difference(one: string[], other: string[]): string[] {
  return one.filter((arg) => !other.includes(arg));
}

function flagName(arg: string): string {
  return arg
    .split("=", 1)
    .join()
    .replace(/^--no-/, "--");
}
