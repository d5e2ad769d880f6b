// The commands about apps that run: what there is, why it waits, and everything that may be changed about it.
import Table from "cli-table3";
import { clusterFolder } from "../src/backends/state/cluster-folder.ts";
import { MesosUpError } from "../src/errors.ts";
import type { ControlClient, SchedulerView } from "../src/scheduler/control/client.ts";
import type { AppView, InstanceView } from "../src/scheduler/core/view.ts";
import type { WhyView } from "../src/scheduler/core/why.ts";
import { runAtTheEdge, type CommandResult } from "./edge.ts";
import { readClusterSpec, readUserFile, type CommonOptions } from "./options.ts";
import { findScheduler, foreignStateDirectory, requireScheduler, schedulerRecords } from "./schedulers.ts";
import { whyText } from "./why-text.ts";

export interface AppOptions extends CommonOptions {
  master?: string;
}

export function ps(options: AppOptions): Promise<never> {
  return runAtTheEdge(options, async () => {
    const folder = await folderOf(options);
    const schedulers: { app: string; view: SchedulerView | undefined }[] = [];
    for (const { app } of schedulerRecords(folder)) {
      const view = await (await findScheduler(folder, app))?.status();
      schedulers.push({ app, view });
    }
    const apps = schedulers.flatMap(({ view }) => view?.apps ?? []);
    const silent = schedulers.filter(({ view }) => view === undefined).map(({ app }) => app);
    return {
      unwell: silent.length > 0 || apps.some(({ running, wanted }) => running < wanted),
      json: { ok: silent.length === 0, apps, silent },
      text: psText(apps, silent),
    };
  });
}

export function why(app: string, options: AppOptions): Promise<never> {
  return withScheduler(app, options, async (client) => {
    const view: WhyView = await client.why(app);
    return { json: view, text: whyText(view) };
  });
}

export function scale(app: string, instances: number, options: AppOptions): Promise<never> {
  return change(app, options, (client) => client.scale(app, instances));
}

export function restartApp(app: string, options: AppOptions): Promise<never> {
  return change(app, options, (client) => client.restart(app));
}

/** An app file as it is now takes the place of the one that runs. */
export function update(file: string, options: AppOptions): Promise<never> {
  return runAtTheEdge(options, async () => {
    const { parseAppFile } = await import("../src/scheduler/parse-app-file.ts");
    const written = parseAppFile(await readUserFile(file), file);
    const client = await requireScheduler(await folderOf(options), written.name);
    const before = await client.spec(written.name);
    // The name under which the agents know the image, where it is still the same image.
    const sameImage = typeof before["image"] === "string" && before["image"].startsWith(written.image ?? "\0");
    await client.run(sameImage ? { ...written, image: before["image"] } : written);
    const view = await client.app(written.name);
    return { json: view, text: psText([view], []) };
  });
}

/** Of an app, or of one of its instances, as web.2. */
export function kill(target: string, options: AppOptions): Promise<never> {
  const app = target.replace(/\.\d+$/, "");
  return change(app, options, (client) => (target === app ? client.killApp(app) : client.killInstance(target)));
}

export function stop(app: string, options: AppOptions): Promise<never> {
  return withScheduler(app, options, async (client) => {
    await client.stop();
    return { json: { ok: true, app }, text: `The framework of ${app} is torn down, with all that it had launched.` };
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

export interface LogOptions extends AppOptions {
  stderr?: boolean;
  lines: number;
}

const BYTES_PER_LINE = 400;

/** The end of what the tasks of an app, or of one instance, have written. */
export function taskLogs(target: string, options: LogOptions): Promise<never> {
  const app = target.replace(/\.\d+$/, "");
  return withScheduler(app, options, async (client) => {
    const [{ HttpClient }, { FilesClient, findSandbox }] = await Promise.all([
      import("../src/client/http.ts"),
      import("../src/client/files.ts"),
    ]);
    await using http = new HttpClient();
    const { framework } = await client.status();
    const { instances } = await client.app(app);
    const wanted = instances.filter(({ id, agentUrl }) => agentUrl !== undefined && (target === app || id === target));
    if (wanted.length === 0) throw nothingRuns(target);
    const logs = await Promise.all(
      wanted.map(async ({ id, agentUrl = "", taskId = "" }) => {
        const task = { frameworkId: framework.id ?? "", taskId };
        const sandbox = await findSandbox(http, agentUrl, task);
        const file = `${sandbox ?? ""}/${options.stderr === true ? "stderr" : "stdout"}`;
        const text = await new FilesClient(http, agentUrl).tail(file, options.lines * BYTES_PER_LINE);
        return { instance: id, taskId, lines: text.trimEnd().split("\n").slice(-options.lines) };
      }),
    );
    const text = logs.flatMap(({ instance, lines }) => lines.map((line) => `${instance}  ${line}`)).join("\n");
    return { json: { ok: true, logs }, text };
  });
}

function change(app: string, options: AppOptions, how: (client: ControlClient) => Promise<void>): Promise<never> {
  return withScheduler(app, options, async (client) => {
    await how(client);
    const view = await client.app(app).catch(() => undefined);
    return { json: view ?? { ok: true, app }, text: view === undefined ? `${app} is gone.` : psText([view], []) };
  });
}

function withScheduler(
  app: string,
  options: AppOptions,
  work: (client: ControlClient) => Promise<CommandResult>,
): Promise<never> {
  return runAtTheEdge(options, async () => await work(await requireScheduler(await folderOf(options), app)));
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
  const tail = lastFailure?.stderrTail?.split("\n").at(-1);
  const failure = [lastFailure?.state, lastFailure?.reason, lastFailure?.message, tail].filter((part) => part);
  return [
    ...[id, state + health, agent ?? "", attributes["rack"] ?? "", hostPorts.join(", "), up],
    ...[String(rest.restarts), failure.join(": ").slice(0, 80)],
  ];
}

function nothingRuns(app: string): MesosUpError {
  return new MesosUpError(`No task of ${app} runs.`, {
    code: "NOTHING_RUNS",
    hint: `\`mesos-up why ${app}\` says why.`,
  });
}
