// Brings up a cluster that is not there yet, and takes back all that it did when that fails.
import { randomBytes } from "node:crypto";
import { basename } from "node:path";
import { plan } from "../../cluster/plan.ts";
import type { StepContext } from "../../progress/events.ts";
import { afterCleanUp } from "../after-clean-up.ts";
import type { UpResult } from "../backend.ts";
import { upResult } from "../endpoints.ts";
import { emptyClusterFolder, keepOutOfGit } from "../state/cluster-folder.ts";
import { writeClusterRecord, type ClusterRecord } from "../state/cluster-record.ts";
import { describeStateError } from "../state/state-errors.ts";
import type { LocalPrograms } from "./local-programs.ts";
import { chooseSlot } from "./ports/choose-slot.ts";
import { PortLost } from "./ports/port-lost.ts";
import type { SlotClaim } from "./ports/slot-claim.ts";
import { findOwnedProcesses } from "./processes/ownership.ts";
import { startMissing } from "./start-nodes.ts";
import { takeDown } from "./take-down.ts";
import type { UpRun } from "./up-run.ts";

/** What there is to take back. An aborted step gives no result, so it is noted where it is made. */
interface Made {
  /** Keeps other clusters off the ports until they are listened on. */
  slot?: SlotClaim;
  record?: ClusterRecord;
}

/** What earlier attempts have shown. */
interface Search {
  fromSlot: number;
  /** Why the last attempt was taken back. */
  lost?: string;
}

/** Ports are lost to others in the moment between their choice and their use: rarely once, hardly ever twice. */
const attempts = 3;

/** All or nothing: a failure, or Ctrl-C, leaves no trace. Where a chosen port was taken meanwhile, others are tried. */
export async function bringUp(run: UpRun): Promise<UpResult> {
  const search: Search = { fromSlot: 0 };
  for (let attempt = 1; ; attempt++) {
    try {
      return await bringUpOnce({ ...run, triesOtherPorts: attempt < attempts }, search);
    } catch (error) {
      if (!(error instanceof PortLost)) throw error;
      if (error.cleanupErrors.length > 0) throw error.cause;
      search.lost = error.message;
    }
  }
}

async function bringUpOnce(run: UpRun, search: Search): Promise<UpResult> {
  const { folder, lock, options, steps, limits } = run;
  const made: Made = {};
  try {
    const { record, programs } = await steps.step(
      { id: "prepare", title: "Programs and ports are chosen" },
      async (context) => {
        if (search.lost !== undefined) context.note(`${search.lost}: taken back, and tried again with other ports`);
        await removeLeftovers(run, context);
        return await prepare(run, { made, search }, context);
      },
    );
    const started = await startMissing(run, record, programs);
    return upResult(record.plan, started, true);
  } catch (error) {
    if (made.record === undefined) {
      emptyClusterFolder(folder, lock);
      throw error;
    }
    const { record } = made;
    throw await afterCleanUp(error, async () => {
      try {
        await limits.beforeTakingBack?.();
      } finally {
        await takeDown({ folder, claim: lock, record }, options.env);
      }
    });
  } finally {
    made.slot?.release();
  }
}

/** Whoever removed the folder of a running cluster by hand left its processes alone with nothing to write to. */
async function removeLeftovers({ folder, lock, options }: UpRun, context: StepContext): Promise<void> {
  if (findOwnedProcesses({ owner: undefined, folder }).length === 0) return;
  const removed = await takeDown({ folder, claim: lock, record: undefined }, options.env);
  context.note(`removed what an earlier run had left: ${removed.join(", ")}`);
}

/** Nothing is started before all of this is known and written down. */
async function prepare(
  { spec, folder, options }: UpRun,
  { made, search }: { made: Made; search: Search },
  context: StepContext,
): Promise<{ record: ClusterRecord; programs: LocalPrograms }> {
  const programs = await options.findPrograms(spec, options, context);
  context.signal.throwIfAborted();
  const { containerProgram, imageStore } = programs;
  const placementFor = (slot: number) => ({ stateDirectory: folder, slot, containerProgram, imageStore });
  const chosen = await chooseSlot((slot) => plan(spec, placementFor(slot)), { from: search.fromSlot });
  made.slot = chosen.claim;
  search.fromSlot = chosen.slot + 1;
  const record: ClusterRecord = {
    version: 1,
    backend: "local",
    owner: randomBytes(16).toString("hex"),
    createdAt: new Date().toISOString(),
    spec,
    placement: placementFor(chosen.slot),
    plan: chosen.plan,
  };
  try {
    context.signal.throwIfAborted();
    keepOutOfGit(folder);
    writeClusterRecord(folder, record);
    made.record = record;
  } catch (error) {
    chosen.claim.release();
    context.signal.throwIfAborted();
    throw describeStateError(error, folder);
  }
  const engine = programs.engine.kind === "embedded" ? "embedded engine" : "Apache Mesos";
  const by =
    containerProgram === undefined ? "no Docker or Podman for images" : `containers by ${basename(containerProgram)}`;
  context.detail(`${engine}, ${by}`);
  return { record, programs };
}
