// The Docker backend: a cluster as containers of a Docker daemon, made by Terraform from stacks that translate the plan.
import { basename } from "node:path";
import type { ListingBackend } from "../backend.ts";
import { clusterFolder, clusterNames } from "../state/cluster-folder.ts";
import { readClusterRecord, requireReadable, type ClusterRecord } from "../state/cluster-record.ts";
import { requireCluster, requireNode } from "../state/require-node.ts";
import { act } from "./act.ts";
import { containerLog, containerLogTail } from "./container-log.ts";
import { daemonAddress } from "./daemon/daemon-address.ts";
import { Daemon } from "./daemon/daemon.ts";
import { dockerFaults, type DockerFaults } from "./docker-faults.ts";
import type { DockerOptions } from "./docker-options.ts";
import { down } from "./down.ts";
import { clusterFolders, containerNameOf } from "./owned-things.ts";
import { nodeStatuses } from "./status.ts";
import { leftovers } from "./leftovers.ts";
import { up } from "./up.ts";

export type DockerBackend = ListingBackend & DockerFaults;

export function createDockerBackend(options: DockerOptions): DockerBackend {
  const daemon = (): Daemon => new Daemon(daemonAddress(options.env));
  const recordOf = (name: string): ClusterRecord | undefined =>
    requireReadable(readClusterRecord(clusterFolder(options.root, name)), name);
  return {
    ...dockerFaults(daemon),
    kind: "docker",
    up: (spec, limits) => up(spec, options, limits),
    down: (name, limits) => down(name, options, limits),
    traces: (name) => Promise.resolve(() => leftovers(daemon(), clusterFolder(options.root, name))),
    async status(name) {
      const record = recordOf(name);
      return record && { plan: record.plan, nodes: await nodeStatuses(record.plan, daemon()) };
    },
    act: (name, node, action, limits) => act({ name, node, action }, options, limits),
    async logTail(name, node, lines) {
      const { plan } = requireCluster(recordOf(name), name);
      return await containerLogTail(daemon(), containerNameOf(requireNode(plan, node)), lines);
    },
    log: (name, node) =>
      containerLog(daemon(), containerNameOf(requireNode(requireCluster(recordOf(name), name).plan, node))),
    async list() {
      const here = clusterNames(options.root).map((name) => clusterFolder(options.root, name));
      const there = await clusterFolders(daemon()).catch(() => []);
      return [...new Set([...here, ...there])].map((folder) => ({ name: basename(folder), folder }));
    },
  };
}
