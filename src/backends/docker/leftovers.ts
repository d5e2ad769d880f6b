// What a cluster could leave on a daemon, and in its folder.
import { existsSync } from "node:fs";
import type { Leftovers } from "../backend.ts";
import type { Daemon } from "./daemon/daemon.ts";
import { containersUsing, ownedContainers, ownedNetworks, ownedVolumes } from "./owned-things.ts";

export async function leftovers(daemon: Daemon, folder: string): Promise<Leftovers> {
  const [containers, tasks, volumes, networks] = await Promise.all([
    ownedContainers(daemon, folder),
    containersUsing(daemon, folder),
    ownedVolumes(daemon, folder),
    ownedNetworks(daemon, folder),
  ]);
  return {
    lookedFor: ["containers", "containers of tasks", "volumes", "networks", "files"],
    found: [
      ...containers.map(({ name }) => `container ${name}`),
      ...tasks.map((name) => `container ${name}`),
      ...volumes.map((name) => `volume ${name}`),
      ...networks.map(({ name }) => `network ${name}`),
      ...(existsSync(folder) ? [`folder ${folder}`] : []),
    ],
  };
}
