// How a process is known to belong to a cluster: by what it was given in its environment, which children inherit and
// nobody can give to a stranger's process. Names and command lines are never a reason.
import {
  clusterFolderOf,
  environmentOf,
  identify,
  parseStat,
  processIds,
  readProcess,
  type ProcessIdentity,
} from "../../state/process-identity.ts";

/** The cluster that is asked about. `owner` is unknown where its state is damaged. */
export interface Ownership {
  owner: string | undefined;
  /** Absolute path of the cluster's folder. */
  folder: string;
}

/** What every process of a cluster is given. */
export function ownerEnvironment(owner: string, folder: string): Record<string, string> {
  return { MESOS_UP_OWNER: owner, MESOS_UP_STATE: folder };
}

/** Folders of all clusters of which a process runs that this user may look at, sorted. */
export function runningClusterFolders(): string[] {
  const folders = processIds().map(clusterFolderOf);
  return [...new Set(folders.filter((folder) => folder !== undefined))].sort();
}

/**
 * All living processes of the cluster: those that carry its mark, and whatever descends from one. This process itself
 * is never among them.
 */
export function findOwnedProcesses(ownership: Ownership): ProcessIdentity[] {
  const parents = new Map<number, number>();
  const owned = new Set<number>();
  for (const pid of processIds()) {
    const stat = readProcess(pid, "stat");
    if (stat === undefined) continue;
    parents.set(pid, parseStat(stat).parentPid);
    if (environmentOf(pid).some((variable) => isMark(variable, ownership))) owned.add(pid);
  }
  return [...parents.keys()]
    .filter((pid) => pid !== process.pid && hasOwnedAncestor(pid, parents, owned))
    .map(identify)
    .filter((identity) => identity !== undefined);
}

/**
 * A real agent hands nothing that begins with MESOS_ on to its executors, but tells each its sandbox, which lies in the
 * cluster's folder.
 */
function isMark(variable: string, { owner, folder }: Ownership): boolean {
  return (
    (owner !== undefined && variable === `MESOS_UP_OWNER=${owner}`) ||
    variable === `MESOS_UP_STATE=${folder}` ||
    variable.startsWith(`MESOS_SANDBOX=${folder}/`) ||
    variable.startsWith(`MESOS_DIRECTORY=${folder}/`)
  );
}

function hasOwnedAncestor(pid: number, parents: Map<number, number>, owned: Set<number>): boolean {
  for (let at: number | undefined = pid; at !== undefined && at > 1; at = parents.get(at)) {
    if (owned.has(at)) return true;
  }
  return false;
}
