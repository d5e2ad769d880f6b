// `mesos-up run APP…`: launches apps on a cluster that runs, verifies them, and stays with them until Ctrl-C.
import type { Claim } from "../src/backends/state/claim.ts";
import { claimApp, frameworkFile } from "../src/backends/state/cluster-folder.ts";
import type { HttpConnection } from "../src/client/connection.ts";
import type { ClusterPlan } from "../src/cluster/plan-types.ts";
import { DEFAULT_NAME } from "../src/cluster/spec.ts";
import { ConfigError, MesosUpError } from "../src/errors.ts";
import { createSteps, type Steps } from "../src/progress/steps.ts";
import type { AppSpec } from "../src/scheduler/app-spec.ts";
import type { WhyView } from "../src/scheduler/core/why.ts";
import type { HttpCheckResult } from "../src/scheduler/http-check.ts";
import type { RunningApp, RunningTask } from "../src/scheduler/running-app.ts";
import type { Leadership } from "../src/scheduler/store/election.ts";
import { backendFor } from "./backends.ts";
import { contentAddressOf } from "./content-address.ts";
import { errorJson, runAtTheEdge, type CommandResult, type Edge } from "./edge.ts";
import { foregroundScheduler, type ForegroundScheduler } from "./foreground-scheduler.ts";
import { launchImage } from "./launch-image.ts";
import { movedConnection, readConnection, type ConnectionOptions } from "./connection.ts";
import { readApp } from "./read-app.ts";
import { foreignStateDirectory, leaveScheduler, schedulerOf, takeOver } from "./schedulers.ts";
import { whyText } from "./why-text.ts";
import { clusterUnknown, LAUNCH_GRACE_MS, readClusterSpec, type CommonOptions } from "./options.ts";

export interface RunOptions extends CommonOptions, ConnectionOptions {
  image?: string;
  site?: string;
  detach?: boolean;
  /** zk://… where several schedulers remember what they must. */
  store?: string;
  /** Where metrics are served. */
  metrics?: string;
}

/** A cluster to run on. */
interface Target {
  master: string;
  connection: HttpConnection;
  /** Where what must be remembered is kept; absent for an app on somebody else's cluster that ends with this process. */
  stateDirectory?: string;
  /** Of a cluster of this folder: its agents can be given images. */
  plan?: ClusterPlan;
  metrics?: string | undefined;
  /** Of several schedulers this one leads. */
  leadership?: Leadership;
}

/** Several apps make one framework, which is known by the first of them. */
export function run(appNames: string[], options: RunOptions): Promise<never> {
  return runAtTheEdge(options, async (edge) => {
    const apps = await readApps(appNames, options);
    const [{ name: app }] = apps;
    const { metrics } = options;
    const target: Target = { ...(await targetOf(options)), metrics };
    if (options.explain) target.connection = (await import("./explain.ts")).explained(target.connection, apps);
    const { stateDirectory, master } = target;
    if (stateDirectory !== undefined) await refuseRunElsewhere(stateDirectory, apps, edge.signal);
    // A scheduler that was left behind for the app makes room; its tasks are found again.
    if (stateDirectory !== undefined) await takeOver(stateDirectory, app);
    const claims = stateDirectory === undefined ? [] : await claimAll(stateDirectory, apps);
    const detach = options.detach === true;
    const { store } = options;
    const record = {
      ...{ app, frameworkName: frameworkNameOf(apps), master, metrics, store, ...movedConnection(options) },
      stateDirectory: stateDirectory ?? foreignStateDirectory(process.cwd(), master),
    };
    const waited: WhyView[] = [];
    const how: How = { edge, waited, ...(!detach && { foreground: record }) };
    const work =
      store === undefined
        ? runOn(target, apps, how)
        : (await import("./shared-store.ts")).runElected(store, app, { edge, detach }, (leadership) =>
            runOn({ ...target, leadership }, apps, how),
          );
    const failed = (error: unknown) => ({ json: { ...errorJson(error), ...withWaited(waited) }, text: "", error });
    const release = () => claims.forEach((claim) => claim.release());
    const result = await work.catch(failed);
    if (!detach || "error" in result) {
      release();
      return result;
    }
    // The apps go on from here, whether their scheduler begins in time or not.
    try {
      const contentAddress = target.plan && (await contentAddressOf(target.plan));
      await leaveScheduler({ ...record, contentAddress }, release);
      return { ...result, isFinal: true };
    } catch (error) {
      return { ...failed(error), isFinal: true };
    } finally {
      release();
    }
  });
}

