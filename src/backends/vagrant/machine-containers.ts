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
}

/** Those of the cluster in `folder`. @throws CommandError COMMAND_FAILED */
export async function machineContainers(folder: string, command: CommandOptions): Promise<MachineContainerState[]> {
  const filters = [`label=${DOCKER_LABELS.state}=${folder}`, `label=${DOCKER_LABELS.role}=machine`];
  const lines = await listed(filters, "{{.Names}} {{.Status}}", command);
  return lines.map((line) => {
    const [name = "", status = ""] = line.split(" ");
    return { name, state: status === "Up" ? "running" : "stopped" };
  });
}

/** The name of the network that Vagrant made, if it is there and nobody's machines are in it, halted ones neither. */
export async function idleNetwork(network: string, command: CommandOptions): Promise<string | undefined> {
  const name = `vagrant_network_${network}.0/24`;
  const known = await runCommand("docker", ["network", "inspect", "--format", "{{.Name}}", name], command).catch(
    () => undefined,
  );
  if (known?.stdout.trim() !== name) return undefined;
  return (await listed([`network=${name}`], "{{.Names}}", command)).length === 0 ? name : undefined;
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
