// What a cluster on machines could leave: machines that are containers, their network, and its folder, where Vagrant keeps
// the others'.
import { existsSync } from "node:fs";
import type { Leftovers } from "../backend.ts";
import { findProgram } from "../find-program.ts";
import { isIdle, machineContainers, networkName } from "./machine-containers.ts";

/** `network`: the first three numbers of the machines' addresses, as they were known before the cluster was taken down. */
export async function leftovers(
  folder: string,
  { network, env }: { network: string | undefined; env: NodeJS.ProcessEnv },
): Promise<Leftovers> {
  const inDocker = findProgram("docker", env) === undefined ? [] : await thingsInDocker(folder, { network, env });
  return {
    lookedFor: ["machines", "containers", "networks", "files"],
    found: [...inDocker, ...(existsSync(folder) ? [`folder ${folder}`] : [])],
  };
}

/** None where no daemon answers: then there are none that run. */
async function thingsInDocker(
  folder: string,
  { network, env }: { network: string | undefined; env: NodeJS.ProcessEnv },
): Promise<string[]> {
  const command = { environment: env, signal: new AbortController().signal };
  const machines = await machineContainers(folder, command).catch(() => []);
  const name = network === undefined ? undefined : networkName(network);
  const idle = name !== undefined && (await isIdle(name, command).catch(() => false));
  return [...machines.map((machine) => `container ${machine.name}`), ...(idle ? [`network ${name}`] : [])];
}
