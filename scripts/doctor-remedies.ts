// What the doctor does where it is asked to mend: a remedy for real.
import { rmSync } from "node:fs";
import { rm } from "node:fs/promises";
import { basename } from "node:path";
import type { Backend, ComponentAction, UpOptions } from "../src/backends/backend.ts";
import { removeContainers } from "../src/backends/local/leftovers/docker-containers.ts";
import { executorProcesses } from "../src/backends/local/leftovers/executor-processes.ts";
import { runcContainers } from "../src/backends/local/leftovers/runc-containers.ts";
import { portHolder } from "../src/backends/local/ports/port-holder.ts";
import { offerImage, takeImage } from "../src/backends/local/prepare-image.ts";
import { endProcesses } from "../src/backends/local/processes/end-processes.ts";
import { clusterFolder } from "../src/backends/state/cluster-folder.ts";
import { readClusterRecord } from "../src/backends/state/cluster-record.ts";
import { clusterFolderOf, identify } from "../src/backends/state/process-identity.ts";
import { isRunning, readProcessRecord } from "../src/backends/state/process-record.ts";
import type { HttpConnection } from "../src/client/connection.ts";
import { HttpClient } from "../src/client/http.ts";
import { leaderDetector } from "../src/client/leader.ts";
import { OperatorClient } from "../src/client/operator.ts";
import type { ClusterPlan } from "../src/cluster/plan-types.ts";
import { planNodeByName } from "../src/cluster/plan.ts";
import type { ClusterSpec } from "../src/cluster/spec.ts";
import type { Remedy } from "../src/doctor/finding.ts";
import { claimFacts } from "../src/doctor/gather/claims.ts";
import { isHere } from "../src/doctor/gather/folders.ts";
import { strayContainers } from "../src/doctor/gather/stray-containers.ts";
import { managedTarget } from "../src/doctor/gather/target.ts";
import { createSteps } from "../src/progress/steps.ts";
import { takeDown } from "./down.ts";
import { leaveScheduler, requireScheduler, schedulerRecords } from "./schedulers.ts";

/** Of each question before a container is ended. */
const AGENT_ANSWERS_WITHIN_MS = 2_500;

/** From the question who leads until that one has done what it is told. */
const LEADER_ANSWERS_WITHIN_MS = 10_000;

export interface OwnCluster {
  /** Absolute; the cluster is kept in `.mesos-up/<name>` below it. */
  root: string;
  spec: ClusterSpec;
  backend: Backend;
  env: NodeJS.ProcessEnv;
  /** How masters and agents want to be spoken to, where that is not plain HTTP. */
  connection?: HttpConnection | undefined;
}

/** Throws where it cannot be done. */
export async function applyRemedy({ kind, target = "" }: Remedy, own: OwnCluster, work: UpOptions): Promise<void> {
  const { backend, root, env } = own;
  const name = own.spec.name;
  const folder = clusterFolder(root, name);
  const act = (action: ComponentAction) => backend.act(name, target, action, work);
  switch (kind) {
    case "clear":
      clearClaim(folder, target);
      return;
    case "up":
      await backend.up(recorded(own).spec, work);
      return;
    case "image":
      await bringImage(target, recorded(own).plan, { env, work });
      return;
    case "sweep":
      await sweep(target, own, work.signal);
      return;
    case "scheduler":
      await startScheduler(folder, target);
      return;
    case "restart":
      await endUnrecorded(recorded(own).plan, target);
      await act("restart");
      return;
    case "relaunch":
      await (await requireScheduler(folder, target.replace(/\.\d+$/, ""))).killInstance(target);
      return;
    case "gone":
      await giveUpAgent(target, own, work.signal);
      return;
    case "renew":
      await act("stop");
      await forget(recorded(own).plan, target);
      await act("start");
      return;
    case "rebuild":
      await takeDown(name, backend, work);
      await backend.up(own.spec, work);
      return;
    case "by-hand":
      throw new Error("there is no command for it");
  }
}

/** As the cluster was brought up: without its file, nobody is to describe it anew in order to mend it. */
function recorded({ root, spec, backend }: OwnCluster): { spec: ClusterSpec; plan: ClusterPlan } {
  const state = readClusterRecord(clusterFolder(root, spec.name));
  if (state.kind !== "present") throw new Error(`what is written down of the cluster ${spec.name} cannot be read`);
  return { ...state.record, spec: { ...state.record.spec, backend: backend.kind } };
}

