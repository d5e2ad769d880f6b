// Removes all that a cluster made on this machine, in whatever state it is: by what is recorded where that can be read,
// and by looking at the machine in any case.
import { MesosUpError } from "../../errors.ts";
import type { Claim } from "../state/claim.ts";
import { emptyClusterFolder } from "../state/cluster-folder.ts";
import type { ClusterRecord } from "../state/cluster-record.ts";
import { describeProcess, type ProcessIdentity } from "../state/process-identity.ts";
import { isRunning, readProcessRecords, type ProcessRecord } from "../state/process-record.ts";
import { findProgram } from "../find-program.ts";
import { removeCgroups } from "./leftovers/cgroups.ts";
import { removeContainersOf } from "./leftovers/docker-containers.ts";
import { unmountBelow } from "./leftovers/mounts.ts";
import { removeNetworkDevices } from "./leftovers/network-devices.ts";
import { runcContainers } from "./leftovers/runc-containers.ts";
import { endProcesses } from "./processes/end-processes.ts";
import { findOwnedProcesses } from "./processes/ownership.ts";

export interface TakeDownOptions {
  folder: string;
  /** Held on the folder; released by the caller. */
  claim: Claim;
  /** Undefined where it is missing or damaged. */
  record: ClusterRecord | undefined;
  env: NodeJS.ProcessEnv;
}

/**
 * Processes first, since they would go on making things, then what they leave. Resolves with what was removed, for
 * people to read: "process agent-1 (PID 812)", "container mesos-…", …; empty where there was nothing. What cannot be
 * removed does not keep the rest from it: it is the error DOWN_INCOMPLETE, with every reason among its cleanupErrors, and
 * the cluster's folder then stays, so that it can be tried again.
 */
export async function takeDown({ folder, claim, record, env }: TakeDownOptions): Promise<string[]> {
  const containers = runcContainers(folder);
  const removed: string[] = [];
  const errors: unknown[] = [];
  const attempt = async (remove: () => string[] | Promise<string[]>): Promise<void> => {
    try {
      removed.push(...(await remove()));
    } catch (error) {
      errors.push(error);
    }
  };
  await attempt(() => endAllProcesses(folder, record));
  for (const program of containerPrograms(record, env)) {
    // Where it is not known whether it ran the containers, one that this user cannot reach did not.
    const unreachable = (error: unknown): string[] => {
      if (record === undefined) return [];
      throw error;
    };
    await attempt(async () => named("container", await removeContainersOf(folder, program, env).catch(unreachable)));
  }
  await attempt(async () => named("network device", await removeNetworkDevices(folder, env)));
  await attempt(async () => named("mount", await unmountBelow(folder)));
  const cgroups = new Set(containers.flatMap((container) => container.cgroups));
  await attempt(async () => named("cgroup", await removeCgroups(folder, [...cgroups])));
  if (errors.length === 0) {
    await attempt(() => {
      emptyClusterFolder(folder, claim);
      return record !== undefined || removed.length > 0 ? [`folder ${folder}`] : [];
    });
  }
  if (errors.length > 0) throw incomplete(folder, errors);
  return removed;
}

/** A container's first process is looked up each time anew: containers may be started while others are ended. */
async function endAllProcesses(folder: string, record: ClusterRecord | undefined): Promise<string[]> {
  const nodes = readProcessRecords(folder);
  const find = (): ProcessIdentity[] => [
    ...findOwnedProcesses({ owner: record?.owner, folder }),
    ...nodes.filter((node) => isRunning(node, folder)).map(({ identity }) => identity),
    ...runcContainers(folder).flatMap(({ init }) => init ?? []),
  ];
  const names = new Map(find().map(({ pid }) => [pid, describe(pid, nodes)]));
  // ZooKeeper would take a third of a second to put data in order that is about to be removed.
  const servers = new Set(nodes.filter(({ program }) => program === "zookeeper").map(({ identity }) => identity.pid));
  const ended = await endProcesses(find, { last: ({ pid }) => servers.has(pid) });
  return ended.map(({ pid }) => names.get(pid) ?? `process PID ${pid}`);
}

function describe(pid: number, nodes: ProcessRecord[]): string {
  const node = nodes.find(({ identity }) => identity.pid === pid)?.node;
  return node === undefined ? `process ${describeProcess(pid)}` : `process ${node} (PID ${pid})`;
}

/** Where it is not known what ran the containers, whatever is there is asked. */
function containerPrograms(record: ClusterRecord | undefined, env: NodeJS.ProcessEnv): ("docker" | "podman")[] {
  const known = record?.placement.containerProgram;
  return (["docker", "podman"] as const).filter((program) =>
    record === undefined ? findProgram(program, env) !== undefined : known === program,
  );
}

function named(kind: string, names: string[]): string[] {
  return names.map((name) => `${kind} ${name}`);
}

function incomplete(folder: string, errors: unknown[]): MesosUpError {
  return new MesosUpError(`Not everything that the cluster in ${folder} made could be removed.`, {
    code: "DOWN_INCOMPLETE",
    hint: "Put right what is named, then run `mesos-up down` again.",
    cleanupErrors: errors,
  });
}