type Apps = [AppSpec, ...AppSpec[]];

async function readApps(names: string[], { image, site }: RunOptions): Promise<Apps> {
  const over = { ...(image === undefined ? {} : { image }), ...(site === undefined ? {} : { site }) };
  const apps: AppSpec[] = [];
  for (const name of names) apps.push({ ...(await readApp(name)), ...over });
  const twice = apps.find(({ name }, i) => apps.findIndex((one) => one.name === name) !== i);
  if (twice !== undefined) {
    throw new ConfigError(`Two of the apps are called ${twice.name}.`, {
      code: "APP_NAMED_TWICE",
      hint: "Give each a name of its own.",
    });
  }
  return apps as Apps;
}

/** @throws MesosUpError APP_BUSY if another framework than that of the first app has one of them */
async function refuseRunElsewhere(stateDirectory: string, apps: Apps, signal: AbortSignal): Promise<void> {
  for (const { name } of apps) {
    const other = await schedulerOf(stateDirectory, name, signal);
    if (other === undefined || other === apps[0].name) continue;
    throw new MesosUpError(`The app ${name} is run by the framework of ${other}.`, {
      code: "APP_BUSY",
      hint: `Change it with \`mesos-up update\`, or end it there first: \`mesos-up kill ${name}\`.`,
    });
  }
}

async function claimAll(stateDirectory: string, apps: Apps): Promise<Claim[]> {
  const claims: Claim[] = [];
  try {
    for (const { name } of apps) claims.push(await claimApp(stateDirectory, name));
    return claims;
  } catch (error) {
    for (const claim of claims) claim.release();
    throw error;
  }
}

const frameworkNameOf = (apps: Apps): string => `mesos-up ${apps.map(({ name }) => name).join(" ")}`;

interface How {
  edge: Edge;
  /** Takes why apps waited. */
  waited: WhyView[];
  /** What others find the scheduler by while it stays in the foreground; else it is left behind. */
  foreground?: Parameters<typeof foregroundScheduler>[0];
}

async function runOn(target: Target, apps: Apps, how: How): Promise<CommandResult> {
  const { edge, foreground, waited } = how;
  const detach = foreground === undefined;
  const steps = createSteps({ sink: edge.progress, signal: edge.signal, timeoutMs: edge.timeoutMs });
  await using found = foreground && foregroundScheduler(foreground);
  const running = await launch(apps, { edge, target, steps, waited, found });
  const [first] = running;
  const { lost } = target.leadership ?? {};
  try {
    const done: RunDone[] = [];
    for (const app of running) done.push({ task: app.running, check: await verify(app, steps) });
    await (detach ? first.detach() : stay(running, edge));
    // One app is what most have.
    return {
      json: { ok: true, ...(done.length === 1 ? done[0] : { apps: done }), ...withWaited(waited) },
      text: detach ? detachedText(running, target) : "",
    };
  } catch (error) {
    const { isLostLeadership } = await import("../src/scheduler/live/persistent-writer.ts");
    // Another scheduler has it then.
    await (lost?.aborted || isLostLeadership(error) ? first.detach() : end(first, edge));
    throw error;
  }
}

/** Why apps waited for longer than one would think, as `why` told then. */
function withWaited(waited: WhyView[]): { waited?: WhyView[] } {
  return waited.length === 0 ? {} : { waited };
}

interface RunDone {
  task: RunningTask;
  check: HttpCheckResult | undefined;
}

/** The cluster of `--master`, or the one of this folder, which must have been brought up. */
async function targetOf(options: RunOptions): Promise<Target> {
  const connection = await readConnection(options);
  if (options.master !== undefined) {
    const { master } = options;
    const stateDirectory = options.detach ? foreignStateDirectory(process.cwd(), master) : undefined;
    return { master, connection, ...(stateDirectory !== undefined && { stateDirectory }) };
  }
  const spec = await readClusterSpec(options);
  const status = await (await backendFor(spec)).status(spec.name);
  if (status !== undefined) {
    const { plan } = status;
    return { master: plan.zookeeper.url, connection, stateDirectory: plan.stateDirectory, plan };
  }
  throw clusterUnknown(spec.name);
}

type Running = [RunningApp, ...RunningApp[]];

interface Launching extends Pick<How, "edge" | "waited"> {
  target: Target;
  steps: Steps;
  found: ForegroundScheduler | undefined;
}

