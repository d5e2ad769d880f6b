// The cgroups below which containers get theirs. Version 1 has a folder for each controller, version 2 one tree.
import { accessSync, constants, readdirSync, rmdirSync } from "node:fs";
import { dirname, join } from "node:path";

/** Whether a process of this user may limit containers. */
export function mayMakeCgroups(hierarchy: string, uid: number): boolean {
  if (uid !== 0) return false;
  const unified = isWritable(join(hierarchy, "cgroup.procs"));
  return unified || ["memory", "cpu"].every((controller) => isWritable(join(hierarchy, controller)));
}

/** Removes the folders of --cgroups_root, as far as no container is left in them. */
export function removeEmptyCgroups(hierarchy: string, root: string): void {
  const trees = ["", ...foldersIn(hierarchy)].map((tree) => join(hierarchy, tree));
  for (const tree of trees) {
    for (let path = join(tree, root); path.startsWith(`${tree}/`); path = dirname(path)) {
      try {
        rmdirSync(path);
      } catch {
        break; // There is none here, or somebody still uses it.
      }
    }
  }
}

function foldersIn(directory: string): string[] {
  try {
    return readdirSync(directory, { withFileTypes: true }).flatMap((entry) =>
      entry.isDirectory() ? [entry.name] : [],
    );
  } catch {
    return []; // A machine without cgroups.
  }
}

function isWritable(path: string): boolean {
  try {
    accessSync(path, constants.W_OK);
    return true;
  } catch {
    return false;
  }
}
