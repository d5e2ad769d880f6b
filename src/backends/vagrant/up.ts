// Brings a cluster up on machines, or mends one that is there: machines that are gone, or that were added to its description,
// are made, and components that have died are started.
import { randomBytes } from "node:crypto";
import { existsSync } from "node:fs";
import { mkdir, rm } from "node:fs/promises";
import type { ClusterPlan, PlanNode } from "../../cluster/plan-types.ts";
import { plan } from "../../cluster/plan.ts";
import type { ClusterSpec } from "../../cluster/spec.ts";
import type { StepContext } from "../../progress/events.ts";
import { afterCleanUp } from "../after-clean-up.ts";
import { awaitReady } from "../await-ready.ts";
import type { UpOptions, UpResult } from "../backend.ts";
import { refuseChanges } from "../compare-plans.ts";
import { upResult } from "../endpoints.ts";
import { emptyClusterFolder, keepOutOfGit } from "../state/cluster-folder.ts";
import { writeClusterRecord, type ClusterRecord } from "../state/cluster-record.ts";
import { describeStateError } from "../state/state-errors.ts";
import { upCluster, type LockedCluster } from "../up-cluster.ts";
import { chooseProvider } from "./choose-provider.ts";
import { logTails } from "./components.ts";
import { machineShell } from "./machine-shell.ts";
import { ensureMachineImage } from "./machine-image/machine-image.ts";
import { copyEngine, ensureKey, machineFolder, packEngine, writePlanFile, writeVagrantfile } from "./machine-folder.ts";
import { statesOf, vagrantUp, type MachinesOptions } from "./machines.ts";
import { vagrantPlacement } from "./placement.ts";
import { checkSurroundings } from "./preflight.ts";
import { versionsOf } from "./probe.ts";
import { startDead } from "./start-dead.ts";
import { lookAround } from "./surroundings.ts";
import { takeDown } from "./take-down.ts";
import { findVagrant } from "./vagrant-program.ts";
import type { VagrantBackendOptions } from "./vagrant-options.ts";

interface UpRun extends LockedCluster {
  options: VagrantBackendOptions;
}

/** See Backend.up. */
export async function up(spec: ClusterSpec, options: VagrantBackendOptions, limits: UpOptions): Promise<UpResult> {
  findVagrant(options.env);
  return await upCluster(spec, { kind: "vagrant", root: options.root }, limits, async (cluster) => {
    const run = { ...cluster, options };
    return await (cluster.before === undefined ? bringUp(run) : mend(run, cluster.before));
  });
}

/** All or nothing: a failure, or Ctrl-C, leaves no trace. */
async function bringUp(run: UpRun): Promise<UpResult> {
  const { folder, lock, options, limits } = run;
  let record: ClusterRecord | undefined;
  try {
    const made = await prepare(run, undefined, (written) => (record = written));
    await bringMachinesUp(run, made.plan, []);
    await ready(run, made.plan);
    return upResult(made.plan, namesOf(made.plan.nodes), true);
  } catch (error) {
    if (record === undefined) {
      emptyClusterFolder(folder, lock);
      throw error;
    }
    throw await afterCleanUp(error, async () => {
      try {
        await limits.beforeTakingBack?.();
      } finally {
        await takeDown({ folder, claim: lock, record }, options.env);
      }
    });
  }
}

/** What runs is left alone, and so it is when this fails. */
async function mend(run: UpRun, before: ClusterRecord): Promise<UpResult> {
  const wanted = plan(run.spec, placementOf(run, before));
  refuseChanges(before.plan, wanted);
  const alive = await versionsOf(wanted);
  const made = await prepare(run, before, () => undefined);
  const dead = made.plan.nodes.filter(({ name }) => !alive.has(name));
  const changed = wanted.hash !== before.plan.hash;
  const down = changed || dead.length === 0 ? [] : await machinesDown(run, made.plan);
  if (changed || down.length > 0) await bringMachinesUp(run, made.plan, down);
  await startDead({ shell: machineShell(run.folder, run.options.env), steps: run.steps }, made.plan, dead);
  await ready(run, made.plan);
  return upResult(made.plan, namesOf(dead), false);
}

/** Names of the machines that do not run. */
async function machinesDown({ folder, options, limits }: UpRun, made: ClusterPlan): Promise<string[]> {
  const states = await statesOf(folder, made, { env: options.env, signal: limits.signal });
  return machineNames(made).filter((name) => states.get(name) !== "running");
}

