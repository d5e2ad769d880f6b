// The commands about apps that run: what there is, why it waits, and everything that may be changed about it.
import { existsSync } from "node:fs";
import Table from "cli-table3";
import { clusterFolder } from "../src/backends/state/cluster-folder.ts";
import { identify } from "../src/backends/state/process-identity.ts";
import { MesosUpError } from "../src/errors.ts";
import { STANDING_BY, type ControlClient } from "../src/scheduler/control/client.ts";
import type { AppView, InstanceView } from "../src/scheduler/core/view.ts";
import type { WhyView } from "../src/scheduler/core/why.ts";
import { tellingLine } from "../src/scheduler/failure-words.ts";
import { messageOf } from "../src/scheduler/live/call-outcome.ts";
import { backendFor } from "./backends.ts";
import { readConnection, type ConnectionOptions } from "./connection.ts";
import { runAtTheEdge, type CommandResult, type Edge } from "./edge.ts";
import { clusterUnknown, readClusterSpec, type CommonOptions } from "./options.ts";
import { readApp } from "./read-app.ts";
import { askSchedulers, findScheduler, foreignStateDirectory, requireScheduler, untilEnded } from "./schedulers.ts";
import { whyText } from "./why-text.ts";

export interface AppOptions extends CommonOptions, ConnectionOptions {}

export function ps(options: AppOptions): Promise<never> {
  return runAtTheEdge(options, async (edge) => {
    const schedulers = await askSchedulers(await folderOf(options), edge.signal);
    const apps = schedulers.flatMap(({ view }) => view?.apps ?? []);
    const standby = schedulers.flatMap(({ app, view }) =>
      view?.subscription === STANDING_BY ? [{ app, pid: view.pid, obstacle: view.obstacle }] : [],
    );
    const silent = schedulers.filter(({ view }) => view === undefined).map(({ app }) => app);
    return {
      unwell: silent.length > 0 || apps.some(({ running, wanted }) => running < wanted),
      json: { ok: silent.length === 0, apps, silent, ...(standby.length > 0 && { standby }) },
      text: [
        ...standby.map(({ app, obstacle = "" }) => `${app}  its scheduler here stands by: ${obstacle}`),
        psText(apps, silent),
      ].join("\n"),
    };
  });
}

/** Of an app that runs, or of an app file: why what the cluster's agents have left would not do for it. */
export function why(app: string, options: AppOptions): Promise<never> {
  return runAtTheEdge(options, async (edge) => {
    const folder = await folderOf(options);
    const client = existsSync(app)
      ? await findScheduler(folder, app, edge.signal)
      : await requireScheduler(folder, app, edge.signal);
    const view = client === undefined ? await whyNotLaunched(app, options, edge.signal) : await client.why(app);
    return { json: view, text: whyText(view) };
  });
}

async function whyNotLaunched(file: string, options: AppOptions, signal: AbortSignal): Promise<WhyView> {
  const [{ fitOf }, { HttpClient }, { leaderDetector }] = await Promise.all([
    import("../src/scheduler/fit.ts"),
    import("../src/client/http.ts"),
    import("../src/client/leader.ts"),
  ]);
  const spec = await readApp(file);
  await using http = new HttpClient(await readConnection(options));
  await using leader = leaderDetector(await masterOf(options), { http });
  const within = AbortSignal.any([signal, AbortSignal.timeout(options.timeout)]);
  return await fitOf(spec, { http, master: await leader.find(within), signal: within });
}

export function scale(app: string, instances: string, options: AppOptions): Promise<never> {
  return change(app, options, (client) => {
    if (/^\d+$/.test(instances)) return client.scale(app, Number(instances));
    throw new MesosUpError(`"${instances}" is not a number of instances.`, {
      code: "INSTANCES_INVALID",
      hint: "Give a whole number that is not negative.",
    });
  });
}

export function restartApp(app: string, options: AppOptions): Promise<never> {
  return change(app, options, (client) => client.restart(app));
}

