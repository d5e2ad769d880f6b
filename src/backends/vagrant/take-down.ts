// Removes all that a cluster on machines made, in whatever state it is.
import { existsSync, readdirSync } from "node:fs";
import { rm } from "node:fs/promises";
import { findProgram } from "../find-program.ts";
import { runCommand } from "../local/kit/command.ts";
import type { ClusterRecord } from "../state/cluster-record.ts";
import { removeParts, type TakeDownOptions } from "../take-down.ts";
import { isIdle, machineContainers, networkName, networkOf, type MachineContainerState } from "./machine-containers.ts";
import { machineFolder, writePlanFile, writeVagrantfile, type MachineFolder } from "./machine-folder.ts";
import { vagrant } from "./machines.ts";

/**
 * Machines that are containers go at once, where Vagrant would take one after the other; then Vagrant destroys what it knows,
 * and forgets what is gone. See removeParts.
 */
export async function takeDown(cluster: TakeDownOptions, env: NodeJS.ProcessEnv): Promise<string[]> {
  const { folder, record } = cluster;
  const network = networkOf(folder, record);
  const networks = new Set(network === undefined ? [] : [networkName(network)]);
  return await removeParts(cluster, [
    async () => {
      const containers = await containersOf(folder, env, record);
      containers.forEach((container) => container.networks.forEach((name) => networks.add(name)));
      return await removeContainers(folder, env, containers);
    },
    () => destroyMachines(cluster, env),
    () => (dockerConcerned(env, record) ? removeNetworks(networks, env) : []),
    () => removeDotfiles(machineFolder(folder)),
  ]);
}

/** Machines that are containers, by their label: those that Vagrant has not written down, or not any more, too. */
async function containersOf(
  folder: string,
  env: NodeJS.ProcessEnv,
  record: ClusterRecord | undefined,
): Promise<MachineContainerState[]> {
  if (!dockerConcerned(env, record)) return [];
  const command = { environment: env, signal: new AbortController().signal };
  return await machineContainers(folder, command).catch((error: unknown) => {
    // Where it is not known whether Docker was used, one that does not answer was not.
    if (record === undefined) return [];
    throw error;
  });
}

/** Whether there are machines of a cluster whose folder is gone. */
export async function isLeft(folder: string, env: NodeJS.ProcessEnv): Promise<boolean> {
  return (await containersOf(folder, env, undefined)).length > 0;
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

/** Gives those that Vagrant does not know: what it destroys is told of when it has. */
async function removeContainers(
  folder: string,
  env: NodeJS.ProcessEnv,
  containers: readonly MachineContainerState[],
): Promise<string[]> {
  const names = containers.map(({ name }) => name);
  const command = { environment: env, signal: new AbortController().signal };
  if (names.length > 0) await runCommand("docker", ["rm", "--force", "--volumes", ...names], command);
  const known = machinesKnown(machineFolder(folder));
  return names
    .filter((name) => !known.some((machine) => name.endsWith(`-${machine}`)))
    .map((name) => `container ${name}`);
}

/** Those that Vagrant made, if nobody else's machines are in them. */
async function removeNetworks(networks: ReadonlySet<string>, env: NodeJS.ProcessEnv): Promise<string[]> {
  const command = { environment: env, signal: new AbortController().signal };
  const removed: string[] = [];
  for (const name of networks) {
    if (!(await isIdle(name, command))) continue;
    await runCommand("docker", ["network", "rm", name], command);
    removed.push(`network ${name}`);
  }
  return removed;
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