async function launch(apps: Apps, { edge, target, steps, waited, found }: Launching): Promise<Running> {
  const { master, connection, stateDirectory, plan, metrics, leadership } = target;
  const images = new Map<string, string | undefined>();
  for (const { image } of apps) {
    if (plan !== undefined && image !== undefined && !images.has(image))
      images.set(image, await provideImage(image, plan, steps));
  }
  const provided = apps.map((app) => ({ ...app, image: images.get(app.image ?? "") ?? app.image }));
  const names = apps.map(({ name }) => name);
  const title =
    names.length === 1 ? `${apps[0].name} is launched on an accepted offer` : `${names.join(", ")} are launched`;
  return await steps.step({ id: "launch", title, graceMs: LAUNCH_GRACE_MS }, async (context) => {
    const [{ runApps }, { FileFrameworkStore }] = await Promise.all([
      import("../src/scheduler/run-app.ts"),
      import("../src/scheduler/store/file-store.ts"),
    ]);
    const running = await runApps({
      master,
      connection,
      metrics,
      apps: provided,
      keepRunning: true,
      env: process.env,
      ...(plan && { contentAddress: await contentAddressOf(plan) }),
      ...(leadership !== undefined && { frameworkStore: leadership.store, lost: leadership.lost }),
      ...(leadership === undefined &&
        stateDirectory !== undefined && {
          frameworkStore: new FileFrameworkStore(frameworkFile(stateDirectory, apps[0].name)),
        }),
      ...(found && { onOpen: found.onOpen, onEvent: found.onEvent }),
      onWaiting: (why) => {
        waited.push(why);
        whyText(why)
          .split("\n")
          .forEach((line) => context.note(line));
      },
      timeoutMs: edge.timeoutMs,
      signal: context.signal,
    });
    context.detail(running.flatMap((app) => app.tasks.map(placeOf)).join("; "));
    return running as Running;
  });
}

/** The name under which the agents of the plan find the image. */
async function provideImage(image: string, plan: ClusterPlan, steps: Steps): Promise<string> {
  return await steps.step({ id: "image", title: "Agents have the image" }, async (context) => {
    const { reference, description } = await launchImage(image, plan, { env: process.env, context });
    context.detail(description);
    return reference;
  });
}

async function verify(running: RunningApp, steps: Steps): Promise<HttpCheckResult | undefined> {
  const { name, verify } = running.app;
  if (verify === undefined) return undefined;
  return await steps.step({ id: "verify", title: `${name} answers over HTTP` }, async (context) => {
    const check = await running.verify({ signal: context.signal });
    context.detail(`${check.url} → ${check.status} in ${check.latencyMs.toFixed(1)} ms`);
    return check;
  });
}

/** Until all have finished, which they must do well, or Ctrl-C; then nothing of them is left. */
async function stay(apps: Running, edge: Edge): Promise<void> {
  const steps = createSteps({ sink: edge.progress, signal: edge.signal });
  await steps.step(
    { id: "stay", title: `${apps.length === 1 ? "It runs" : "They run"} until Ctrl-C` },
    async (context) => {
      const ends = await Promise.all(apps.map((app) => app.finished(context.signal)));
      context.detail(
        ends.map(({ state, message }) => (message === undefined ? state : `${state}, ${message}`)).join("; "),
      );
    },
  );
  await apps[0].teardown();
}

/** Does not heed the signal that may have led here. */
async function end(app: RunningApp, edge: Edge): Promise<void> {
  await createSteps({ sink: edge.progress }).step({ id: "end", title: "The app is ended" }, () => app.teardown());
}

function placeOf({ agent, hostPorts }: RunningTask): string {
  return hostPorts.length === 0 ? agent : `${agent}, host port ${hostPorts.join(", ")}`;
}

function detachedText(running: Running, { plan }: Target): string {
  const lines = running.flatMap(({ running: task }) => [
    `${task.taskId} runs on ${placeOf(task)}.`,
    ...task.hostPorts.map((port) => `  http://${task.address}:${port}/`),
  ]);
  if (plan === undefined) return lines.join("\n");
  const name = plan.name === DEFAULT_NAME ? "" : ` --name ${plan.name}`;
  const [{ app }] = running;
  lines.push(
    `A scheduler keeps ${running.length === 1 ? "it" : "them"} running: \`npx mesos-up ps${name}\` shows it, \`npx mesos-up stop-app ${app.name}${name}\` ends it.`,
  );
  lines.push(`\`npx mesos-up status${name}\` shows it, \`npx mesos-up down${name}\` ends it with its cluster.`);
  return lines.join("\n");
}
