// `mesos-up demo`: the main job. Cluster up, nginx launched on an accepted offer, verified over HTTP, everything removed.
import type { ListingBackend, UpResult } from "../src/backends/backend.ts";
import type { Claim } from "../src/backends/state/claim.ts";
import { claimApp, claimDemo, frameworkFile } from "../src/backends/state/cluster-folder.ts";
import type { ClusterSpec } from "../src/cluster/spec.ts";
import { createSteps, type Steps } from "../src/progress/steps.ts";
import { together } from "../src/progress/together.ts";
import type { DemoReport } from "../src/report/report.ts";
import type { FrameworkStore } from "../src/scheduler/store/framework-store.ts";
import type { RunningApp } from "../src/scheduler/running-app.ts";
import { backendFor } from "./backends.ts";
import { contentAddressOf } from "./content-address.ts";
import { describeCluster, newReport, reportCheck, reportText } from "./demo-report.ts";
import { errorJson, runAtTheEdge, type Edge } from "./edge.ts";
import { launchImage, type LaunchImage } from "./launch-image.ts";
import { requireKeepsakes, saveLogs, writeReports } from "./keepsakes.ts";
import { LAUNCH_GRACE_MS, readClusterSpec, type CommonOptions } from "./options.ts";

export interface DemoOptions extends CommonOptions {
  containers: string;
  image: string;
  site?: string;
  keep?: boolean;
  /** False: parts of a highly available cluster are left alone. */
  faults?: boolean;
  report: string[];
  logs?: string;
}

/** One run of the demo. */
interface Job {
  edge: Edge;
  options: DemoOptions;
  spec: ClusterSpec;
  backend: ListingBackend;
  steps: Steps;
  report: DemoReport;
  /** Whether there was a cluster already, which then is somebody's and stays. */
  cluster: "none" | "found" | "made";
  app?: RunningApp;
  /** Held while this demo is the app's scheduler. */
  claim?: Claim;
}

export function demo(options: DemoOptions): Promise<never> {
  return runAtTheEdge(options, async (edge) => {
    await requireKeepsakes(options);
    if (options.site !== undefined) await (await import("../src/scheduler/site.ts")).requireSite(options.site);
    const spec = await readClusterSpec(options);
    const backend = await backendFor(spec, options);
    const steps = createSteps({ sink: edge.progress, signal: edge.signal, timeoutMs: edge.timeoutMs });
    const job: Job = { edge, options, spec, backend, steps, report: newReport(), cluster: "none" };
    const error = await runAlone(job);
    const { report } = job;
    report.ok = error === undefined;
    report.steps = edge.progress.steps;
    report.timing.totalMs = edge.sinceStartMs();
    if (error !== undefined) report.error = errorJson(error).error;
    // What came of the demo is told in any case.
    const unwritten = await writeReports(options.report, report).then(
      () => undefined,
      (reason: unknown) => reason,
    );
    const json = unwritten === undefined || error !== undefined ? report : { ...report, ...errorJson(unwritten) };
    return { json, text: reportText(report), error: error ?? unwritten };
  });
}

async function runAlone(job: Job): Promise<unknown> {
  try {
    const claim = await claimDemo(process.cwd(), job.spec.name);
    return await runDemo(job).finally(() => claim.release());
  } catch (error) {
    return error;
  }
}

/** Resolves with what went wrong, after everything has been removed that is not to be kept. */
async function runDemo(job: Job): Promise<unknown> {
  const { backend, options, spec, edge, report } = job;
  let failure: unknown;
  try {
    const { up, image } = await clusterAndImage(job);
    report.timing.readyMs = edge.sinceStartMs();
    job.claim = await claimApp(up.plan.stateDirectory, "nginx");
    const app = await launch(job, up, image);
    await verify(job, app, up);
    await letPartsFail(job, app, up);
  } catch (error) {
    failure = error;
  }
  const { app, cluster } = job;
  const keep = options.keep === true && !edge.signal.aborted && (failure === undefined || app !== undefined);
  report.kept = cluster === "found" || (keep && cluster === "made");
  report.appKept = keep && app !== undefined;
  const cleanups = [
    () => (options.logs === undefined ? undefined : saveLogs(backend, spec.name, options.logs)),
    () => (keep ? app?.detach() : endApp(job, app)),
    () => (report.kept || cluster === "none" ? undefined : removeCluster(job)),
  ];
  for (const cleanup of cleanups) failure = await firstFailure(failure, cleanup);
  job.claim?.release();
  return failure;
}

/** Both at once, since each waits for other things most of the time. */
async function clusterAndImage(job: Job) {
  const { backend, spec, steps, edge, options } = job;
  const { offerImage, takeImage } = await import("../src/backends/local/prepare-image.ts");
  const [up, image] = await together(
    async (signal) => {
      const { logs } = options;
      const result = await backend.up(spec, {
        ...edge,
        signal: AbortSignal.any([edge.signal, signal]),
        beforeTakingBack: logs === undefined ? undefined : () => saveLogs(backend, spec.name, logs),
      });
      job.cluster = result.created ? "made" : "found";
      return result;
    },
    (signal) =>
      steps.step({ id: "image", title: "Image is at hand", signal }, async (context) => {
        if (spec.backend === "vagrant") {
          context.skip("it depends on the machines");
          return undefined;
        }
        const taken = await takeImage(options.image, { env: process.env, context });
        context.detail(taken.description);
        return taken;
      }),
  );
  const offered = await steps.step({ id: "offer-image", title: "Agents have the image" }, async (context) => {
    const how = { env: process.env, context };
    if (image === undefined) return await launchImage(options.image, up.plan, how);
    await offerImage(image, up.plan, how);
    return image;
  });
  return { up, image: offered };
}

