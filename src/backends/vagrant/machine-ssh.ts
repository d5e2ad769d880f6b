// How ssh reaches a machine: a container directly at its address with the cluster's key, a virtual machine as Vagrant says.
import type { PlanMachine } from "../../cluster/vagrant/vagrant-types.ts";
import { machineFolder } from "./machine-folder.ts";
import type { VagrantMessage } from "./machine-readable.ts";
import { vagrant, type MachinesOptions } from "./machines.ts";

/** A machine of today has the address of yesterday's, and another key. */
const NOBODYS_FRIEND = ["StrictHostKeyChecking no", "UserKnownHostsFile /dev/null", "LogLevel FATAL"];
const KEY_ONLY = ["BatchMode yes", "IdentitiesOnly yes", "PasswordAuthentication no"];

/** What goes before the command, for a machine that is a container; Vagrant need not be asked, which takes it seconds. */
export function reachContainer(folder: string, { address, name }: PlanMachine): string[] {
  const options = [`HostName ${address}`, "User vagrant", "ConnectTimeout 10", ...NOBODYS_FRIEND, ...KEY_ONLY];
  return ["-F", "none", "-i", machineFolder(folder).keyFile, ...options.flatMap((option) => ["-o", option]), name];
}

/** For each machine that Vagrant knows, or for those that are named. It fails where one of them is not there. */
export async function askForReach(
  folder: string,
  machines: readonly string[],
  options: MachinesOptions,
): Promise<Map<string, string[]>> {
  return reachesIn(await vagrant(folder, ["ssh-config", ...machines], options));
}

/** Each machine's part of ssh's configuration as Vagrant writes it. */
function reachesIn(messages: readonly VagrantMessage[]): Map<string, string[]> {
  const configs = messages.filter(({ type }) => type === "ssh-config");
  return new Map(
    configs.map(({ machine, data }) => {
      const lines = (data[0] ?? "").split("\n").map((line) => line.trim());
      const options = lines.filter((line) => line !== "" && !/^Host\s/.test(line));
      // The user's own configuration may have something for all hosts, or for one of this name.
      return [machine, ["-F", "none", ...options.flatMap((line) => ["-o", line]), machine]];
    }),
  );
}
