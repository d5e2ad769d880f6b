// Brings a cluster up: finds out what there is to do, does that alone, and takes back what it did when it fails.
import { randomBytes } from "node:crypto";
import type { ClusterPlan, PlanNode } from "../../cluster/plan-types.ts";
import { plan } from "../../cluster/plan.ts";
import type { ClusterSpec } from "../../cluster/spec.ts";
import { MesosUpError } from "../../errors.ts";
import type { StepContext } from "../../progress/events.ts";
import { createSteps, type Steps } from "../../progress/steps.ts";
import type { UpOptions, UpResult } from "../backend.ts";
import type { Claim } from "../state/claim.ts";
import { clusterFolder, emptyClusterFolder, keepOutOfGit, lockCluster } from "../state/cluster-folder.ts";
import { readClusterRecord, requireReadable, writeClusterRecord, type ClusterRecord } from "../state/cluster-record.ts";
import { describeStateError } from "../state/state-errors.ts";
import { awaitReady } from "./await-ready.ts";
import { changesOf } from "./compare-plans.ts";
import { endpointsOf } from "./endpoints.ts";
import type { LocalOptions } from "./local-options.ts";
import type { LocalPrograms } from "./local-programs.ts";
import { nodeCommand } from "./node-command.ts";
import { chooseSlot, refuseTakenPorts, slotClaims } from "./ports/choose-slot.ts";
import { portsOf } from "./ports/free-ports.ts";
import { findOwnedProcesses } from "./processes/ownership.ts";
import type { NodeCommand, StartedNode } from "./processes/spawn-node.ts";
import { watchExits } from "./processes/watch-exits.ts";
import { endNodes, missingNodes, startNodes } from "./start-nodes.ts";
import { takeDown, type TakeDownOptions } from "./take-down.ts";

/** What one run of `up` works with. */
interface Run {
  spec: ClusterSpec;
  folder: string;
  options: LocalOptions;
  steps: Steps;
  signal: AbortSignal;
}

/** See Backend.up. */
export async function up(spec: ClusterSpec, options: LocalOptions, limits: UpOptions): Promise<UpResult> {
  const folder = clusterFolder(options.root, spec.name);
  const run: Run = {
    spec,
    folder,
    options,
    steps: createSteps({ sink: limits.progress, signal: limits.signal, timeoutMs: limits.timeoutMs }),
    signal: limits.signal,
  };
  const lock = await lockCluster(folder, spec.name);
  try {
    const record = requireReadable(readClusterRecord(folder), spec.name);
    return await (record === undefined ? bringUp(run, lock) : mend(run, record));
  } finally {
    lock.release();
  }
}

/** What there is to take back. An aborted step gives no result, so it is noted where it is made. */
interface Made {
  /** Keeps other clusters off the ports until they are listened on. */
  slot?: Claim;
  record?: ClusterRecord;
}

/** All or nothing: a failure, or Ctrl-C, leaves no trace. */
async function bringUp(run: Run, lock: Claim): Promise<UpResult> {
  const { folder, options, steps } = run;
  const made: Made = {};
  try {
    const { record, programs } = await steps.step(
      { id: "prepare", title: "Programs and ports are chosen" },
      async (context) => {
        await removeLeftovers(run, lock, context);
        return await prepare(run, made, context);
      },
    );
    const started = await start(run, record, programs);
    return resultOf(record.plan, started, true);
  } catch (error) {
    if (made.record === undefined) {
      emptyClusterFolder(folder, lock);
      throw error;
    }
    throw await afterTakingDown(error, { folder, claim: lock, record: made.record, env: options.env });
  } finally {
    made.slot?.release();
  }
}

/** Whoever removed the folder of a running cluster by hand left its processes alone with nothing to write to. */
async function removeLeftovers({ folder, options }: Run, lock: Claim, context: StepContext): Promise<void> {
  if (findOwnedProcesses({ owner: undefined, folder }).length === 0) return;
  const removed = await takeDown({ folder, claim: lock, record: undefined, env: options.env });
  context.note(`removed what an earlier run had left: ${removed.join(", ")}`);
}

