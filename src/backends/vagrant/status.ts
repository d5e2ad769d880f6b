// What has become of each node of a cluster on machines.
import { systemClock, type Clock } from "../../client/clock.ts";
import type { ClusterPlan } from "../../cluster/plan-types.ts";
import { mesosInstall } from "../../cluster/vagrant/machine-commands.ts";
import type { NodeStatus } from "../backend.ts";
import type { ClusterRecord } from "../state/cluster-record.ts";
import { machineOf, statesOf, type MachinesOptions } from "./machines.ts";
import { versionsOf } from "./probe.ts";

export interface StatusOptions extends MachinesOptions {
  answerWithinMs?: number;
  clock?: Clock;
}

/** Where all is well every node has answered by then. */
const ANSWERS_SOON_MS = 500;

/** In the plan's order. A node that does not answer is dead, or absent where its machine is. */
export async function nodeStatuses(
  { plan, spec, placement }: ClusterRecord,
  options: StatusOptions,
): Promise<NodeStatus[]> {
  const { versions, states } = await look(plan, options);
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

interface Sight {
  versions: Map<string, string>;
  /** Of the machines, where not every node answers. */
  states: Map<string, string> | undefined;
}

/**
 * Only where a node keeps one waiting is Vagrant asked, which takes its time: nodes have that time to answer, too, but for those
 * on machines that turn out not to run.
 */
async function look(
  plan: ClusterPlan,
  { clock = systemClock, answerWithinMs, ...options }: StatusOptions,
): Promise<Sight> {
  const waits = new Map(plan.nodes.map(({ name }) => [name, new AbortController()]));
  const enough = new AbortController();
  const signal = AbortSignal.any([options.signal, enough.signal]);
  const asked = versionsOf(plan, { answerWithinMs, signalOf: (node) => waits.get(node)?.signal });
  const late = clock.sleep(ANSWERS_SOON_MS, signal).then(
    () => undefined,
    () => undefined,
  );
  try {
    const soon = await Promise.race([asked, late]);
    if (soon?.size === plan.nodes.length) return { versions: soon, states: undefined };
    const asking = statesOf(plan.stateDirectory, plan, { ...options, signal });
    asking.then(
      (states) => {
        for (const [node, wait] of waits)
          if (states.get(machineOf(plan, node).name) !== "running") wait.abort(new Error("its machine does not run"));
      },
      // Where it matters, that is thrown below.
      () => undefined,
    );
    const versions = await asked;
    if (versions.size < plan.nodes.length) return { versions, states: await asking };
    enough.abort();
    // No Vagrant is left at work behind it.
    await asking.catch(() => undefined);
    return { versions, states: undefined };
  } finally {
    enough.abort();
  }
}
