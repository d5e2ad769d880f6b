// Finds out what the plan of a cluster on machines has to know of this machine, and makes what they are made of.
import type { Placement } from "../../cluster/plan-types.ts";
import type { ClusterSpec } from "../../cluster/spec.ts";
import { mesosInstall } from "../../cluster/vagrant/machine-commands.ts";
import type { VagrantPlacement, VagrantProvider } from "../../cluster/vagrant/vagrant-types.ts";
import { defaultCacheDirectory } from "../local/kit/machine.ts";
import { join } from "node:path";
import { machineImageReference } from "./machine-image/machine-image.ts";
import { machineFolder } from "./machine-folder.ts";

/** Where the program that runs containers is on machines that are containers. */
const RUNC_ON_MACHINES = "/usr/sbin/runc";

/** The placement of a cluster whose folder this is. Nothing is made: paths and names are known beforehand. */
export function vagrantPlacement(
  spec: ClusterSpec,
  { folder, provider, env }: { folder: string; provider: VagrantProvider; env: NodeJS.ProcessEnv },
): Placement & { vagrant: VagrantPlacement } {
  const containers = provider === "docker";
  const imageStore = join(defaultCacheDirectory(env), "images");
  const { engine, engineArchive } = machineFolder(folder);
  const { by } = mesosInstall(spec, { provider, engineArchive });
  return {
    stateDirectory: folder,
    slot: 0,
    // Only the embedded engine runs containers without Docker.
    containerProgram: containers ? (by === "engine" ? RUNC_ON_MACHINES : undefined) : "docker",
    imageStore,
    vagrant: {
      provider,
      ...(by === "engine" && !containers && { engineArchive }),
      ...(containers && {
        container: { image: machineImageReference(env), imageStore, engine, node: process.execPath },
      }),
    },
  };
}