/** All is known and written down before the first machine is made. */
async function prepare(
  { spec, folder, options, steps, ...run }: UpRun,
  before: ClusterRecord | undefined,
  onRecord: (record: ClusterRecord) => void,
): Promise<ClusterRecord> {
  return await steps.step({ id: "prepare", title: "Machines are planned" }, async (context) => {
    const { env } = options;
    const { signal } = context;
    const provider =
      before?.placement.vagrant?.provider ?? (await chooseProvider(options.provider ?? spec.vagrant?.provider, env));
    const placement = vagrantPlacement(spec, { folder, provider, env });
    const made = plan(spec, placement);
    await checkNewMachines(made, before?.plan, { env, signal });
    const record: ClusterRecord = {
      version: 1,
      backend: "vagrant",
      owner: before?.owner ?? randomBytes(16).toString("hex"),
      createdAt: before?.createdAt ?? new Date().toISOString(),
      spec,
      placement,
      plan: made,
    };
    try {
      keepOutOfGit(folder);
      writeClusterRecord(folder, record);
      onRecord(record);
      await writeMachineFolder(made, { folder, env, signal });
    } catch (error) {
      signal.throwIfAborted();
      throw describeStateError(error, folder);
    }
    if (provider === "docker") {
      await mkdir(placement.imageStore, { recursive: true });
      await ensureMachineImage({ env, signal, progress: context });
    }
    run.limits.signal.throwIfAborted();
    context.detail(`${provider}, ${machineNames(made).join(", ")}`);
    return record;
  });
}

/** Machines that are there were looked at when they were new. */
async function checkNewMachines(
  { vagrant, nodes }: ClusterPlan,
  before: ClusterPlan | undefined,
  options: { env: NodeJS.ProcessEnv; signal: AbortSignal },
): Promise<void> {
  const known = new Set(before === undefined ? [] : machineNames(before));
  const machines = vagrant?.machines.filter(({ name }) => !known.has(name)) ?? [];
  if (vagrant === undefined || machines.length === 0) return;
  const theirs = nodes.filter(({ name }) => machines.some((machine) => machine.nodes.includes(name)));
  checkSurroundings({ ...vagrant, machines }, await lookAround(vagrant, theirs, options));
}

async function writeMachineFolder(
  made: ClusterPlan,
  { folder, env, signal }: { folder: string; env: NodeJS.ProcessEnv; signal: AbortSignal },
): Promise<void> {
  const paths = machineFolder(folder);
  const command = { environment: env, signal };
  writePlanFile(made, paths.planFile);
  await writeVagrantfile(paths);
  if (made.vagrant?.provider === "docker") await ensureKey(paths, command);
  const sent = made.vagrant?.machines.some(({ uploads }) => uploads.length > 0) === true;
  if (sent || made.vagrant?.provider === "docker") await copyEngine(paths, env);
  if (sent) await packEngine(paths, command);
  else if (existsSync(paths.engineArchive)) await rm(paths.engineArchive);
}

/** Those that are named, else all of them, which are provisioned anew then. */
async function bringMachinesUp(run: UpRun, made: ClusterPlan, names: string[]): Promise<void> {
  const { folder, steps } = run;
  await steps.step({ id: "machines", title: "Machines are up" }, async (context) => {
    const provider = made.vagrant?.provider ?? "virtualbox";
    const which = names.length === 0 ? ["--provision"] : names;
    await vagrantUp(folder, ["--provider", provider, ...which], machinesOptions(run, context));
    const machines = made.vagrant?.machines ?? [];
    context.detail(machines.map(({ name, address }) => `${name} ${address}`).join(", "));
  });
}

function ready({ folder, options, steps, limits }: UpRun, made: ClusterPlan): Promise<void> {
  const logTail = (nodes: PlanNode[]) => logTails(machineShell(folder, options.env), made, nodes);
  return awaitReady(made, { steps, signal: limits.signal, logTail });
}

function machinesOptions({ options }: UpRun, context: StepContext): MachinesOptions {
  return {
    env: options.env,
    signal: context.signal,
    onLine: (machine, line) => context.progress(machine === "" ? line : `${machine}: ${line}`),
  };
}

function placementOf({ spec, folder, options }: UpRun, { placement }: ClusterRecord) {
  const provider = placement.vagrant?.provider ?? "virtualbox";
  return vagrantPlacement(spec, { folder, provider, env: options.env });
}

function machineNames({ vagrant: machines }: ClusterPlan): string[] {
  return machines?.machines.map(({ name }) => name) ?? [];
}

function namesOf(nodes: PlanNode[]): string[] {
  return nodes.map(({ name }) => name);
}
