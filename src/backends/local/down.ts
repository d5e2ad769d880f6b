// Takes a cluster down.
import type { UpOptions } from "../backend.ts";
import { downCluster } from "../down-cluster.ts";
import type { LocalOptions } from "./local-options.ts";
import { findOwnedProcesses } from "./processes/ownership.ts";
import { takeDown } from "./take-down.ts";

/** See Backend.down. */
export function down(name: string, { root, env }: LocalOptions, limits: UpOptions): Promise<{ removed: string[] }> {
  return downCluster(name, limits, {
    root,
    isLeft: (folder) => findOwnedProcesses({ owner: undefined, folder }).length > 0,
    takeDown: (cluster) => takeDown(cluster, env),
  });
}
