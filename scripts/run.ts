// `mesos-up run APP`: launches an app on a cluster that runs, verifies it, and stays with it until Ctrl-C.
import { claimApp, frameworkFile } from "../src/backends/state/cluster-folder.ts";
import type { ClusterPlan } from "../src/cluster/plan-types.ts";
import { DEFAULT_NAME } from "../src/cluster/spec.ts";
import { MesosUpError } from "../src/errors.ts";
import { createSteps, type Steps } from "../src/progress/steps.ts";
import type { AppSpec } from "../src/scheduler/app-spec.ts";
import type { HttpCheckResult } from "../src/scheduler/http-check.ts";
import type { RunningApp, RunningTask } from "../src/scheduler/running-app.ts";
import { backendFor } from "./backends.ts";
import { contentAddressOf } from "./content-address.ts";
import { runAtTheEdge, type CommandResult, type Edge } from "./edge.ts";
import { launchImage } from "./launch-image.ts";
import { foreignStateDirectory, leaveScheduler, takeOver } from "./schedulers.ts";
import { whyText } from "./why-text.ts";
import { LAUNCH_GRACE_MS, readClusterSpec, readUserFile, type CommonOptions } from "./options.ts";

export interface RunOptions extends CommonOptions {
  master?: string;
  image?: string;
  site?: string;
  detach?: boolean;
}

/** A cluster to run on. */
interface Target {
  master: string;
  /** Where what must be remembered is kept; absent for an app on somebody else's cluster that ends with this process. */
  stateDirectory?: string;
  /** Of a cluster of this folder: its agents can be given images. */
  plan?: ClusterPlan;
}

export function run(appName: string, options: RunOptions): Promise<never> {
  return runAtTheEdge(options, async (edge) => {
    const app = await readApp(appName, options);
    const target = await targetOf(options);
    const { stateDirectory } = target;
    // A scheduler that was left behind for the app makes room; its task is found again.
    if (stateDirectory !== undefined) await takeOver(stateDirectory, app.name);
    const claim = stateDirectory === undefined ? undefined : await claimApp(stateDirectory, app.name);
    const result = await runOn(target, app, { edge, detach: options.detach === true }).finally(() => claim?.release());
    if (options.detach === true && stateDirectory !== undefined) {
      const contentAddress = target.plan && contentAddressOf(target.plan);
      const { master } = target;
      await leaveScheduler({
        ...{ app: app.name, frameworkName: `mesos-up ${app.name}` },
        master,
        stateDirectory,
        contentAddress,
      });
    }
    return result;
  });
}

async function runOn(target: Target, app: AppSpec, how: { edge: Edge; detach: boolean }): Promise<CommandResult> {
  const { edge, detach } = how;
  const steps = createSteps({ sink: edge.progress, signal: edge.signal, timeoutMs: edge.timeoutMs });
  const running = await launch(app, { edge, target, steps });
  try {
    const check = await verify(app, running, steps);
    await (detach ? running.detach() : stay(running, edge));
    return {
      json: { ok: true, task: running.running, check },
      text: detach ? detachedText(running.running, target) : "",
    };
  } catch (error) {
    await end(running, edge);
    throw error;
  }
}

async function readApp(name: string, { image, site }: RunOptions): Promise<AppSpec> {
  const over = { ...(image === undefined ? {} : { image }), ...(site === undefined ? {} : { site }) };
  if (name === "nginx") return (await import("../src/scheduler/nginx-app.ts")).nginxApp(over);
  const { parseAppFile } = await import("../src/scheduler/parse-app-file.ts");
  return { ...parseAppFile(await readUserFile(name), name), ...over };
}

/** The cluster of `--master`, or the one of this folder, which must have been brought up. */
async function targetOf(options: RunOptions): Promise<Target> {
  if (options.master !== undefined) {
    const { master } = options;
    return { master, ...(options.detach && { stateDirectory: foreignStateDirectory(process.cwd(), master) }) };
  }
  const spec = await readClusterSpec(options);
  const status = await (await backendFor(spec)).status(spec.name);
  if (status !== undefined) {
    const { plan } = status;
    return { master: plan.zookeeper.url, stateDirectory: plan.stateDirectory, plan };
  }
  throw new MesosUpError(`There is no cluster ${spec.name} here.`, {
    code: "CLUSTER_UNKNOWN",
    hint: "Bring it up with `npx mesos-up up`, or name another cluster with --master.",
  });
}

