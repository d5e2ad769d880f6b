// The executor of a Docker task in a container of its own (--docker_mesos_image): it outlives the agent's container, as one
// that is a process in there cannot (Mesos's docs/docker-containerizer.md, "recover Docker containers when the agent runs
// in a container").
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync } from "node:fs";
import { containerName, type DockerRuntime } from "./assignment.ts";
import { runCommand } from "./run-command.ts";

export interface DockerExecutorOptions {
  runtime: DockerRuntime;
  /** Has the executor's program where this agent has it. */
  image: string;
  /** --docker_socket, at the same path inside. */
  socket: string;
  containerId: string;
  sandbox: string;
  /** node and the executor program. */
  command: string[];
  env: NodeJS.ProcessEnv;
}

export interface DockerExecutor {
  /** The client that is attached to it: takes the assignment, and ends when the executor does, with its status. */
  child: ChildProcess;
  /** Its process as the machine numbers it; undefined where its number cannot be had. */
  pid: number | undefined;
}

/** The name of the container that an executor is in, as Mesos has it. */
export const executorContainerName = (containerId: string): string => `${containerName(containerId)}.executor`;

/** Resolves once it waits for its assignment. @throws Error in the words of the client if it does not start */
export async function startDockerExecutor(options: DockerExecutorOptions): Promise<DockerExecutor> {
  const { runtime, image, socket, containerId, sandbox, env } = options;
  const [docker = "docker", ...prefix] = runtime.client;
  const [program = "", ...args] = options.command;
  const name = executorContainerName(containerId);
  mkdirSync(runtime.directory, { recursive: true });
  const volumes = [sandbox, runtime.directory, socket].flatMap((path) => ["-v", `${path}:${path}`]);
  const run = [
    "run",
    "--interactive",
    "--name",
    name,
    "--net",
    "host",
    ...volumes,
    "--entrypoint",
    program,
    image,
    ...args,
  ];
  const child = spawn(docker, [...prefix, ...run], { env, detached: true, stdio: ["pipe", "pipe", "pipe"] });
  child.unref();
  child.stdin.on("error", () => {}); // It has ended: its exit is seen by whoever uses it.
  let complaint = "";
  child.stderr.on("data", (part: Buffer) => (complaint += part.toString()));
  const ready = once(child.stdout, "data");
  const ended = once(child, "exit").then(() =>
    Promise.reject(new Error(`Failed to run executor: ${complaint.trim()}`)),
  );
  ready.catch(() => undefined);
  ended.catch(() => undefined);
  await Promise.race([ready, ended, once(child, "error").then(([error]) => Promise.reject(error as Error))]);
  const inspected = await runCommand(docker, [...prefix, "inspect", "--format", "{{.State.Pid}}", name], { env });
  const pid = Number(inspected);
  return { child, pid: Number.isInteger(pid) && pid > 0 ? pid : undefined };
}
