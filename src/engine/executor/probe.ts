// One check of a task, whatever its kind. It never fails: what goes wrong is its result.
import { spawn } from "node:child_process";
import { request as httpRequest } from "node:http";
import { request as httpsRequest } from "node:https";
import { connect } from "node:net";
import type { CommandInfo, HealthCheck } from "../../mesos/types.ts";
import { argvOf } from "./posix-run.ts";
import type { TaskRun } from "./task-run.ts";

export interface CheckKind {
  type?: "COMMAND" | "HTTP" | "TCP";
  /** Health checks carry the command itself, checks wrap it once more. */
  command?: CommandInfo | { command: CommandInfo };
  http?: HealthCheck["http"];
  tcp?: HealthCheck["tcp"];
}

export interface CheckResult {
  ok: boolean;
  /** As a check's status shows it: `exit_code`, `status_code` or `succeeded`; empty if there was no answer. */
  fields: Record<string, unknown>;
}

export interface ProbeContext {
  run: TaskRun;
  environment: Record<string, string>;
  timeoutMs: number;
}

const NO_ANSWER: CheckResult = { ok: false, fields: {} };

export function probe(check: CheckKind, context: ProbeContext): Promise<CheckResult> {
  if (check.http !== undefined) return probeHttp(check.http, context);
  if (check.tcp !== undefined) return probeTcp(check.tcp.port, context);
  if (check.command === undefined) return Promise.resolve(NO_ANSWER);
  return probeCommand("command" in check.command ? check.command.command : check.command, context);
}

function probeHttp(http: NonNullable<HealthCheck["http"]>, { run, timeoutMs }: ProbeContext): Promise<CheckResult> {
  const { host, port } = run.reach(http.port);
  const request = http.scheme === "https" ? httpsRequest : httpRequest;
  return new Promise((resolve) => {
    // The certificate is the task's own affair: Mesos does not look at it either.
    const options = { host, port, path: http.path ?? "/", timeout: timeoutMs, agent: false, rejectUnauthorized: false };
    const asked = request(options, (response) => {
      const status = response.statusCode ?? 0;
      response.resume();
      resolve({ ok: status >= 200 && status < 400, fields: { status_code: status } });
    });
    asked.on("timeout", () => asked.destroy(new Error("timed out")));
    asked.on("error", () => resolve(NO_ANSWER));
    asked.end();
  });
}

function probeTcp(wanted: number, { run, timeoutMs }: ProbeContext): Promise<CheckResult> {
  const { host, port } = run.reach(wanted);
  return new Promise((resolve) => {
    const socket = connect({ host, port, timeout: timeoutMs });
    const end = (ok: boolean): void => {
      socket.destroy();
      resolve({ ok, fields: { succeeded: ok } });
    };
    socket.on("connect", () => end(true));
    socket.on("timeout", () => end(false));
    socket.on("error", () => end(false));
  });
}

function probeCommand(command: CommandInfo, { run, environment, timeoutMs }: ProbeContext): Promise<CheckResult> {
  const { file, argv0, args } = argvOf(command);
  const own = (command.environment?.variables ?? []).map(({ name, value }) => [name, value ?? ""] as const);
  const { file: program, args: rest, cwd } = run.commandBeside([file, ...args]);
  return new Promise((resolve) => {
    const child = spawn(program, rest, {
      ...(program === file ? { argv0 } : {}),
      env: { ...environment, ...Object.fromEntries(own) },
      ...(cwd === undefined ? {} : { cwd }),
      stdio: "ignore",
      timeout: timeoutMs,
      killSignal: "SIGKILL",
    });
    child.on("error", () => resolve(NO_ANSWER));
    child.on("exit", (code) => resolve(code === null ? NO_ANSWER : { ok: code === 0, fields: { exit_code: code } }));
  });
}