async function launch(
  app: AppSpec,
  { edge, target, steps }: { edge: Edge; target: Target; steps: Steps },
): Promise<RunningApp> {
  const { master, stateDirectory, plan } = target;
  const image = plan === undefined ? app.image : await provideImage(app.image, plan, steps);
  const step = { id: "launch", title: `${app.name} is launched on an accepted offer`, graceMs: LAUNCH_GRACE_MS };
  return await steps.step(step, async (context) => {
    const [{ runApp }, { FileFrameworkStore }] = await Promise.all([
      import("../src/scheduler/run-app.ts"),
      import("../src/scheduler/framework-store.ts"),
    ]);
    const running = await runApp({
      master,
      app: { ...app, image },
      keepRunning: true,
      env: process.env,
      ...(plan && { contentAddress: contentAddressOf(plan) }),
      ...(stateDirectory !== undefined && {
        frameworkStore: new FileFrameworkStore(frameworkFile(stateDirectory, app.name)),
      }),
      onWaiting: (why) =>
        whyText(why)
          .split("\n")
          .forEach((line) => context.note(line)),
      timeoutMs: edge.timeoutMs,
      signal: context.signal,
    });
    context.detail(placeOf(running.running));
    return running;
  });
}

/** The name under which the agents of the plan find the image. */
async function provideImage(image: string | undefined, plan: ClusterPlan, steps: Steps): Promise<string | undefined> {
  if (image === undefined) return undefined;
  return await steps.step({ id: "image", title: "Agents have the image" }, async (context) => {
    const { reference, description } = await launchImage(image, plan, { env: process.env, context });
    context.detail(description);
    return reference;
  });
}

async function verify(app: AppSpec, running: RunningApp, steps: Steps): Promise<HttpCheckResult | undefined> {
  if (app.verify === undefined) return undefined;
  return await steps.step({ id: "verify", title: `${app.name} answers over HTTP` }, async (context) => {
    const check = await running.verify({ signal: context.signal });
    context.detail(`${check.url} → ${check.status} in ${check.latencyMs.toFixed(1)} ms`);
    return check;
  });
}

/** Until the task finishes, which it must do well, or Ctrl-C; then nothing of the app is left. */
async function stay(app: RunningApp, edge: Edge): Promise<void> {
  const steps = createSteps({ sink: edge.progress, signal: edge.signal });
  await steps.step({ id: "stay", title: "It runs until Ctrl-C" }, async (context) => {
    const { state, message } = await app.finished(context.signal);
    context.detail(message === undefined ? state : `${state}, ${message}`);
  });
  await app.teardown();
}

/** Does not heed the signal that may have led here. */
async function end(app: RunningApp, edge: Edge): Promise<void> {
  await createSteps({ sink: edge.progress }).step({ id: "end", title: "The app is ended" }, () =>
    app.teardown(AbortSignal.timeout(10_000)),
  );
}

function placeOf({ agent, hostPorts }: RunningTask): string {
  return hostPorts.length === 0 ? agent : `${agent}, host port ${hostPorts.join(", ")}`;
}

function detachedText(task: RunningTask, { plan }: Target): string {
  const appName = task.frameworkName.replace(/^mesos-up /, "");
  const lines = [
    `${task.taskId} runs on ${placeOf(task)}.`,
    ...task.hostPorts.map((port) => `  http://${task.address}:${port}/`),
  ];
  if (plan === undefined) return lines.join("\n");
  const name = plan.name === DEFAULT_NAME ? "" : ` --name ${plan.name}`;
  lines.push(
    `A scheduler keeps it running: \`npx mesos-up ps${name}\` shows it, \`npx mesos-up stop-app ${appName}${name}\` ends it.`,
  );
  lines.push(`\`npx mesos-up status${name}\` shows it, \`npx mesos-up down${name}\` ends it with its cluster.`);
  return lines.join("\n");
}
