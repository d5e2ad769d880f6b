// The Docker backend: a cluster as containers of a Docker daemon, made by Terraform from stacks that translate the plan.
import { basename } from "node:path";
import { planNodeByName } from "../../cluster/plan.ts";
import { MesosUpError } from "../../errors.ts";
import type { ListingBackend } from "../backend.ts";
import { clusterFolder, clusterNames } from "../state/cluster-folder.ts";
import { readClusterRecord, requireReadable, type ClusterRecord } from "../state/cluster-record.ts";
import { act } from "./act.ts";
import { daemonAddress } from "./daemon/daemon-address.ts";
import { Daemon } from "./daemon/daemon.ts";
import { dockerFaults, type DockerFaults } from "./docker-faults.ts";
import type { DockerOptions } from "./docker-options.ts";
import { down } from "./down.ts";
import { clusterFolders, containerLog } from "./owned-things.ts";
import { nodeStatuses } from "./status.ts";
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
    async status(name) {
      const record = recordOf(name);
      return record && { plan: record.plan, nodes: await nodeStatuses(record.plan, daemon()) };
    },
    act: (name, node, action, limits) => act({ name, node, action }, options, limits),
    async logTail(name, node, lines) {
      const record = recordOf(name);
      const container = record && planNodeByName(record.plan, node)?.container?.name;
      if (container === undefined) throw nodeUnknown(record, name, node);
      return await containerLog(daemon(), container, lines);
    },
    async list() {
      const here = clusterNames(options.root).map((name) => clusterFolder(options.root, name));
      const there = await clusterFolders(daemon()).catch(() => []);
      return [...new Set([...here, ...there])].map((folder) => ({ name: basename(folder), folder }));
    },
  };
}

function nodeUnknown(record: ClusterRecord | undefined, cluster: string, node: string): MesosUpError {
  if (record === undefined) {
    return new MesosUpError(`There is no cluster ${cluster} here.`, {
      code: "CLUSTER_UNKNOWN",
      hint: "`mesos-up status` lists the clusters.",
    });
  }
  return new MesosUpError(`The cluster ${cluster} has no node ${node} in a container.`, {
    code: "NODE_UNKNOWN",
    hint: `Its nodes are ${record.plan.nodes.map(({ name }) => name).join(", ")}.`,
  });
}
