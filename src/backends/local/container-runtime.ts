// Which program runs containers on this machine: Docker or Podman where it works, else runc.
import { request } from "node:http";
import { MesosUpError } from "../../errors.ts";
import { findProgram } from "../find-program.ts";

export type ContainerRuntime = "docker" | "podman" | "runc";

/** A daemon that is not there refuses at once; one on a machine that has much else to do takes its time. */
const pingTimeoutMs = 10_000;

/**
 * The runtime to use: the one that is asked for, else Docker or Podman where it works, else runc. Docker or Podman asked
 * for by name and not working is the error CONTAINER_RUNTIME_MISSING.
 */
export async function chooseContainerRuntime(
  wanted: ContainerRuntime | "auto",
  env: NodeJS.ProcessEnv,
): Promise<ContainerRuntime> {
  const mayBe = (runtime: ContainerRuntime): boolean => wanted === "auto" || wanted === runtime;
  if (mayBe("docker") && findProgram("docker", env) && (await dockerAnswers(env))) return "docker";
  if (mayBe("podman") && findProgram("podman", env) && (await podmanWorks(env))) return "podman";
  if (mayBe("runc")) return "runc";
  const why =
    wanted === "docker"
      ? "no Docker daemon answers, or its `docker` program is not on PATH"
      : "`podman info` fails, or podman is not on PATH";
  throw new MesosUpError(`Containers cannot be run by ${wanted}: ${why}.`, {
    code: "CONTAINER_RUNTIME_MISSING",
    hint: "Start or install it, or leave the choice to mesos-up by not naming a container runtime.",
  });
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
