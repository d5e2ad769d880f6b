// Takes a cluster on machines down.
import type { UpOptions } from "../backend.ts";
import { downCluster } from "../down-cluster.ts";
import { isLeft, takeDown } from "./take-down.ts";
import type { VagrantBackendOptions } from "./vagrant-options.ts";

/** See Backend.down. */
export function down(
  name: string,
  { root, env }: VagrantBackendOptions,
  limits: UpOptions,
): Promise<{ removed: string[] }> {
  return downCluster(name, limits, {
    root,
    isLeft: (folder) => isLeft(folder, env),
    takeDown: (cluster) => takeDown(cluster, env),
  });
}
