// A task as a container of a Docker daemon (or Podman), through its command-line client, as Mesos's docker executor does.
import { spawn } from "node:child_process";
import { join } from "node:path";
import type { NetworkInfo, TaskInfo } from "../../mesos/types.ts";
import { containerName, type DockerRuntime, type ExecutorAssignment } from "../containerizer/assignment.ts";
import { dockerRunArguments } from "../containerizer/docker-arguments.ts";
import { runCommand } from "../containerizer/run-command.ts";
import { publishedPort } from "../containerizer/ports.ts";
import { awaitFile } from "./await-file.ts";
import type { SandboxOutput } from "./sandbox-output.ts";
import type { StartedTask, TaskExit, TaskRun } from "./task-run.ts";

const INSPECT_INTERVAL_MS = 20;
const CID_FILE = "docker.cid";

/** The client could not make a container of it: its exit status is all there is to tell. */
const neverStarted = new Promise<never>(() => {});

export interface DockerRunOptions {
  task: TaskInfo;
  assignment: ExecutorAssignment & { runtime: DockerRuntime };
  output: SandboxOutput;
  /** For the client itself: PATH, HOME, DOCKER_CONFIG and the like. */
  env: NodeJS.ProcessEnv;
}

/** What `docker inspect` tells of a container, as far as it is looked at here. */
interface Inspected {
  State?: { Running?: boolean; Pid?: number; FinishedAt?: string };
  NetworkSettings?: { IPAddress?: string; Networks?: Record<string, { IPAddress?: string }> };
}

export function startDockerTask({ task, assignment, output, env }: DockerRunOptions): TaskRun {
  const [program = "docker", ...prefix] = assignment.runtime.client;
  const name = containerName(assignment.containerId);
  const docker = (...args: string[]): Promise<string> => runCommand(program, [...prefix, ...args], { env });

  const cidFile = join(assignment.runtime.directory, CID_FILE);
  const runArguments = [...prefix, ...dockerRunArguments({ task, assignment, cidFile })];
  const child = spawn(program, runArguments, { env, stdio: ["ignore", output.stdout, output.stderr] });
  let over = false;
  const exited = new Promise<TaskExit>((resolve, reject) => {
    child.once("error", (error) => reject(new Error(`Failed to run container: ${error.message}`)));
    child.once("exit", (code, signal) => {
      over = true;
      resolve(code === null ? { signal: signal ?? "SIGKILL" } : { code });
    });
  });
  let address: string | undefined;
  const looked = awaitFile(cidFile, exited).then(() =>
    inspectUntilRunning(
      () => docker("inspect", name),
      () => over,
    ),
  );
  const started = looked.then(async (found): Promise<StartedTask> => {
    if (found === undefined) return neverStarted;
    address = addressOf(found.inspected);
    return { data: Buffer.from(found.text).toString("base64"), ...networkInfos(address) };
  });
  return {
    subject: "Container",
    started,
    // Not told before the start: a container may be over before it could be looked at.
    exited: looked.then(() => exited),
    kill: (graceMs) => {
      const seconds = String(Math.ceil(graceMs / 1000));
      docker("stop", "-t", seconds, name).catch((error: unknown) => {
        if (over) return;
        output.complain((error as Error).message);
        child.kill("SIGTERM");
      });
    },
    reach: (port) =>
      address === undefined ? { host: "127.0.0.1", port: publishedPort(task, port) } : { host: address, port },
    commandBeside: (argv) => ({ file: program, args: [...prefix, "exec", name, ...argv] }),
  };
}

/** Undefined if the container ended before it was seen to run. */
async function inspectUntilRunning(
  inspect: () => Promise<string>,
  isOver: () => boolean,
): Promise<{ text: string; inspected: Inspected } | undefined> {
  for (;;) {
    const wasOver = isOver();
    const text = await inspect().catch(() => undefined);
    const [inspected] = text === undefined ? [] : (JSON.parse(text) as Inspected[]);
    const ran = inspected?.State?.FinishedAt !== undefined && !inspected.State.FinishedAt.startsWith("0001-");
    if (text !== undefined && inspected !== undefined && (inspected.State?.Running === true || ran)) {
      return { text, inspected };
    }
    if (wasOver) return undefined;
    await new Promise((resolve) => setTimeout(resolve, INSPECT_INTERVAL_MS));
  }
}

function addressOf(inspected: Inspected | undefined): string | undefined {
  const settings = inspected?.NetworkSettings;
  const own = Object.values(settings?.Networks ?? {}).map((network) => network.IPAddress);
  return [settings?.IPAddress, ...own].find((address) => address !== undefined && address !== "");
}

function networkInfos(address: string | undefined): { networkInfos?: NetworkInfo[] } {
  if (address === undefined) return {};
  return { networkInfos: [{ ip_addresses: [{ protocol: "IPv4", ip_address: address }] }] };
}
