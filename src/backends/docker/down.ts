// Takes a cluster down.
import type { UpOptions } from "../backend.ts";
import { downCluster } from "../down-cluster.ts";
import { daemonAddress } from "./daemon/daemon-address.ts";
import { Daemon } from "./daemon/daemon.ts";
import type { DockerOptions } from "./docker-options.ts";
import { ownedContainers, ownedNetworks, ownedVolumes, containersUsing } from "./owned-things.ts";
import { takeDown } from "./take-down.ts";
import { findTerraform } from "./terraform/terraform-program.ts";

/** See Backend.down. */
export function down(name: string, options: DockerOptions, limits: UpOptions): Promise<{ removed: string[] }> {
  const daemon = new Daemon(daemonAddress(options.env));
  return downCluster(name, limits, {
    root: options.root,
    isLeft: (folder) => hasAnything(daemon, folder),
    async takeDown(cluster) {
      const program = await findTerraform(options.env).catch(() => undefined);
      return await takeDown(cluster, { daemon, options, program });
    },
  });
}

async function hasAnything(daemon: Daemon, folder: string): Promise<boolean> {
  const found = await Promise.all([
    ownedContainers(daemon, folder),
    containersUsing(daemon, folder),
    ownedVolumes(daemon, folder),
    ownedNetworks(daemon, folder),
  ]);
  return found.some(({ length }) => length > 0);
}
