// Removes all that a cluster on machines made, in whatever state it is.
import { existsSync, readdirSync } from "node:fs";
import { rm } from "node:fs/promises";
import { DOCKER_LABELS } from "../../cluster/docker/labels.ts";
import { MesosUpError } from "../../errors.ts";
import { findProgram } from "../find-program.ts";
import { runCommand } from "../local/kit/command.ts";
import type { Claim } from "../state/claim.ts";
import { emptyClusterFolder } from "../state/cluster-folder.ts";
import type { ClusterRecord } from "../state/cluster-record.ts";
import { machineFolder, writePlanFile, writeVagrantfile, type MachineFolder } from "./machine-folder.ts";
import { vagrant } from "./machines.ts";
import { DEFAULT_NETWORK } from "../../cluster/vagrant/vagrant-spec.ts";

export interface TakeDownOptions {
  folder: string;
  /** Held on the folder; released by the caller. */
  claim: Claim;
  /** Undefined where it is missing or damaged. */
  record: ClusterRecord | undefined;
  env: NodeJS.ProcessEnv;
}

/**
 * Vagrant destroys what it knows, then what it does not know any more is looked for. Resolves with what was removed, for
 * people to read. What cannot be removed does not keep the rest from it: it is the error DOWN_INCOMPLETE, and the cluster's
 * folder then stays, so that it can be tried again.
 */
export async function takeDown({ folder, claim, record, env }: TakeDownOptions): Promise<string[]> {
  const removed: string[] = [];
  const errors: unknown[] = [];
  const attempt = async (remove: () => Promise<string[]>): Promise<void> => {
    try {
      removed.push(...(await remove()));
    } catch (error) {
      errors.push(error);
    }
  };
  await attempt(() => destroyMachines({ folder, record, env }));
  await attempt(() => removeContainers(folder, env, record));
  await attempt(() => removeNetwork(env, record));
  await attempt(() => removeDotfiles(machineFolder(folder)));
  if (errors.length === 0) {
    await attempt(() => {
      emptyClusterFolder(folder, claim);
      return Promise.resolve(record !== undefined || removed.length > 0 ? [`folder ${folder}`] : []);
    });
  }
  if (errors.length > 0) throw incomplete(folder, errors);
  return removed;
}

/** Machines of the record as of Vagrant's own files: either may be all that is left. */
async function destroyMachines({
  folder,
  record,
  env,
}: Pick<TakeDownOptions, "folder" | "record" | "env">): Promise<string[]> {
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

/** By their label: those of a bring-up that was killed before Vagrant had written down what it made, too. */
async function removeContainers(
  folder: string,
  env: NodeJS.ProcessEnv,
  record: ClusterRecord | undefined,
): Promise<string[]> {
  if (!dockerConcerned(env, record)) return [];
  const command = { environment: env, signal: new AbortController().signal };
  const filter = [
    "--filter",
    `label=${DOCKER_LABELS.state}=${folder}`,
    "--filter",
    `label=${DOCKER_LABELS.role}=machine`,
  ];
  const list = ["ps", "--all", ...filter, "--format", "{{.Names}}"];
  const { stdout } = await runCommand("docker", list, command).catch((error: unknown) => {
    // Where it is not known whether Docker was used, one that does not answer was not.
    if (record === undefined) return { stdout: "" };
    throw error;
  });
  const names = stdout.split("\n").filter((name) => name !== "");
  if (names.length > 0) await runCommand("docker", ["rm", "--force", "--volumes", ...names], command);
  return names.map((name) => `container ${name}`);
}

/** The network that Vagrant made, if nobody else's machines are in it. */
async function removeNetwork(env: NodeJS.ProcessEnv, record: ClusterRecord | undefined): Promise<string[]> {
  if (record === undefined || !dockerConcerned(env, record)) return [];
  const command = { environment: env, signal: new AbortController().signal };
  const name = `vagrant_network_${record.spec.vagrant?.network ?? DEFAULT_NETWORK}.0/24`;
  const format = "{{.Name}} {{len .Containers}}";
  const { stdout } = await runCommand("docker", ["network", "inspect", "--format", format, name], command).catch(
    () => ({
      stdout: "",
    }),
  );
  if (stdout.trim() !== `${name} 0`) return [];
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

function incomplete(folder: string, errors: unknown[]): MesosUpError {
  return new MesosUpError(`Not everything that the cluster in ${folder} made could be removed.`, {
    code: "DOWN_INCOMPLETE",
    hint: "Put right what is named, then run `mesos-up down --backend vagrant` again.",
    cleanupErrors: errors,
  });
}
