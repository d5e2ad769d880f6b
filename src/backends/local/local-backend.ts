// The local backend: a cluster as processes of this machine (Linux only: what is a cluster's is found through /proc).
import { basename } from "node:path";
import { MesosUpError } from "../../errors.ts";
import type { KnownCluster, ListingBackend } from "../backend.ts";
import { fileLog } from "../file-log.ts";
import { clusterFolder, clusterNames } from "../state/cluster-folder.ts";
import { readClusterRecord, requireReadable, type ClusterRecord } from "../state/cluster-record.ts";
import { requireCluster, requireNode } from "../state/require-node.ts";
import { act } from "./act.ts";
import { down } from "./down.ts";
import type { LocalOptions } from "./local-options.ts";
import { logFileOf, tailOf } from "./processes/log-file.ts";
import { runningClusterFolders } from "./processes/ownership.ts";
import { nodeStatuses } from "./status.ts";
import { traces } from "./traces.ts";
import { up } from "./up.ts";

export interface LocalBackend extends ListingBackend {
  list(): KnownCluster[];
}

/** @throws MesosUpError LINUX_NEEDED on any other system. */
export function createLocalBackend(options: LocalOptions): LocalBackend {
  if (process.platform !== "linux") {
    throw new MesosUpError("The local backend needs Linux.", {
      code: "LINUX_NEEDED",
      hint: "Use --backend docker, which works wherever Docker does.",
    });
  }
  const recordOf = (name: string): ClusterRecord | undefined =>
    requireReadable(readClusterRecord(clusterFolder(options.root, name)), name);
  return {
    kind: "local",
    up: (spec, limits) => up(spec, options, limits),
    down: (name, limits) => down(name, options, limits),
    traces: (name) => Promise.resolve(traces(clusterFolder(options.root, name), options.env)),
    async status(name) {
      const record = recordOf(name);
      return record && { plan: record.plan, nodes: await nodeStatuses(record.plan) };
    },
    act: (name, node, action, limits) => act({ name, node, action }, options, limits),
    logTail: (name, node, lines) =>
      Promise.resolve().then(() =>
        tailOf(logFileOf(requireNode(requireCluster(recordOf(name), name).plan, node)), lines),
      ),
    log: (name, node) => fileLog(logFileOf(requireNode(requireCluster(recordOf(name), name).plan, node))),
    list: () => listClusters(options.root),
  };
}

function listClusters(root: string): KnownCluster[] {
  const here = clusterNames(root).map((name) => clusterFolder(root, name));
  const folders = [...new Set([...here, ...runningClusterFolders()])];
  return folders.map((folder) => ({ name: basename(folder), folder }));
}
