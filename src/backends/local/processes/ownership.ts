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

/**
 * What every process of a cluster is given. The names do not begin with MESOS_: agents hand nothing that does on to
 * their executors.
 */
export function ownerEnvironment(owner: string, folder: string): Record<string, string> {
  return { UP_MESOS_OWNER: owner, UP_MESOS_STATE: folder };
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
  const processes = processIds();
  const marked = new Set(processes.filter((pid) => environmentOf(pid).some((entry) => isMark(entry, ownership))));
  if (marked.size === 0) return [];
  const parents = new Map(processes.map((pid) => [pid, parentOf(pid)]));
  return processes
    .filter((pid) => pid !== process.pid && descendsFrom(marked, pid, parents))
    .map(identify)
    .filter((identity) => identity !== undefined);
}

/** An agent that is told what to hand on to its executors may leave the mark out, but it tells each its sandbox. */
function isMark(variable: string, { owner, folder }: Ownership): boolean {
  return (
    (owner !== undefined && variable === `UP_MESOS_OWNER=${owner}`) ||
    variable === `UP_MESOS_STATE=${folder}` ||
    variable.startsWith(`MESOS_SANDBOX=${folder}/`) ||
    variable.startsWith(`MESOS_DIRECTORY=${folder}/`)
  );
}

function parentOf(pid: number): number | undefined {
  const stat = readProcess(pid, "stat");
  return stat === undefined ? undefined : parseStat(stat).parentPid;
}

/** Whether the process is one of `ancestors` or has one. */
function descendsFrom(ancestors: Set<number>, pid: number, parents: Map<number, number | undefined>): boolean {
  for (let at: number | undefined = pid; at !== undefined && at > 1; at = parents.get(at)) {
    if (ancestors.has(at)) return true;
  }
  return false;
}
