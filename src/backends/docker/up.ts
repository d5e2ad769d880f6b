// Brings a cluster up, or changes one that is there: only what differs. A change that fails is taken back.
import { randomBytes } from "node:crypto";
import type { ClusterPlan, Placement } from "../../cluster/plan-types.ts";
import { plan } from "../../cluster/plan.ts";
import type { ClusterSpec } from "../../cluster/spec.ts";
import { MesosUpError } from "../../errors.ts";
import { createSteps } from "../../progress/steps.ts";
import type { UpOptions, UpResult } from "../backend.ts";
import { afterCleanUp } from "../local/after-clean-up.ts";
import { endpointsOf } from "../local/endpoints.ts";
import type { SlotClaim } from "../local/ports/slot-claim.ts";
import { clusterFolder, emptyClusterFolder, keepOutOfGit, lockCluster } from "../state/cluster-folder.ts";
import { readClusterRecord, requireReadable, writeClusterRecord, type ClusterRecord } from "../state/cluster-record.ts";
import type { Claim } from "../state/claim.ts";
import { describeStateError } from "../state/state-errors.ts";
import { applyPlan } from "./apply-plan.ts";
import { awaitCluster } from "./await-cluster.ts";
import { daemonAddress } from "./daemon/daemon-address.ts";
import { Daemon } from "./daemon/daemon.ts";
import { describeDaemon } from "./daemon/describe-daemon.ts";
import type { DockerOptions } from "./docker-options.ts";
import { chooseImages } from "./images/choose-images.ts";
import { pinAgents } from "./pin-agents.ts";
import { choosePlacement, dockerPlacement, type PlaceOptions } from "./placement.ts";
import { takeDown } from "./take-down.ts";
import { endOrphans } from "./terraform/end-orphans.ts";
import type { ResourceChange } from "./terraform/terraform.ts";
import { findTerraform, type TerraformProgram } from "./terraform/terraform-program.ts";
import type { UpRun } from "./up-run.ts";

/** See Backend.up. */
export async function up(spec: ClusterSpec, options: DockerOptions, limits: UpOptions): Promise<UpResult> {
  const folder = clusterFolder(options.root, spec.name);
  const run: UpRun = {
    spec,
    folder,
    options,
    steps: createSteps({ sink: limits.progress, signal: limits.signal, timeoutMs: limits.timeoutMs }),
    signal: limits.signal,
    daemon: new Daemon(daemonAddress(options.env)),
  };
  const lock = await lockCluster(folder, spec.name);
  try {
    const before = requireReadable(readClusterRecord(folder), spec.name);
    refuseOtherBackend(before, spec.name);
    if (before !== undefined) await endOrphans(folder);
    return await bringUp(run, { before, lock, limits });
  } finally {
    lock.release();
  }
}

interface Circumstances {
  before: ClusterRecord | undefined;
  lock: Claim;
  limits: UpOptions;
}

async function bringUp(run: UpRun, circumstances: Circumstances): Promise<UpResult> {
  const { before, lock } = circumstances;
  const claims: SlotClaim[] = [];
  let prepared: Prepared | undefined;
  try {
    prepared = await prepare(run, before, claims);
    const { record, program } = prepared;
    const changes = await applyPlan(run, record.plan, { program, before: before?.plan });
    await awaitCluster(run, record.plan);
    return {
      plan: record.plan,
      endpoints: endpointsOf(record.plan),
      started: startedNodes(record.plan, changes),
      created: before === undefined,
    };
  } catch (error) {
    if (prepared !== undefined) throw await takenBack(error, run, { ...circumstances, prepared });
    if (before === undefined) emptyClusterFolder(run.folder, lock);
    throw error;
  } finally {
    for (const claim of claims) claim.release();
  }
}

interface Prepared {
  record: ClusterRecord;
  program: TerraformProgram;
}