/** An app file as it is now takes the place of the one that runs. */
export function update(file: string, options: AppOptions): Promise<never> {
  return runAtTheEdge(options, async ({ signal }) => {
    const written = await readApp(file);
    const client = await requireScheduler(await folderOf(options), written.name, signal);
    const before = await client.spec(written.name);
    // The name under which the agents know the image, where it is still the same image.
    const sameImage = typeof before["image"] === "string" && before["image"].startsWith(written.image ?? "\0");
    await client.run(sameImage ? { ...written, image: before["image"] } : written);
    return await changed(client, written.name);
  });
}

/** Of an app, or of one of its instances, as web.2. */
export function kill(target: string, options: AppOptions): Promise<never> {
  const app = appOf(target);
  return withScheduler(app, options, async (client) => {
    if (target !== app) {
      await client.killInstance(target);
      return await changed(client, app);
    }
    const isLast = (await client.status()).apps.every(({ name }) => name === app);
    await client.killApp(app);
    return await changed(client, app, isLast ? GONE_WITH_SCHEDULER : GONE);
  });
}

export function stop(app: string, options: AppOptions): Promise<never> {
  return withScheduler(app, options, async (client) => {
    const { apps: views, pid } = await client.status();
    const apps = views.map(({ name }) => name);
    const ending = identify(pid);
    await client.stop();
    if (ending !== undefined) await untilEnded(ending);
    const text = `The framework of ${apps.join(" and ") || app} is torn down, with all that it had launched.`;
    return { json: { ok: true, app, apps }, text, isFinal: true };
  });
}

export function verifyApp(app: string, options: AppOptions): Promise<never> {
  return withScheduler(app, options, async (client) => {
    const [{ checkHttp }, { DEFAULT_VERIFY }, { parseUserDurationMs }] = await Promise.all([
      import("../src/scheduler/http-check.ts"),
      import("../src/scheduler/app-spec.ts"),
      import("../src/mesos/duration.ts"),
    ]);
    const verify = { ...DEFAULT_VERIFY, ...((await client.spec(app))["verify"] as object | undefined) };
    const { instances } = await client.app(app);
    const running = instances.filter(({ state }) => state === "running");
    if (running.length === 0) throw nothingRuns(app);
    if (running.some(({ hostPorts }) => hostPorts[verify.port] === undefined)) throw nobodyToAsk(app, verify.port);
    const checks = await Promise.all(
      running.map(async ({ id, address = "", hostPorts }) => {
        const host = address.includes(":") ? `[${address}]` : address;
        const check = await checkHttp({
          url: `http://${host}:${hostPorts[verify.port] ?? 0}${verify.path}`,
          expect: { status: verify.status, headers: verify.headers, bodyContains: verify.body_contains },
          timeoutMs: parseUserDurationMs(verify.timeout),
        });
        return { instance: id, ...check };
      }),
    );
    const lines = checks.map(({ instance, url, status }) => `${instance}  ${url} → ${status}`);
    return { json: { ok: true, checks }, text: lines.join("\n") };
  });
}

function change(app: string, options: AppOptions, how: (client: ControlClient) => Promise<void>): Promise<never> {
  return withScheduler(app, options, async (client) => {
    await how(client);
    return await changed(client, app);
  });
}

/** Codes of errors that tell of an app that there is no more. */
const GONE: readonly string[] = ["APP_UNKNOWN"];

/** A scheduler ends with its last app. */
export const GONE_WITH_SCHEDULER: readonly string[] = [...GONE, "SCHEDULER_UNREACHABLE"];

/** The app after a change that was made; where it cannot be shown, that the change was made all the same. */
export async function changed(
  client: Pick<ControlClient, "app">,
  app: string,
  goneBy: readonly string[] = GONE,
): Promise<CommandResult> {
  try {
    const view = await client.app(app);
    return { json: view, text: psText([view], []), isFinal: true };
  } catch (error) {
    const code = error instanceof MesosUpError ? error.code : undefined;
    if (code !== undefined && goneBy.includes(code)) {
      return { json: { ok: true, app }, text: `${app} is gone.`, isFinal: true };
    }
    const why = code === "INTERRUPTED" ? "" : ` ${messageOf(error)}`;
    const text = `It is done, but ${app} cannot be shown now; \`mesos-up ps\` does that later.${why}`;
    return { json: { ok: true, app, shown: false }, text, isFinal: true };
  }
}

