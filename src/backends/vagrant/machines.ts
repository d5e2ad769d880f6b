// The machines of a cluster as Vagrant knows them, and what can be asked of them.
import { systemClock, type Clock } from "../../client/clock.ts";
import type { ClusterPlan } from "../../cluster/plan-types.ts";
import { shellWord } from "../../cluster/shell-word.ts";
import type { PlanMachine } from "../../cluster/vagrant/vagrant-types.ts";
import { MesosUpError } from "../../errors.ts";
import { machineContainers } from "./machine-containers.ts";
import { machineFolder } from "./machine-folder.ts";
import { machineStates, type VagrantMessage } from "./machine-readable.ts";
import { CONTAINERS_CHANGED, VAGRANT_BUSY } from "./vagrant-errors.ts";
import { runVagrant } from "./vagrant-program.ts";

export interface MachinesOptions {
  env: NodeJS.ProcessEnv;
  signal: AbortSignal;
  onLine?: ((machine: string, line: string) => void) | undefined;
}

/** While another Vagrant is at work on the machines. */
const BUSY_RETRY_MS = 2_000;
const BUSY_RETRIES = 60;

/**
 * Calls Vagrant for the machines of the cluster in `folder`. Another one that is at work on them is waited for, two minutes
 * and longer.
 * @throws as runVagrant
 */
export async function vagrant(
  folder: string,
  args: string[],
  options: MachinesOptions,
  clock: Clock = systemClock,
): Promise<VagrantMessage[]> {
  const { directory, dotfiles, planFile } = machineFolder(folder);
  for (let retries = BUSY_RETRIES; ; retries--) {
    try {
      return await runVagrant(args, { directory, dotfiles, planFile, ...options });
    } catch (error) {
      if (retries === 0 || !(error instanceof MesosUpError) || error.code !== VAGRANT_BUSY) throw error;
      options.onLine?.("", "another Vagrant is at work on these machines");
      await clock.sleep(BUSY_RETRY_MS, options.signal);
    }
  }
}

/** On a daemon where containers come and go all the time. */
const CHANGED_RETRIES = 5;

/** Makes and starts machines, again where others' containers came in between. @throws as runVagrant */
export async function vagrantUp(
  folder: string,
  args: string[],
  options: MachinesOptions,
  clock?: Clock,
): Promise<void> {
  for (let retries = CHANGED_RETRIES; ; retries--) {
    try {
      await vagrant(folder, ["up", ...args], options, clock);
      return;
    } catch (error) {
      if (retries === 0 || !(error instanceof MesosUpError) || error.code !== CONTAINERS_CHANGED) throw error;
    }
  }
}

/**
 * The state of every machine, in Vagrant's words: `running`, `poweroff`, `stopped`, `not_created`, …. Vagrant takes its time to
 * tell, and need not be asked about containers.
 */
export async function statesOf(
  folder: string,
  { vagrant: planned }: ClusterPlan,
  options: MachinesOptions,
): Promise<Map<string, string>> {
  if (planned?.provider !== "docker") return machineStates(await vagrant(folder, ["status"], options));
  const found = await machineContainers(folder, { environment: options.env, signal: options.signal });
  const states = new Map<string, string>(found.map(({ name, state }) => [name, state]));
  return new Map(
    planned.machines.map(({ name, container }) => [name, states.get(container?.name ?? "") ?? "not_created"]),
  );
}

/** A command, to be run as root, as a shell on a machine takes it. */
export function commandText(command: readonly string[]): string {
  return ["sudo", ...command].map(shellWord).join(" ");
}

/** @throws MesosUpError NODE_UNKNOWN */
export function machineOf({ name, nodes, vagrant: machines }: ClusterPlan, node: string): PlanMachine {
  const machine = machines?.machines.find((one) => one.nodes.includes(node));
  if (machine !== undefined) return machine;
  throw new MesosUpError(`The cluster ${name} has no node ${node} on a machine.`, {
    code: "NODE_UNKNOWN",
    hint: `Its nodes are ${nodes.map((known) => known.name).join(", ")}.`,
  });
}
