// Finds ports for a cluster: the first slot of which every port is free and that no other cluster is about to take.
import type { ClusterPlan } from "../../../cluster/plan-types.ts";
import { LAST_SLOT } from "../../../cluster/ports.ts";
import { MesosUpError } from "../../../errors.ts";
import { clusterFolderOf, describeProcess } from "../../state/process-identity.ts";
import { portsOf, takenPorts, type NodePort } from "./free-ports.ts";
import { portHolder } from "./port-holder.ts";
import { claimSlot, type SlotClaim } from "./slot-claim.ts";

export interface ChosenSlot {
  plan: ClusterPlan;
  slot: number;
  /** Keeps others off the slot until the cluster itself listens on its ports. */
  claim: SlotClaim;
}

export interface SlotSearch {
  /** Slots below are not looked at. Default: 0. */
  from?: number;
  /** What claims are called; all runs on a machine must agree on it. */
  claimName?: (slot: number) => string;
}

/**
 * `planFor` gives the plan for a slot. A port that the spec fixes and somebody has is the error PORT_TAKEN, naming who has
 * it.
 */
export async function chooseSlot(
  planFor: (slot: number) => ClusterPlan,
  { from = 0, claimName = (slot) => `mesos-up-slot-${slot}` }: SlotSearch = {},
): Promise<ChosenSlot> {
  await refuseTakenPorts(fixedPorts(planFor(0), planFor(1)));
  for (let slot = from; slot <= LAST_SLOT; slot++) {
    const claim = await claimSlot(claimName(slot));
    if (claim === undefined) continue;
    try {
      const plan = planFor(slot);
      if ((await takenPorts(portsOf(plan.nodes))).length === 0) return { plan, slot, claim };
    } catch (error) {
      claim.release();
      throw error;
    }
    claim.release();
  }
  throw new MesosUpError(`None of ${LAST_SLOT + 1} sets of ports is free on this machine.`, {
    code: "PORT_TAKEN",
    hint: "Take down clusters that are not needed: `mesos-up status` lists them.",
  });
}

/** Throws PORT_TAKEN for the first of `ports` that somebody listens on. */
export async function refuseTakenPorts(ports: NodePort[]): Promise<void> {
  const [taken] = await takenPorts(ports);
  if (taken === undefined) return;
  const holder = portHolder(taken.port);
  const folder = holder === undefined ? undefined : clusterFolderOf(holder);
  const by =
    folder !== undefined
      ? `the cluster in ${folder}`
      : holder !== undefined
        ? describeProcess(holder)
        : "a process of another user";
  throw new MesosUpError(`Port ${taken.port} on ${taken.address}, wanted by ${taken.node}, is taken by ${by}.`, {
    code: "PORT_TAKEN",
    hint:
      folder !== undefined
        ? "Take that cluster down, or leave the port out of the cluster file, so that a free one is chosen."
        : "End that process, or leave the port out of the cluster file, so that a free one is chosen.",
  });
}

/** The ports that do not move with the slot. */
function fixedPorts(plan: ClusterPlan, moved: ClusterPlan): NodePort[] {
  const other = new Set(portsOf(moved.nodes).map(({ node, port }) => `${node} ${port}`));
  return portsOf(plan.nodes).filter(({ node, port }) => other.has(`${node} ${port}`));
}
