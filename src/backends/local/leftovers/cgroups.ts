// Control groups that agents made: below their --cgroups_root in every hierarchy (v1: one per controller, v2: one).
import { readdirSync, readFileSync, rmdirSync } from "node:fs";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { cgroupsPrefix } from "../../../cluster/plan.ts";
import { errorCode } from "../../state/state-errors.ts";

/** A cgroup stays busy for an instant after its last process has ended: a long one where the machine has much to do. */
const busyMs = 30_000;

/**
 * Removes the cgroups of the cluster in `folder` with all below them, and the given ones, where containers of it had
 * theirs elsewhere. Resolves with what was there: names for the former, whatever the number of hierarchies, paths for the
 * latter.
 */
export async function removeCgroups(folder: string, ofContainers: string[]): Promise<string[]> {
  const prefix = cgroupsPrefix(folder);
  const removed = new Set<string>();
  for (const hierarchy of hierarchies()) {
    for (const name of (subfolders(hierarchy) ?? []).filter((one) => one.startsWith(prefix))) {
      if (await removeTree(join(hierarchy, name))) removed.add(name);
    }
  }
  for (const path of ofContainers) if (await removeTree(path)) removed.add(path);
  return [...removed];
}

/** Paths of the cluster's cgroups, in whichever hierarchy. */
export function cgroupsOf(folder: string): string[] {
  const prefix = cgroupsPrefix(folder);
  return hierarchies().flatMap((hierarchy) =>
    (subfolders(hierarchy) ?? []).filter((name) => name.startsWith(prefix)).map((name) => join(hierarchy, name)),
  );
}

/** Mount points of all hierarchies. A line of the table: …, mount point as the fifth field, …, " - ", type, … */
function hierarchies(): string[] {
  return readFileSync("/proc/self/mountinfo", "utf8")
    .split("\n")
    .filter((line) => /^cgroup2? /.test(line.split(" - ")[1] ?? ""))
    .map((line) => line.split(" ")[4] ?? "");
}

/** Only folders are removed: the files in a cgroup are the kernel's. False where there is none. */
async function removeTree(folder: string): Promise<boolean> {
  const children = subfolders(folder);
  if (children === undefined) return false;
  for (const child of children) await removeTree(join(folder, child));
  const deadline = performance.now() + busyMs;
  for (;;) {
    try {
      rmdirSync(folder);
      return true;
    } catch (error) {
      if (errorCode(error) === "ENOENT") return true;
      if (errorCode(error) !== "EBUSY" || performance.now() > deadline) throw error;
    }
    await setTimeout(5);
  }
}

function subfolders(folder: string): string[] | undefined {
  try {
    return readdirSync(folder, { withFileTypes: true })
      .filter((entry) => entry.isDirectory())
      .map((entry) => entry.name);
  } catch (error) {
    if (errorCode(error) === "ENOENT") return undefined;
    throw error;
  }
}
