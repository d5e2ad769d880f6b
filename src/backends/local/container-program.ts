// Which program runs containers on this machine: Docker or Podman where it works, else runc.
import { accessSync, constants, statSync } from "node:fs";
import { request } from "node:http";
import { delimiter, isAbsolute, join } from "node:path";
import { MesosUpError } from "../../errors.ts";

export type ContainerRuntime = "auto" | "docker" | "podman" | "runc";

/** A daemon on this machine answers within a few milliseconds, or is not there. */
const pingTimeoutMs = 1_000;

export interface ContainerProgramOptions {
  wanted: ContainerRuntime;
  env: NodeJS.ProcessEnv;
  /** The absolute path of runc, looked up or fetched only when it is needed; undefined where there is none. */
  runc: () => Promise<string | undefined>;
}

/**
 * What the agent is given as --docker: `docker`, `podman`, or the absolute path of runc; undefined where containers
 * cannot be run. A runtime that is asked for by name and does not work is the error CONTAINER_RUNTIME_MISSING.
 */
export async function containerProgram({ wanted, env, runc }: ContainerProgramOptions): Promise<string | undefined> {
  if ((wanted === "auto" || wanted === "docker") && findProgram("docker", env) && (await dockerAnswers(env))) {
    return "docker";
  }
  if (wanted === "docker") throw missing("docker", "no Docker daemon answers, or its `docker` program is not on PATH");
  if ((wanted === "auto" || wanted === "podman") && findProgram("podman", env) && (await podmanWorks(env))) {
    return "podman";
  }
  if (wanted === "podman") throw missing("podman", "`podman info` fails, or podman is not on PATH");
  const path = await runc();
  if (path === undefined && wanted === "runc") throw missing("runc", "runc is not on PATH");
  return path;
}

/** Absolute path of a program on PATH that may be executed. */
export function findProgram(name: string, env: NodeJS.ProcessEnv): string | undefined {
  return (env["PATH"] ?? "")
    .split(delimiter)
    .filter(isAbsolute)
    .map((folder) => join(folder, name))
    .find(isExecutable);
}

export function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch {
    return false;
  }
}

/** Where Docker's daemon is spoken to over a Unix socket; undefined for a daemon elsewhere (tcp, ssh). */
export function dockerSocket(env: NodeJS.ProcessEnv): string | undefined {
  const host = env["DOCKER_HOST"] ?? "";
  if (host === "") return "/var/run/docker.sock";
  return host.startsWith("unix://") ? host.slice("unix://".length) : undefined;
}

/** Asked over HTTP, since starting the docker program takes ten times as long. */
function dockerAnswers(env: NodeJS.ProcessEnv): Promise<boolean> {
  const socketPath = dockerSocket(env);
  if (socketPath === undefined) return commandWorks("docker", ["version", "--format", "{{.Server.Version}}"], env);
  return new Promise((resolve) => {
    const ping = request({ socketPath, path: "/_ping", timeout: pingTimeoutMs }, (response) => {
      response.resume();
      resolve(response.statusCode === 200);
    });
    ping.on("timeout", () => ping.destroy());
    ping.on("error", () => resolve(false));
    ping.end();
  });
}

function podmanWorks(env: NodeJS.ProcessEnv): Promise<boolean> {
  return commandWorks("podman", ["info", "--format", "{{.Version.Version}}"], env);
}

async function commandWorks(file: string, args: string[], env: NodeJS.ProcessEnv): Promise<boolean> {
  const { execa } = await import("execa");
  const { failed } = await execa(file, args, { env, extendEnv: false, reject: false, timeout: 10_000 });
  return !failed;
}

function missing(runtime: string, why: string): MesosUpError {
  return new MesosUpError(`Containers cannot be run by ${runtime}: ${why}.`, {
    code: "CONTAINER_RUNTIME_MISSING",
    hint: "Start or install it, or leave the choice to mesos-up by not naming a container runtime.",
  });
}
