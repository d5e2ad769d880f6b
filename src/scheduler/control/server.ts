// A scheduler's control socket: HTTP over a Unix socket that only its owner may use (docs/scheduler.md). What is asked of
// it is carried out by the core; here it is only passed on.
import { chmod, mkdir, rm } from "node:fs/promises";
import { createServer } from "node:http";
import type { IncomingMessage, Server, ServerResponse } from "node:http";
import { dirname } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { ConfigError, MesosUpError } from "../../errors.ts";
import type { AppEvent } from "../app-event.ts";
import { appView, appViews } from "../core/view.ts";
import type { SchedulerState } from "../core/state.ts";
import { whyView } from "../core/why.ts";
import type { OpenScheduler } from "../open-scheduler.ts";
import { STANDING_BY } from "./client.ts";
import { Standby } from "./standby.ts";

export interface ControlOptions {
  /** The scheduler as it is now. */
  open: () => OpenScheduler | Standby;
  /** Absolute, of at most a hundred bytes: the kernel takes no longer ones. */
  socket: string;
  /** Somebody wants this process to end and to leave the framework to another one. */
  onRelease: () => void;
  /** The framework was torn down. */
  onStopped: () => void;
  /** Whose process has a terminal, which is what ends it and its apps. Default: none, and all may be asked of it. */
  foreground?: boolean;
  /** Has somebody told of what goes over the wire, in lines; gives back what ends that. Default: nobody can be. */
  explain?: (print: (lines: string[]) => void) => () => void;
}

export interface Control extends AsyncDisposable {
  /** Passes an event on to everybody who listens. */
  tell(event: AppEvent): void;
  /** Until everybody who has asked for something to be done is answered. */
  answered(): Promise<void>;
}

/** Whoever does not take an answer for so long goes without. */
const ANSWER_LIMIT_MS = 1000;
const BODY_LIMIT_BYTES = 1024 * 1024;
/** What may wait for one who listens. */
const BACKLOG_LIMIT_BYTES = 16 * 1024 * 1024;

/** Listens from the moment that it resolves. A socket that a killed process has left is taken over. */
export async function serveControl(options: ControlOptions): Promise<Control> {
  const listeners = new Set<ServerResponse>();
  const asked = new Set<Promise<boolean>>();
  const answered = async () => {
    while (asked.size > 0) await Promise.all(asked);
  };
  const server = createServer((request, response) => {
    if (request.method !== "GET") {
      const closed = new Promise((resolve) => response.once("close", resolve));
      const done: Promise<boolean> = closed.then(() => asked.delete(done));
      asked.add(done);
    }
    answer(request, options, listeners, response).catch((error: unknown) => refuse(response, error));
  });
  await mkdir(dirname(options.socket), { recursive: true, mode: 0o700 });
  await rm(options.socket, { force: true });
  await listen(server, options.socket);
  await chmod(options.socket, 0o600);
  return {
    tell(event) {
      for (const listener of listeners) tellListener(listener, event);
    },
    answered,
    async [Symbol.asyncDispose]() {
      const closed = new Promise((resolve) => server.close(resolve));
      await Promise.race([answered(), sleep(ANSWER_LIMIT_MS, undefined, { ref: false })]);
      server.closeAllConnections();
      await closed;
      await rm(options.socket, { force: true });
    },
  };
}

async function answer(
  request: IncomingMessage,
  options: ControlOptions,
  listeners: Set<ServerResponse>,
  response: ServerResponse,
): Promise<void> {
  const { pathname } = new URL(request.url ?? "/", "http://control");
  const parts = pathname.split("/").filter((part) => part !== "");
  const [version, kind, name = "", action = ""] = parts.map(decodeURIComponent);
  if (version !== "v1") throw unknownPath(pathname);
  if (request.method === "GET") {
    if (kind === "events") {
      listenTo(response, listeners);
      return;
    }
    if (kind === "explain" && options.explain !== undefined) {
      listenTo(response, new Set());
      response.on(
        "close",
        options.explain((lines) => tellListener(response, lines)),
      );
      return;
    }
    const asked = { kind, name, action, pathname };
    const open = options.open();
    if (open instanceof Standby) {
      if (action === "why") throw open.refusal();
      const { frameworkName, obstacle } = open;
      const state = await open.state();
      send(response, 200, read({ state, obstacle, subscription: STANDING_BY, frameworkName }, asked));
      return;
    }
    const { scheduler, frameworkName, metricsUrl } = open;
    if (action === "why") await scheduler.lookAtAgents();
    const { state, master, obstacle } = scheduler;
    const subscription = scheduler.subscription.name;
    send(response, 200, read({ state, master, obstacle, subscription, frameworkName, metricsUrl }, asked));
    return;
  }
  const body = await readBody(request);
  if (options.foreground === true && ENDINGS.has(`${kind ?? ""}/${action}`)) throw inForeground();
  await carryOut(options.open(), { kind, name, action, pathname }, body);
  const onAnswered = (): void => {
    if (kind === "release") options.onRelease();
    if (kind === "stop") options.onStopped();
  };
  // Whoever asked may have left meanwhile: what was asked for is done all the same.
  if (response.destroyed) {
    onAnswered();
    return;
  }
  response.once("close", onAnswered);
  send(response, 200, { ok: true });
}

interface Asked {
  kind: string | undefined;
  name: string;
  action: string;
  pathname: string;
}