/** Nothing is made on the daemon before all of this is known and written down; images alone are made here. */
async function prepare(run: UpRun, before: ClusterRecord | undefined, claims: SlotClaim[]): Promise<Prepared> {
  const { spec, folder, options, steps, daemon } = run;
  return await steps.step({ id: "prepare", title: "Daemon, images and network are chosen" }, async (context) => {
    const { signal } = context;
    const [facts, program] = await Promise.all([describeDaemon(daemon, signal), findTerraform(options.env)]);
    const images = await chooseImages(spec, { daemon, facts, env: options.env, signal, progress: context });
    const placed = await place(spec, before, claims, { daemon, facts, images, stateDirectory: folder });
    signal.throwIfAborted();
    const record: ClusterRecord = {
      version: 1,
      backend: "docker",
      owner: before?.owner ?? randomBytes(16).toString("hex"),
      createdAt: before?.createdAt ?? new Date().toISOString(),
      spec,
      placement: placed,
      plan: plan(stays(before, placed) ? pinAgents(spec, before?.plan) : spec, placed),
    };
    try {
      keepOutOfGit(folder);
      writeClusterRecord(folder, record);
    } catch (error) {
      throw describeStateError(error, folder);
    }
    if (facts.why !== undefined)
      context.note(`Ports are published and tasks end with their agent's container: ${facts.why}`);
    context.detail(`${facts.title}, ${images.mesos.reference}, ${images.zookeeper.reference}`);
    return { record, program };
  });
}

/** A cluster that is there stays where it is, unless its file names another network. */
async function place(
  spec: ClusterSpec,
  before: ClusterRecord | undefined,
  claims: SlotClaim[],
  options: PlaceOptions,
): Promise<Placement> {
  const subnet = before?.placement.docker?.network.subnet;
  if (before !== undefined && subnet !== undefined && (spec.docker?.subnet ?? subnet) === subnet) {
    return { ...before.placement, docker: dockerPlacement(options.facts, subnet, options.images) };
  }
  const chosen = await choosePlacement(spec, options);
  claims.push(...chosen.claims);
  return chosen.placement;
}

function stays(before: ClusterRecord | undefined, { docker, slot }: Placement): boolean {
  return before?.placement.docker?.network.subnet === docker?.network.subnet && before?.placement.slot === slot;
}

/** Of a new cluster nothing is left; a changed one is what it was. With `keep` all stays as it is. */
async function takenBack(
  error: unknown,
  run: UpRun,
  { before, lock, limits, prepared }: Circumstances & { prepared: Prepared },
): Promise<unknown> {
  if (limits.keep === true && !limits.signal.aborted) return error;
  return await afterCleanUp(error, async () => {
    await limits.beforeTakingBack?.();
    // Neither Ctrl-C nor a time limit that has run out keeps it from being done.
    const calm = { ...run, steps: createSteps({ sink: limits.progress }), signal: new AbortController().signal };
    if (before === undefined) {
      await calm.steps.step({ id: "rollback", title: "What was made is taken back" }, async (context) => {
        const removed = await takeDown({ ...calm, claim: lock, record: prepared.record, program: prepared.program });
        context.detail(`${removed.length} things removed`);
      });
      return;
    }
    writeClusterRecord(run.folder, before);
    await applyPlan(calm, before.plan, { program: prepared.program, before: prepared.record.plan });
  });
}

/** Nodes whose containers were made. */
function startedNodes({ nodes }: ClusterPlan, changes: ResourceChange[]): string[] {
  const made = changes.filter(({ action, address }) => action !== "delete" && address.startsWith("docker_container."));
  return nodes.map(({ name }) => name).filter((name) => made.some(({ address }) => nodeOf(address) === name));
}

function nodeOf(address: string): string {
  return address.slice("docker_container.".length);
}

function refuseOtherBackend(record: ClusterRecord | undefined, name: string): void {
  if (record === undefined || record.backend === "docker") return;
  throw new MesosUpError(`The cluster ${name} here was brought up by the ${record.backend} backend.`, {
    code: "CLUSTER_CHANGED",
    hint: `Take it down first: \`mesos-up down --name ${name}\`, or bring the new one up under another --name.`,
  });
}
