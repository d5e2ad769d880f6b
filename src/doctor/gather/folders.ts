// Folders of the nodes and of what agents run, where they are on this machine.
import { accessSync, constants, existsSync } from "node:fs";
import type { ClusterPlan } from "../../cluster/plan-types.ts";
import { valueOf, type AgentFacts, type FolderFacts, type SandboxFacts } from "../facts.ts";

/** Each node's work and log folder. */
export function folderFacts(plan: ClusterPlan | undefined): FolderFacts[] {
  if (plan === undefined || !isHere(plan)) return [];
  return plan.nodes.flatMap(({ name, directories }) =>
    [...new Set([directories.work, directories.log])].map((path) => ({ node: name, path, state: stateOf(path) })),
  );
}

/** The sandbox of every executor that an agent says is running. */
export function sandboxFacts(plan: ClusterPlan | undefined, agents: AgentFacts[]): SandboxFacts[] {
  if (plan === undefined || !isHere(plan)) return [];
  return agents.flatMap(({ name, state }) =>
    (valueOf(state)?.frameworks ?? [])
      .flatMap(({ executors = [] }) => executors)
      .map(({ id, directory }) => ({ agent: name, executor: id, path: directory, isThere: existsSync(directory) })),
  );
}

/** Whether the folders that the plan names are this machine's. */
export function isHere({ docker, vagrant }: ClusterPlan): boolean {
  return docker === undefined && vagrant === undefined;
}

function stateOf(path: string): FolderFacts["state"] {
  if (!existsSync(path)) return "missing";
  return isWritable(path) ? "writable" : "not writable";
}

export function isWritable(folder: string): boolean {
  try {
    accessSync(folder, constants.W_OK);
    return true;
  } catch {
    return false;
  }
}