async function launch(job: Job, { plan }: UpResult, image: LaunchImage): Promise<RunningApp> {
  const { options, edge, steps, report } = job;
  const [{ runApp }, { nginxApp }, { FileFrameworkStore }] = await Promise.all([
    import("../src/scheduler/run-app.ts"),
    import("../src/scheduler/nginx-app.ts"),
    import("../src/scheduler/store/file-store.ts"),
  ]);
  const frameworkStore = new FileFrameworkStore(frameworkFile(plan.stateDirectory, "nginx"));
  if (job.cluster === "found") await endKept(job, plan, frameworkStore);
  const survival = await survivalOf(job, plan);
  // A cluster that goes anyway need not be rid of the framework first.
  const graceMs = job.cluster === "found" ? LAUNCH_GRACE_MS : undefined;
  const step = { id: "launch", title: "nginx is launched on an accepted offer", graceMs };
  const app = await steps.step(step, async (context) => {
    const connection = options.explain ? (await import("./explain.ts")).explained({}, []) : undefined;
    const launched = await runApp({
      connection,
      master: plan.zookeeper.url,
      app: { ...nginxApp({ image: image.reference, site: options.site }), ...survival },
      keepRunning: survival !== undefined,
      contentAddress: await contentAddressOf(plan),
      frameworkStore,
      timeoutMs: edge.timeoutMs,
      signal: context.signal,
    });
    job.app = launched;
    const { agent, hostPorts } = launched.running;
    context.detail(`${agent}, host port ${hostPorts.join(", ")}`);
    return launched;
  });
  const { running } = app;
  report.framework = { id: running.frameworkId, name: running.frameworkName };
  report.task = {
    id: running.taskId,
    agent: running.agent,
    containerId: running.containerId,
    runtime: plan.containerProgram?.split("/").at(-1) ?? "none",
    image: image.reference,
    imageDetail: image.description,
    hostPorts: running.hostPorts,
    offerId: running.offerId,
  };
  return app;
}

/** The nginx of an earlier demo makes room: this one is to show a launch of its own, with the image and site of its own. */
async function endKept({ steps }: Job, plan: UpResult["plan"], store: FrameworkStore): Promise<void> {
  const { endFramework, keptFramework } = await import("./kept-framework.ts");
  const frameworkId = await keptFramework(store);
  if (frameworkId === undefined) return;
  await steps.step({ id: "end-kept", title: "The nginx of an earlier demo is ended" }, async ({ signal }) => {
    await endFramework(frameworkId, plan.zookeeper.url, signal);
    await store.clear();
  });
}

/** What makes nginx outlive its agent; undefined where no part is to fail. */
async function survivalOf({ backend, spec, options }: Job, plan: UpResult["plan"]) {
  if (options.faults === false || spec.backend !== "docker") return undefined;
  const { canShowFaults, rackConstraint } = await import("./demo-faults.ts");
  if (!canShowFaults(spec, backend)) return undefined;
  return { constraints: rackConstraint(plan), unreachable: { replace_after: "1secs" } };
}

async function verify({ backend, steps, report }: Job, app: RunningApp, up: UpResult): Promise<void> {
  await steps.step({ id: "verify", title: "nginx answers over HTTP" }, async (context) => {
    const describing = describeCluster(up, backend, { master: app.running.master, signal: context.signal });
    const [check] = await Promise.all([
      app.verify({ signal: context.signal }).catch(async (error: unknown) => {
        const { HttpCheckError } = await import("../src/scheduler/http-check.ts");
        if (error instanceof HttpCheckError) report.check = reportCheck(error.evidence);
        throw error;
      }),
      describing.then((cluster) => (report.cluster = cluster)),
    ]);
    report.check = reportCheck(check);
    const { acceptedAtMs } = app.running;
    if (acceptedAtMs !== undefined) report.timing.acceptToHttpMs = check.answeredAtMs - acceptedAtMs;
    context.detail(`${check.url} → ${check.status}`);
  });
}

/** Of a cluster that can do without them, where the backend can take them away. */
async function letPartsFail({ backend, spec, steps, options, report }: Job, app: RunningApp, { plan }: UpResult) {
  if (options.faults === false || spec.backend !== "docker") return;
  const { canShowFaults, showFaults } = await import("./demo-faults.ts");
  if (!canShowFaults(spec, backend)) return;
  const faults: DemoReport["faults"] = (report.faults = []);
  await showFaults({ backend, plan, app, steps, onFault: (fault) => faults.push(fault) });
}

/** Neither waits for the signal that ended the demo: what was launched is killed all the same. */
async function endApp({ edge }: Job, app: RunningApp | undefined): Promise<void> {
  if (app === undefined) return;
  await createSteps({ sink: edge.progress }).step(
    { id: "kill", title: "nginx is killed, the framework torn down" },
    async (context) => {
      try {
        const { state } = await app.kill({ timeoutMs: 15_000 });
        context.detail(state);
      } finally {
        await app.teardown();
      }
    },
  );
}

async function removeCluster({ backend, spec, edge }: Job): Promise<void> {
  await backend.down(spec.name, {
    progress: edge.progress,
    signal: new AbortController().signal,
    timeoutMs: edge.timeoutMs,
  });
}

/** Cleaning up goes on after a failure; the first failure is the one that the user is told of. */
async function firstFailure(before: unknown, cleanup: () => Promise<unknown> | undefined): Promise<unknown> {
  try {
    await cleanup();
    return before;
  } catch (error) {
    return before ?? error;
  }
}