async function bringImage(
  reference: string,
  plan: ClusterPlan,
  { env, work }: { env: NodeJS.ProcessEnv; work: UpOptions },
): Promise<void> {
  const steps = createSteps({ sink: work.progress, signal: work.signal, timeoutMs: work.timeoutMs });
  await steps.step({ id: "image", title: "Agents have the image" }, async (context) => {
    const image = await takeImage(reference, { env, context });
    await offerImage(image, plan, { env, context });
    context.detail(image.description);
  });
}

/** Its holder is looked for once more: the file counts for as long as that one lives. */
function clearClaim(folder: string, file: string): void {
  const claim = claimFacts(folder).find((one) => one.file === file);
  if (claim !== undefined && claim.state !== "ended") throw new Error(`${claim.holder} is at work with it`);
  rmSync(file, { force: true });
}

/**
 * A container that no agent knows, and the executor that it has or would have. The agents are asked once more: one of them
 * may know it by now.
 */
async function sweep(container: string, own: OwnCluster, signal: AbortSignal): Promise<void> {
  const { backend, connection, env } = own;
  const { plan } = recorded(own);
  await using http = new HttpClient(connection);
  const options = { signal, limitMs: AGENT_ANSWERS_WITHIN_MS, nowMs: () => performance.now() };
  const strays = await strayContainers(
    managedTarget(plan, backend, () => Promise.resolve([])),
    { http, options, env },
  );
  if (strays === undefined) throw new Error("not every agent says what it runs");
  if (!strays.includes(container)) throw new Error("an agent knows it by now, or it has ended");
  const { containerProgram = "", stateDirectory } = plan;
  const program = basename(containerProgram);
  if ((program === "docker" || program === "podman") && container.startsWith("mesos-")) {
    await removeContainers([container], program, env);
  }
  if (!isHere(plan)) return;
  await endProcesses(() => [
    ...runcContainers(stateDirectory).flatMap(({ id, init }) => (id === container && init !== undefined ? [init] : [])),
    ...[...executorProcesses(stateDirectory)].flatMap(([id, processes]) => (container.includes(id) ? processes : [])),
  ]);
}

/** For good: it is asked once more whether it has come back by now. */
async function giveUpAgent(id: string, own: OwnCluster, signal: AbortSignal): Promise<void> {
  await using http = new HttpClient(own.connection);
  await using detector = leaderDetector(recorded(own).plan.zookeeper.url, { http });
  const limited = AbortSignal.any([signal, AbortSignal.timeout(LEADER_ANSWERS_WITHIN_MS)]);
  const operator = new OperatorClient(http, await detector.find(limited));
  if ((await operator.agents(limited)).some((agent) => agent.id === id)) throw new Error(`${id} is back`);
  await operator.tell("MARK_AGENT_GONE", { mark_agent_gone: { agent_id: { value: id } } }, limited);
}

/** Its record says all that it needs to go on with its framework. */
async function startScheduler(folder: string, app: string): Promise<void> {
  const record = schedulerRecords(folder).find((one) => one.app === app);
  if (record === undefined) throw new Error(`nothing is written down of the scheduler of ${app}`);
  await leaveScheduler(record);
}

/** Ends a node that runs although its process record does not say so. */
async function endUnrecorded(plan: ClusterPlan, name: string): Promise<void> {
  const node = planNodeByName(plan, name);
  if (node === undefined || plan.docker !== undefined || plan.vagrant !== undefined) return;
  const record = readProcessRecord(plan.stateDirectory, name);
  if (record !== undefined && isRunning(record, plan.stateDirectory)) return;
  await endProcesses(() => {
    const pid = portHolder(node.port);
    const identity = pid === undefined ? undefined : identify(pid);
    return identity !== undefined && clusterFolderOf(identity.pid) === plan.stateDirectory ? [identity] : [];
  });
}

/** Empties the work folder of a node that is stopped. */
async function forget(plan: ClusterPlan, name: string): Promise<void> {
  const work = planNodeByName(plan, name)?.directories.work;
  if (work !== undefined) await rm(work, { recursive: true, force: true });
}
