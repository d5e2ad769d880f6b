// Brings a cluster up, or changes one that is there: only what differs. A change that fails is taken back.
import { randomBytes } from "node:crypto";
import type { ClusterPlan, Placement } from "../../cluster/plan-types.ts";
import { plan } from "../../cluster/plan.ts";
import type { ClusterSpec } from "../../cluster/spec.ts";
import { createSteps } from "../../progress/steps.ts";
import { afterCleanUp } from "../after-clean-up.ts";
import type { UpOptions, UpResult } from "../backend.ts";
import { upResult } from "../endpoints.ts";
import type { SlotClaim } from "../local/ports/slot-claim.ts";
import { emptyClusterFolder, keepOutOfGit } from "../state/cluster-folder.ts";
import { writeClusterRecord, type ClusterRecord } from "../state/cluster-record.ts";
import { describeStateError } from "../state/state-errors.ts";
import { upCluster } from "../up-cluster.ts";
import { applyPlan } from "./apply-plan.ts";
import { awaitCluster } from "./await-cluster.ts";
import { daemonAddress } from "./daemon/daemon-address.ts";
import { Daemon } from "./daemon/daemon.ts";
import { describeDaemon } from "./daemon/describe-daemon.ts";
import type { DockerOptions } from "./docker-options.ts";
import { chooseImages } from "./images/choose-images.ts";
import { agentAddressesOf, pinAgents } from "./pin-agents.ts";
import { choosePlacement, dockerPlacement, type PlaceOptions } from "./placement.ts";
import { removeStrays } from "./remove-strays.ts";
import { takeDown } from "./take-down.ts";
import { endOrphans } from "./terraform/end-orphans.ts";
import type { ResourceChange } from "./terraform/terraform.ts";
import { findTerraform, type TerraformProgram } from "./terraform/terraform-program.ts";
import type { UpRun } from "./up-run.ts";

/** See Backend.up. */
export async function up(spec: ClusterSpec, options: DockerOptions, limits: UpOptions): Promise<UpResult> {
  const daemon = new Daemon(daemonAddress(options.env));
  return await upCluster(spec, { kind: "docker", root: options.root }, limits, async (cluster) => {
    if (cluster.before !== undefined) await endOrphans(cluster.folder);
    return await bringUp({ ...cluster, options, daemon });
  });
}

async function bringUp(run: UpRun): Promise<UpResult> {
  const { before, folder, lock } = run;
  const claims: SlotClaim[] = [];
  let prepared: Prepared | undefined;
  let changed = before === undefined;
  try {
    prepared = await prepare(run, claims);
    const { record, program } = prepared;
    const changes = await applyPlan(run, record.plan, {
      program,
      before: before?.plan,
      onChange: () => (changed = true),
    });
    await awaitCluster(run, record.plan);
    return upResult(record.plan, startedNodes(record.plan, changes), before === undefined);
  } catch (error) {
    if (prepared !== undefined && changed) throw await takenBack(error, run, prepared);
    if (before === undefined) emptyClusterFolder(folder, lock);
    else writeClusterRecord(folder, before);
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
async function prepare(run: UpRun, claims: SlotClaim[]): Promise<Prepared> {
  const { spec, folder, before, options, steps, daemon } = run;
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
    const strays = before === undefined ? [] : await removeStrays(folder, daemon);
    if (strays.length > 0) context.note(`What an interrupted run had made is made anew: ${strays.join(", ")}`);
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
    const docker = dockerPlacement(options.facts, subnet, options.images);
    return { ...before.placement, docker: { ...docker, agents: agentAddressesOf(before.plan) } };
  }
  const chosen = await choosePlacement(spec, options);
  claims.push(...chosen.claims);
  return chosen.placement;
}

function stays(before: ClusterRecord | undefined, { docker, slot }: Placement): boolean {
  return before?.placement.docker?.network.subnet === docker?.network.subnet && before?.placement.slot === slot;
}

/** Of a new cluster nothing is left; a changed one is what it was. With `keep` all stays as it is. */
async function takenBack(error: unknown, run: UpRun, { record, program }: Prepared): Promise<unknown> {
  const { before, folder, lock, limits, options, daemon } = run;
  if (limits.keep === true && !limits.signal.aborted) return error;
  return await afterCleanUp(error, async () => {
    await limits.beforeTakingBack?.();
    // Neither Ctrl-C nor a time limit that has run out keeps it from being done.
    const steps = createSteps({ sink: limits.progress });
    if (before === undefined) {
      await steps.step({ id: "rollback", title: "What was made is taken back" }, async (context) => {
        const removed = await takeDown({ folder, claim: lock, record }, { daemon, options, program });
        context.detail(`${removed.length} things removed`);
      });
      return;
    }
    writeClusterRecord(folder, before);
    await applyPlan({ ...run, steps }, before.plan, { program, before: record.plan });
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
