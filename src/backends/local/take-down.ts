// Removes all that a cluster made on this machine, in whatever state it is: by what is recorded where that can be read,
// and by looking at the machine in any case.
import { findProgram } from "../find-program.ts";
import type { ClusterRecord } from "../state/cluster-record.ts";
import { describeProcess, type ProcessIdentity } from "../state/process-identity.ts";
import { isRunning, readProcessRecords, type ProcessRecord } from "../state/process-record.ts";
import { removeParts, type TakeDownOptions } from "../take-down.ts";
import { removeCgroups } from "./leftovers/cgroups.ts";
import { removeContainersOf } from "./leftovers/docker-containers.ts";
import { unmountBelow } from "./leftovers/mounts.ts";
import { removeNetworkDevices } from "./leftovers/network-devices.ts";
import { runcContainers } from "./leftovers/runc-containers.ts";
import { endProcesses } from "./processes/end-processes.ts";
import { findOwnedProcesses } from "./processes/ownership.ts";

/** Processes first, since they would go on making things, then what they leave. See removeParts. */
export async function takeDown(cluster: TakeDownOptions, env: NodeJS.ProcessEnv): Promise<string[]> {
  const { folder, record } = cluster;
  const containers = runcContainers(folder);
  // Where it is not known whether it ran the containers, one that this user cannot reach did not.
  const unreachable = (error: unknown): string[] => {
    if (record === undefined) return [];
    throw error;
  };
  const cgroups = new Set(containers.flatMap((container) => container.cgroups));
  return await removeParts(cluster, [
    () => endAllProcesses(folder, record),
    ...containerPrograms(record, env).map(
      (program) => async () => named("container", await removeContainersOf(folder, program, env).catch(unreachable)),
    ),
    async () => named("network device", await removeNetworkDevices(folder, env)),
    async () => named("mount", await unmountBelow(folder)),
    async () => named("cgroup", await removeCgroups(folder, [...cgroups])),
  ]);
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
