// Takes a cluster down, whatever is left of it. Where nothing is, it says so and makes nothing.
import { existsSync } from "node:fs";
import { createSteps } from "../../progress/steps.ts";
import type { UpOptions } from "../backend.ts";
import { clusterFolder, forgetDemo, lockCluster } from "../state/cluster-folder.ts";
import { readClusterRecord } from "../state/cluster-record.ts";
import { daemonAddress } from "./daemon/daemon-address.ts";
import { Daemon } from "./daemon/daemon.ts";
import type { DockerOptions } from "./docker-options.ts";
import { ownedContainers, ownedNetworks, ownedVolumes, containersUsing } from "./owned-things.ts";
import { takeDown } from "./take-down.ts";
import { findTerraform } from "./terraform/terraform-program.ts";

/** See Backend.down. A half-done take-down is worse than a late one: only the wait for the folder heeds the signal. */
export async function down(name: string, options: DockerOptions, limits: UpOptions): Promise<{ removed: string[] }> {
  const folder = clusterFolder(options.root, name);
  const daemon = new Daemon(daemonAddress(options.env));
  const steps = createSteps({ sink: limits.progress });
  limits.signal.throwIfAborted();
  return await steps.step({ id: "down", title: `Cluster ${name} is taken down` }, async (context) => {
    const removed = await remove({ folder, name, daemon, options });
    forgetDemo(options.root, name);
    if (removed.length === 0) context.skip("there is nothing of it");
    else context.detail(`${removed.length} things removed`);
    return { removed };
  });
}

interface Removal {
  folder: string;
  name: string;
  daemon: Daemon;
  options: DockerOptions;
}

async function remove({ folder, name, daemon, options }: Removal): Promise<string[]> {
  if (!existsSync(folder) && !(await hasAnything(daemon, folder))) return [];
  const claim = await lockCluster(folder, name);
  try {
    const state = readClusterRecord(folder);
    const record = state.kind === "present" ? state.record : undefined;
    const program = await findTerraform(options.env).catch(() => undefined);
    return await takeDown({ folder, claim, record, daemon, options, program });
  } finally {
    claim.release();
  }
}

/** Somebody may have removed the folder of a running cluster by hand. */
async function hasAnything(daemon: Daemon, folder: string): Promise<boolean> {
  const found = await Promise.all([
    ownedContainers(daemon, folder),
    containersUsing(daemon, folder),
    ownedVolumes(daemon, folder),
    ownedNetworks(daemon, folder),
  ]);
  return found.some(({ length }) => length > 0);
}
