// Removes all that a cluster on machines made, in whatever state it is.
import { existsSync, readdirSync } from "node:fs";
import { rm } from "node:fs/promises";
import { findProgram } from "../find-program.ts";
import { runCommand } from "../local/kit/command.ts";
import type { ClusterRecord } from "../state/cluster-record.ts";
import { removeParts, type TakeDownOptions } from "../take-down.ts";
import { idleNetwork, machineContainers, networkOf } from "./machine-containers.ts";
import { machineFolder, writePlanFile, writeVagrantfile, type MachineFolder } from "./machine-folder.ts";
import { vagrant } from "./machines.ts";

/**
 * Machines that are containers go at once, where Vagrant would take one after the other; then Vagrant destroys what it knows,
 * and forgets what is gone. See removeParts.
 */
export async function takeDown(cluster: TakeDownOptions, env: NodeJS.ProcessEnv): Promise<string[]> {
  const { folder, record } = cluster;
  return await removeParts(cluster, [
    () => removeContainers(folder, env, record),
    () => destroyMachines(cluster, env),
    () => removeNetwork(cluster, env),
    () => removeDotfiles(machineFolder(folder)),
  ]);
}

/** Machines of the record as of Vagrant's own files: either may be all that is left. */
async function destroyMachines({ folder, record }: TakeDownOptions, env: NodeJS.ProcessEnv): Promise<string[]> {
  const paths = machineFolder(folder);
  const machines = machinesKnown(paths);
  if (machines.length === 0) return [];
  if (record !== undefined) writePlanFile(record.plan, paths.planFile);
  if (!existsSync(`${paths.keyFile}.pub`)) await rm(paths.keyFile, { force: true });
  await writeVagrantfile(paths);
  await vagrant(folder, ["destroy", "--force"], { env, signal: new AbortController().signal });
  return machines.map((name) => `machine ${name}`);
}

/** Names of the machines that Vagrant has an identity for. */
function machinesKnown({ dotfiles }: MachineFolder): string[] {
  const folder = `${dotfiles}/machines`;
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { recursive: true, encoding: "utf8" })
    .filter((path) => path.endsWith("/id"))
    .map((path) => path.split("/")[0] ?? "")
    .sort();
}

/**
 * By their label: those of a bring-up that was killed before Vagrant had written down what it made, too, which alone are
 * told of here.
 */
async function removeContainers(
  folder: string,
  env: NodeJS.ProcessEnv,
  record: ClusterRecord | undefined,
): Promise<string[]> {
  if (!dockerConcerned(env, record)) return [];
  const command = { environment: env, signal: new AbortController().signal };
  const containers = await machineContainers(folder, command).catch((error: unknown) => {
    // Where it is not known whether Docker was used, one that does not answer was not.
    if (record === undefined) return [];
    throw error;
  });
  const names = containers.map(({ name }) => name);
  if (names.length > 0) await runCommand("docker", ["rm", "--force", "--volumes", ...names], command);
  const known = machinesKnown(machineFolder(folder));
  return names
    .filter((name) => !known.some((machine) => name.endsWith(`-${machine}`)))
    .map((name) => `container ${name}`);
}

/** The network that Vagrant made, if nobody else's machines are in it. */
async function removeNetwork({ folder, record }: TakeDownOptions, env: NodeJS.ProcessEnv): Promise<string[]> {
  const network = networkOf(folder, record);
  if (network === undefined || !dockerConcerned(env, record)) return [];
  const command = { environment: env, signal: new AbortController().signal };
  const name = await idleNetwork(network, command);
  if (name === undefined) return [];
  await runCommand("docker", ["network", "rm", name], command);
  return [`network ${name}`];
}

/** In the project's own folder there may be others' machines beside the cluster's: then it stays. */
async function removeDotfiles(paths: MachineFolder): Promise<string[]> {
  if (existsSync(paths.dotfiles) && machinesKnown(paths).length === 0) {
    await rm(paths.dotfiles, { recursive: true, force: true });
  }
  return [];
}

function dockerConcerned(env: NodeJS.ProcessEnv, record: ClusterRecord | undefined): boolean {
  const provider = record?.placement.vagrant?.provider;
  return findProgram("docker", env) !== undefined && (record === undefined || provider === "docker");
}