interface About {
  state: SchedulerState;
  frameworkName: string;
  subscription: string;
  obstacle: string | undefined;
  master?: string;
  metricsUrl?: string | undefined;
}

function read(about: About, { kind, name, action, pathname }: Asked): unknown {
  const { state, frameworkName, master = "", metricsUrl: metrics, subscription, obstacle } = about;
  const nowMs = Date.now();
  if (kind === "status") {
    const framework = { id: state.frameworkId, name: frameworkName, master };
    const { over } = state;
    return { framework, over, subscription, obstacle, metrics, pid: process.pid, apps: appViews(state) };
  }
  if (kind !== "apps") throw unknownPath(pathname);
  if (name === "") return { apps: appViews(state) };
  const app = state.apps.get(name);
  if (app === undefined) throw unknownApp(name);
  if (action === "") return appView(state, app);
  if (action === "spec") return app.spec;
  if (action === "why") return whyView(state, name, nowMs);
  throw unknownPath(pathname);
}

const ENDINGS: ReadonlySet<string> = new Set(["apps/kill", "stop/", "release/"]);

async function carryOut(open: OpenScheduler | Standby, asked: Asked, body: Record<string, unknown>): Promise<void> {
  const { kind, name, action, pathname } = asked;
  if (open instanceof Standby) {
    if (kind !== "release") throw open.refusal();
    return;
  }
  const { scheduler } = open;
  switch (`${kind ?? ""}/${action}`) {
    case "apps/scale": {
      const { instances } = body;
      if (typeof instances !== "number" || !Number.isInteger(instances) || instances < 0) throw badNumber(instances);
      return scheduler.command({ name: "scale", app: name, instances });
    }
    case "apps/restart":
      return scheduler.command({ name: "restart", app: name });
    case "apps/kill":
      return scheduler.command({ name: "remove", app: name });
    case "instances/kill":
      return scheduler.command({ name: "kill", instance: name });
    case "apps/": {
      const { parseAppObject } = await import("../parse-app-file.ts");
      const spec = await open.prepare(parseAppObject(body["spec"]));
      return scheduler.command({ name: "run", spec });
    }
    case "stop/":
      return scheduler.teardown();
    case "release/":
      return;
    default:
      throw unknownPath(pathname);
  }
}

function listenTo(response: ServerResponse, listeners: Set<ServerResponse>): void {
  response.writeHead(200, { "Content-Type": "application/jsonlines" });
  response.flushHeaders();
  listeners.add(response);
  response.on("close", () => listeners.delete(response));
}

/** One line. Whoever does not read is let go of. */
function tellListener(listener: ServerResponse, value: unknown): void {
  listener.write(JSON.stringify(value) + "\n");
  if (listener.writableLength > BACKLOG_LIMIT_BYTES) listener.destroy();
}

async function readBody(request: IncomingMessage): Promise<Record<string, unknown>> {
  const parts: Buffer[] = [];
  let length = 0;
  for await (const part of request as AsyncIterable<Buffer>) {
    parts.push(part);
    length += part.length;
    if (length > BODY_LIMIT_BYTES) throw new MesosUpError("The request is too long.", { code: "REQUEST_TOO_LONG" });
  }
  const text = Buffer.concat(parts).toString("utf8");
  if (text === "") return {};
  try {
    return JSON.parse(text) as Record<string, unknown>;
  } catch (cause) {
    throw new MesosUpError("The request is not JSON.", { code: "REQUEST_MALFORMED", cause });
  }
}

function send(response: ServerResponse, status: number, value: unknown): void {
  response.writeHead(status, { "Content-Type": "application/json" }).end(JSON.stringify(value));
}

function refuse(response: ServerResponse, error: unknown): void {
  const known = error instanceof MesosUpError ? error : undefined;
  const message = error instanceof Error ? error.message : String(error);
  const issues = error instanceof ConfigError ? { issues: error.issues } : {};
  const body = { error: { code: known?.code ?? "INTERNAL", message, hint: known?.hint, ...issues } };
  const status = known === undefined ? 500 : /UNKNOWN$/.test(known.code) ? 404 : 400;
  if (response.headersSent) response.destroy();
  else send(response, status, body);
}

function listen(server: Server, socket: string): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once("error", (cause) =>
      reject(
        new MesosUpError(`The control socket ${socket} cannot be made: ${cause.message}.`, {
          code: "CONTROL_SOCKET_UNUSABLE",
          hint: "See that its folder may be written to.",
          cause,
        }),
      ),
    );
    server.listen(socket, () => resolve());
  });
}

function unknownPath(path: string): MesosUpError {
  return new MesosUpError(`There is nothing at ${path}.`, { code: "PATH_UNKNOWN", hint: "See docs/scheduler.md." });
}

function unknownApp(name: string): MesosUpError {
  return new MesosUpError(`There is no app ${name} here.`, { code: "APP_UNKNOWN", hint: "`mesos-up ps` shows them." });
}

function inForeground(): MesosUpError {
  return new MesosUpError(`Process ${process.pid} runs this framework in the foreground, and ends it.`, {
    code: "RUNS_IN_FOREGROUND",
    hint: "Press Ctrl-C where `mesos-up run` was started.",
  });
}

function badNumber(value: unknown): MesosUpError {
  return new MesosUpError(`${JSON.stringify(value)} is not a number of instances.`, {
    code: "INSTANCES_INVALID",
    hint: "Give a whole number that is not negative.",
  });
}