/** Nothing is started before all of this is known and written down. */
async function prepare(
  { spec, folder, options }: Run,
  made: Made,
  context: StepContext,
): Promise<{ record: ClusterRecord; programs: LocalPrograms }> {
  const programs = await options.findPrograms(spec, options, context);
  context.signal.throwIfAborted();
  const { containerProgram, imageStore } = programs;
  const placementFor = (slot: number) => ({ stateDirectory: folder, slot, containerProgram, imageStore });
  const chosen = await chooseSlot((slot) => plan(spec, placementFor(slot)), slotClaims(options.env));
  made.slot = chosen.claim;
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
  context.detail(`${programs.engine.kind} Mesos, containers by ${containerProgram ?? "nothing"}`);
  return { record, programs };
}

/** Starts what is missing of a cluster that is recorded; what runs is left alone. */
async function mend(run: Run, recorded: ClusterRecord): Promise<UpResult> {
  const { spec, folder, options, steps } = run;
  const wanted = plan(spec, recorded.placement);
  refuseChanges(recorded.plan, wanted);
  const record = { ...recorded, spec, plan: wanted };
  const missing = missingNodes(wanted);
  const title = "Missing parts are found";
  if (missing.length === 0) {
    await steps.step({ id: "prepare", title }, (context) => context.skip("every part runs already"));
    await awaitReady(wanted, run);
    return resultOf(wanted, [], false);
  }
  const programs = await steps.step({ id: "prepare", title }, async (context) => {
    await refuseTakenPorts(portsOf(missing));
    if (wanted.hash !== recorded.plan.hash) writeClusterRecord(folder, record);
    context.detail(missing.map(({ name }) => name).join(", "));
    return await options.findPrograms(spec, options, context);
  });
  return resultOf(wanted, await start(run, record, programs), false);
}

/** New agents may join a running cluster; anything else would need nodes to be started anew. */
function refuseChanges(before: ClusterPlan, after: ClusterPlan): void {
  const changes = before.hash === after.hash ? [] : changesOf(before, after);
  if (changes.length === 0) return;
  throw new MesosUpError(`The cluster ${after.name} runs with another description: ${changes.join("; ")}.`, {
    code: "CLUSTER_CHANGED",
    hint: `Take it down first: \`mesos-up down --name ${after.name}\`, or bring the new one up under another --name.`,
  });
}

/** Starts the missing nodes all at once and waits for the whole cluster; when that fails, ends those that it started. */
async function start(run: Run, record: ClusterRecord, programs: LocalPrograms): Promise<StartedNode[]> {
  const { folder, options, steps, signal } = run;
  const context = { programs, env: options.env, owner: record.owner, folder };
  const commandFor = (node: PlanNode): NodeCommand => nodeCommand(node, context);
  let started: StartedNode[] = [];
  let watch: ReturnType<typeof watchExits> | undefined;
  try {
    await steps.step({ id: "start", title: "Processes are started" }, async (context) => {
      const missing = missingNodes(record.plan);
      context.detail(missing.map(({ name }) => name).join(", "));
      started = await startNodes(missing, commandFor, folder);
    });
    watch = watchExits(started);
    await awaitReady(record.plan, { steps, signal: AbortSignal.any([signal, watch.signal]) });
    return started;
  } catch (error) {
    watch?.stop();
    await endNodes(started);
    throw error;
  } finally {
    watch?.stop();
  }
}

function resultOf(plan: ClusterPlan, started: StartedNode[], created: boolean): UpResult {
  return { plan, endpoints: endpointsOf(plan), started: started.map(({ node }) => node.name), created };
}

/** The error to throw after a failed bring-up was taken back; what could not be removed goes with it. */
async function afterTakingDown(error: unknown, options: TakeDownOptions): Promise<unknown> {
  try {
    await takeDown(options);
    return error;
  } catch (cleanupError) {
    if (error instanceof MesosUpError) {
      error.cleanupErrors.push(cleanupError);
      return error;
    }
    return new MesosUpError(`The cluster did not come up: ${error instanceof Error ? error.message : String(error)}`, {
      code: "UP_FAILED",
      hint: "Run `mesos-up down` to remove what is left.",
      cause: error,
      cleanupErrors: [cleanupError],
    });
  }
}