export function withScheduler(
  app: string,
  options: AppOptions,
  work: (client: ControlClient, edge: Edge) => Promise<CommandResult>,
): Promise<never> {
  return runAtTheEdge(
    options,
    async (edge) => await work(await requireScheduler(await folderOf(options), app, edge.signal), edge),
  );
}

/** The app of an instance, as web of web.2; an app is itself. */
export function appOf(target: string): string {
  return target.replace(/\.\d+$/, "");
}

/** The cluster that the options name. @throws MesosUpError CLUSTER_UNKNOWN */
async function masterOf(options: AppOptions): Promise<string> {
  if (options.master !== undefined) return options.master;
  const spec = await readClusterSpec(options);
  const status = await (await backendFor(spec)).status(spec.name);
  if (status !== undefined) return status.plan.zookeeper.url;
  throw clusterUnknown(spec.name);
}

/** Where the schedulers of the cluster that the options name have their records. */
async function folderOf(options: AppOptions): Promise<string> {
  if (options.master !== undefined) return foreignStateDirectory(process.cwd(), options.master);
  return clusterFolder(process.cwd(), (await readClusterSpec(options)).name);
}

function psText(apps: AppView[], silent: string[]): string {
  const table = new Table({
    head: ["instance", "state", "agent", "rack", "ports", "up", "restarts", "last failure"],
    style: { head: [], border: [] },
  });
  for (const { instances } of apps) for (const instance of instances) table.push(row(instance));
  const heads = apps.map(
    ({ name, running, wanted, version, state }) =>
      `${name}  version ${version}, ${running} of ${wanted} run${state === "steady" ? "" : `, ${state}`}`,
  );
  const lost = silent.map((app) => `${app}  its scheduler does not answer`);
  if (apps.length === 0 && silent.length === 0) return "No scheduler was left behind here.";
  return [...heads, ...lost, table.toString()].join("\n");
}

function row({ id, state, healthy, agent, attributes, hostPorts, runningSinceMs, ...rest }: InstanceView): string[] {
  const health = healthy === undefined ? "" : healthy ? ", healthy" : ", unhealthy";
  const up = runningSinceMs === undefined ? "" : `${Math.round((Date.now() - runningSinceMs) / 1000)} s`;
  const { lastFailure } = rest;
  const tail = tellingLine(lastFailure?.stderrTail);
  const failure = [lastFailure?.state, lastFailure?.reason, lastFailure?.message, tail].filter((part) => part);
  return [
    ...[id, state + health, agent ?? "", attributes["rack"] ?? "", hostPorts.join(", "), up],
    ...[String(rest.restarts), failure.join(": ").slice(0, 80)],
  ];
}

function nobodyToAsk(app: string, port: number): MesosUpError {
  return new MesosUpError(`The app ${app} has no port ${port} that could be asked over HTTP.`, {
    code: "NOTHING_TO_VERIFY",
    hint: "Ports count from 0, in the order of `ports` in its file; `verify.port` there says which is asked.",
  });
}

/** `target` is an app, or one of its instances. */
export function nothingRuns(target: string): MesosUpError {
  return new MesosUpError(`No task of ${target} runs.`, {
    code: "NOTHING_RUNS",
    hint: `\`mesos-up why ${appOf(target)}\` says why.`,
  });
}

/** What goes over the wire between a scheduler that was left behind and its master, as it goes, until Ctrl-C. */
export function explain(app: string, options: AppOptions): Promise<never> {
  return withScheduler(app, options, async (client, edge) => {
    try {
      for await (const lines of client.explain(edge.signal))
        process.stdout.write((options.json ? JSON.stringify({ lines }) : lines.join("\n")) + "\n");
    } catch (error) {
      if (!edge.signal.aborted) throw error;
    }
    if (edge.signal.aborted) return { json: undefined, text: "", streamed: true };
    throw new MesosUpError(`The scheduler of ${app} has ended.`, {
      code: "SCHEDULER_GONE",
      hint: "`mesos-up ps` shows whether another one has taken its place.",
    });
  });
}
