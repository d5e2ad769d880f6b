// What machines that are containers are made of, asked of Docker itself: containers by their label, and Vagrant's network.
import { readFileSync } from "node:fs";
import { DOCKER_LABELS } from "../../cluster/docker/labels.ts";
import type { ClusterPlan } from "../../cluster/plan-types.ts";
import { DEFAULT_NETWORK } from "../../cluster/vagrant/vagrant-spec.ts";
import { runCommand, type CommandOptions } from "../local/kit/command.ts";
import type { ClusterRecord } from "../state/cluster-record.ts";
import { machineFolder } from "./machine-folder.ts";

export interface MachineContainerState {
  name: string;
  /** In Vagrant's words. */
  state: "running" | "stopped";
  /** Names of the networks that Vagrant made for it. */
  networks: string[];
}

/** Those of the cluster in `folder`. @throws CommandError COMMAND_FAILED */
export async function machineContainers(folder: string, command: CommandOptions): Promise<MachineContainerState[]> {
  const filters = [`label=${DOCKER_LABELS.state}=${folder}`, `label=${DOCKER_LABELS.role}=machine`];
  const lines = await listed(filters, "{{.Names}} {{.Networks}} {{.Status}}", command);
  return lines.map((line) => {
    const [name = "", networks = "", status = ""] = line.split(" ");
    return {
      name,
      state: status === "Up" ? "running" : "stopped",
      networks: networks.split(",").filter((network) => network.startsWith("vagrant_network_")),
    };
  });
}

/** Folders of all clusters that have machines on the daemon, be these folders gone. @throws CommandError COMMAND_FAILED */
export async function machineFolders(command: CommandOptions): Promise<string[]> {
  const folders = await listed([`label=${DOCKER_LABELS.role}=machine`], `{{.Label "${DOCKER_LABELS.state}"}}`, command);
  return [...new Set(folders)];
}

/** Vagrant's name for the network of which these are the first three numbers. */
export function networkName(network: string): string {
  return `vagrant_network_${network}.0/24`;
}

/** Whether a network is there and nobody's machines are in it, halted ones neither. */
export async function isIdle(network: string, command: CommandOptions): Promise<boolean> {
  const known = await runCommand("docker", ["network", "inspect", "--format", "{{.Name}}", network], command).catch(
    () => undefined,
  );
  if (known?.stdout.trim() !== network) return false;
  return (await listed([`network=${network}`], "{{.Names}}", command)).length === 0;
}

/** The first three numbers of the machines' addresses, by the record or, where that cannot be read, by the plan for Vagrant. */
export function networkOf(folder: string, record: ClusterRecord | undefined): string | undefined {
  if (record !== undefined) return record.spec.vagrant?.network ?? DEFAULT_NETWORK;
  try {
    const { vagrant } = JSON.parse(readFileSync(machineFolder(folder).planFile, "utf8")) as Partial<ClusterPlan>;
    return /^\d+\.\d+\.\d+(?=\.\d+$)/.exec(vagrant?.machines[0]?.address ?? "")?.[0];
  } catch {
    return undefined;
  }
}

async function listed(filters: readonly string[], format: string, command: CommandOptions): Promise<string[]> {
  const args = ["ps", "--all", ...filters.flatMap((filter) => ["--filter", filter]), "--format", format];
  const { stdout } = await runCommand("docker", args, command);
  return stdout.split("\n").filter((line) => line !== "");
}
