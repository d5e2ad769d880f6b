// What has become of each node of a cluster on machines.
import type { NodeStatus } from "../backend.ts";
import { mesosInstall } from "../../cluster/vagrant/machine-commands.ts";
import type { ClusterRecord } from "../state/cluster-record.ts";
import { machineOf, statesOf, type MachinesOptions } from "./machines.ts";
import { versionsOf } from "./probe.ts";

/**
 * In the plan's order. A node that does not answer is dead, or absent where its machine is: only then is Vagrant asked, which
 * takes its time.
 */
export async function nodeStatuses(
  { plan, spec, placement }: ClusterRecord,
  options: MachinesOptions,
): Promise<NodeStatus[]> {
  const versions = await versionsOf(plan);
  const states = versions.size === plan.nodes.length ? undefined : await statesOf(plan.stateDirectory, plan, options);
  const embedded = placement.vagrant !== undefined && mesosInstall(spec, placement.vagrant).by === "engine";
  return plan.nodes.map(({ name, kind, address, port }): NodeStatus => {
    const known = { name, kind, address, port };
    const version = versions.get(name);
    if (version === undefined) {
      const machine = states?.get(machineOf(plan, name).name) ?? "not_created";
      return { ...known, state: machine === "not_created" ? "absent" : "dead" };
    }
    const suffix = embedded && kind !== "zookeeper" ? " (embedded engine)" : "";
    return { ...known, state: "running", version: version + suffix };
  });
}
