// Finds ports for a cluster: the first slot of which every port is free and that no other cluster is about to take.
import { existsSync } from "node:fs";
import { join } from "node:path";
import type { ClusterPlan } from "../../../cluster/plan-types.ts";
import { LAST_SLOT } from "../../../cluster/ports.ts";
import { MesosUpError } from "../../../errors.ts";
import { claimWithin, tryClaim, type Claim } from "../../state/claim.ts";
import { clusterFolderOf, describeProcess } from "../../state/process-identity.ts";
import { describeStateError } from "../../state/state-errors.ts";
import { portsOf, takenPorts, type NodePort } from "./free-ports.ts";
import { portHolder } from "./port-holder.ts";

/** Choosing takes milliseconds; only many clusters started at the same time wait for one another. */
const choosingPatienceMs = 10_000;

/** The folder in which all runs of this user say which slot they are about to take; it is there only meanwhile. */
export function slotClaims(env: NodeJS.ProcessEnv): string {
  const runtime = env["XDG_RUNTIME_DIR"] ?? "";
  return runtime !== "" && existsSync(runtime)
    ? join(runtime, "mesos-up-slots")
    : `/tmp/mesos-up-slots-${process.getuid?.() ?? 0}`;
}

export interface ChosenSlot {
  plan: ClusterPlan;
  slot: number;
  /** Keeps others off the slot until the cluster itself listens on its ports. */
  claim: Claim;
}

/**
 * `planFor` gives the plan for a slot; `claims` is a folder that all of this user's runs share. A port that the spec
 * fixes and somebody has is the error PORT_TAKEN, naming who has it.
 */
export async function chooseSlot(planFor: (slot: number) => ClusterPlan, claims: string): Promise<ChosenSlot> {
  await refuseTakenPorts(fixedPorts(planFor(0), planFor(1)));
  const turn = await claimWithin(claims, "choosing", choosingPatienceMs).catch((error: unknown) => {
    throw describeStateError(error, claims);
  });
  if (!("claim" in turn)) throw busy(turn.holder.pid);
  try {
    for (let slot = 0; slot <= LAST_SLOT; slot++) {
      const claimed = tryClaim(claims, `slot-${slot}`);
      if (!("claim" in claimed)) continue;
      const plan = planFor(slot);
      if ((await takenPorts(portsOf(plan.nodes))).length === 0) return { plan, slot, claim: claimed.claim };
      claimed.claim.release();
    }
    throw new MesosUpError(`None of ${LAST_SLOT + 1} sets of ports is free on this machine.`, {
      code: "PORT_TAKEN",
      hint: "Take down clusters that are not needed: `mesos-up status` lists them.",
    });
  } finally {
    turn.claim.release();
  }
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

function busy(pid: number): MesosUpError {
  return new MesosUpError(`Ports cannot be chosen: ${describeProcess(pid)} has been choosing its own for too long.`, {
    code: "PORT_TAKEN",
    hint: `See what that process does, end it, and try again.`,
  });
}
