// Containers that runc keeps for a cluster. Their processes carry the image's environment, so runc's own notes
// (state.json in its --root) say which they are and where their cgroups lie.
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { identify, type ProcessIdentity } from "../../state/process-identity.ts";

export interface RuncContainer {
  id: string;
  /** The container's first process, where it lives; with it ends its process namespace. */
  init: ProcessIdentity | undefined;
  /** Absolute paths of its cgroups, one per hierarchy. */
  cgroups: string[];
}

/** How far below the cluster's folder runc's roots lie: <node>/<runtime folder>/runc, one more for good measure. */
const depth = 4;

/** Every container of which notes lie in a folder named `runc` below the cluster's folder. */
export function runcContainers(folder: string): RuncContainer[] {
  return runcRoots(folder, depth).flatMap((root) =>
    subfolders(root)
      .map((id) => readState(id, join(root, id, "state.json")))
      .filter((container) => container !== undefined),
  );
}

function runcRoots(folder: string, levels: number): string[] {
  if (levels === 0) return [];
  return subfolders(folder).flatMap((name) =>
    name === "runc" ? [join(folder, name)] : runcRoots(join(folder, name), levels - 1),
  );
}

function subfolders(folder: string): string[] {
  try {
    return readdirSync(folder, { withFileTypes: true })
      .filter((entry) => entry.isDirectory())
      .map((entry) => entry.name);
  } catch {
    return [];
  }
}

interface RuncState {
  init_process_pid?: number;
  init_process_start?: number;
  cgroup_paths?: Record<string, string>;
}

/** Half-written notes belong to a container that was never started. */
function readState(id: string, file: string): RuncContainer | undefined {
  try {
    const state = JSON.parse(readFileSync(file, "utf8")) as RuncState;
    const init = state.init_process_pid === undefined ? undefined : identify(state.init_process_pid);
    return {
      id,
      init: init?.startTicks === state.init_process_start ? init : undefined,
      cgroups: Object.values(state.cgroup_paths ?? {}),
    };
  } catch {
    return undefined;
  }
}
