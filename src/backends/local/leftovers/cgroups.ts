// Control groups that agents made: below their --cgroups_root in every hierarchy (v1: one per controller, v2: one).
import { readdirSync, readFileSync, rmdirSync } from "node:fs";
import { join } from "node:path";
import type { ClusterPlan } from "../../../cluster/plan-types.ts";
import { errorCode } from "../../state/state-errors.ts";

/** The agents' roots, relative to a hierarchy, without a leading slash. */
export function cgroupRoots(plan: ClusterPlan): string[] {
  const flag = "--cgroups_root=";
  const roots = plan.nodes.flatMap(({ args }) => args.filter((arg) => arg.startsWith(flag)));
  return [...new Set(roots.map((arg) => arg.slice(flag.length).replace(/^\/+/, "")))].filter((root) => root !== "");
}

/** Removes the roots with all below them, in every hierarchy, and the given absolute ones. Resolves with what was there. */
export function removeCgroups(roots: string[], absolute: string[]): string[] {
  const folders = [...absolute, ...hierarchies().flatMap((hierarchy) => roots.map((root) => join(hierarchy, root)))];
  return folders.filter(removeTree);
}

/** Mount points of all hierarchies. A line of the table: …, mount point as the fifth field, " - ", type, … */
function hierarchies(): string[] {
  return readFileSync("/proc/self/mountinfo", "utf8")
    .split("\n")
    .filter((line) => /^cgroup2? /.test(line.split(" - ")[1] ?? ""))
    .map((line) => line.split(" ")[4] ?? "");
}

/** Only folders are removed: the files in a cgroup are the kernel's. False where there is none. */
function removeTree(folder: string): boolean {
  let entries;
  try {
    entries = readdirSync(folder, { withFileTypes: true });
  } catch (error) {
    if (errorCode(error) === "ENOENT") return false;
    throw error;
  }
  for (const entry of entries) if (entry.isDirectory()) removeTree(join(folder, entry.name));
  try {
    rmdirSync(folder);
  } catch (error) {
    if (errorCode(error) !== "ENOENT") throw error;
  }
  return true;
}
