// What a cluster of processes could leave on this machine, looked for where it would be.
import { existsSync } from "node:fs";
import type { Leftovers } from "../backend.ts";
import { readClusterRecord } from "../state/cluster-record.ts";
import { cgroupsOf } from "./leftovers/cgroups.ts";
import { containersOf } from "./leftovers/docker-containers.ts";
import { mountsBelow } from "./leftovers/mounts.ts";
import { networkDevicesOf } from "./leftovers/network-devices.ts";
import { runcContainers } from "./leftovers/runc-containers.ts";
import { findOwnedProcesses } from "./processes/ownership.ts";

/** See Backend.traces. */
export function traces(folder: string, env: NodeJS.ProcessEnv): () => Promise<Leftovers> {
  const state = readClusterRecord(folder);
  const record = state.kind === "present" ? state.record : undefined;
  const containers = runcContainers(folder);
  const program = record?.placement.containerProgram;
  return async () => {
    const inDocker = program === "docker" || program === "podman" ? await containersOf(folder, program, env) : [];
    const cgroups = [
      ...cgroupsOf(folder),
      ...containers.flatMap((one) => one.cgroups).filter((path) => existsSync(path)),
    ];
    return {
      lookedFor: ["processes", "mounts", "cgroups", "containers", "network devices", "files"],
      found: [
        ...findOwnedProcesses({ owner: record?.owner, folder }).map(({ pid }) => `process ${pid}`),
        ...mountsBelow(folder).map((path) => `mount ${path}`),
        ...cgroups.map((path) => `cgroup ${path}`),
        ...inDocker.map((name) => `container ${name}`),
        ...networkDevicesOf(folder).map((name) => `network device ${name}`),
        ...(existsSync(folder) ? [`folder ${folder}`] : []),
      ],
    };
  };
}
