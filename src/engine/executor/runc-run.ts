// A task as a container of our own making: its bundle, its network, and the processes around it.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { Socket } from "node:net";
import type { TaskInfo } from "../../mesos/types.ts";
import type { ExecutorAssignment, RuncRuntime } from "../containerizer/assignment.ts";
import { removeContainerDirectory } from "../containerizer/container-directory.ts";
import { publishedPort } from "../containerizer/ports.ts";
import { runCommand } from "../containerizer/run-command.ts";
import { awaitFile } from "./await-file.ts";
import { type ContainerNetwork, networkFor } from "./container-network.ts";
import { launcherCommand } from "./runc-launcher.ts";
import { describeContainer } from "./runc-inspect.ts";
import { writeBundle } from "./runc-bundle.ts";
import type { SandboxOutput } from "./sandbox-output.ts";
import type { StartedTask, TaskExit, TaskRun } from "./task-run.ts";

const PID_FILE = "init.pid";

export interface RuncRunOptions {
  task: TaskInfo;
  assignment: ExecutorAssignment & { runtime: RuncRuntime };
  output: SandboxOutput;
  env: NodeJS.ProcessEnv;
  /** The executor program, to be started once more as a helper. */
  ownProgram: string[];
}

export function startRuncTask(options: RuncRunOptions): TaskRun {
  const { task, assignment, env } = options;
  const { program, root, directory } = assignment.runtime;
  const id = assignment.containerId;
  const runc = (...args: string[]): Promise<string> => runCommand(program, ["--root", root, ...args], { env });
  const network = networkFor(options);
  const launched = launch(options, network);
  launched.catch(() => {}); // Both promises below report it.

  const started = launched.then((container) => awaitStart(options, container, network));
  const exited = launched.then(async ({ exited }) => {
    const exit = await exited;
    await network.close();
    await removeContainerDirectory(directory, env);
    return exit;
  });
  exited.catch(() => {});
  return {
    subject: assignment.runtime.containerType === "MESOS" ? "Command" : "Container",
    started,
    exited: started.then(() => exited),
    kill: (graceMs) => {
      const send = (name: string): void => {
        runc("kill", id, name).catch(() => {}); // It has ended meanwhile.
      };
      send("TERM");
      const escalation = setTimeout(() => send("KILL"), graceMs);
      void exited.catch(() => {}).finally(() => clearTimeout(escalation));
    },
    reach: (port) => network.reach(port) ?? { host: assignment.agent.ip, port: publishedPort(task, port) },
    commandBeside: (argv) => ({ file: program, args: ["--root", root, "exec", id, ...argv] }),
  };
}

interface LaunchedContainer {
  /** Of the process that runc runs in, outside of the container. */
  pid: number;
  exited: Promise<TaskExit>;
}

/** Lays the bundle out, takes the host's ports, and starts runc in namespaces that vanish with it. */
async function launch(options: RuncRunOptions, network: ContainerNetwork): Promise<LaunchedContainer> {
  const { task, assignment, output, env } = options;
  const { directory } = assignment.runtime;
  mkdirSync(directory, { recursive: true });
  try {
    await network.open();
    writeBundle({ task, assignment, hostNetwork: !network.ownNamespace });
    const { file, args } = launcherCommand({
      assignment,
      ownNetwork: network.ownNamespace,
      pidFile: join(directory, PID_FILE),
    });
    const child = spawn(file, args, { env, detached: true, stdio: ["ignore", output.stdout, output.stderr, "pipe"] });
    const exited = new Promise<TaskExit>((resolve, reject) => {
      child.once("error", (error) => reject(new Error(`Failed to run container: ${error.message}`)));
      child.once("exit", (code, signal) => resolve(code === null ? { signal: signal ?? "SIGKILL" } : { code }));
    });
    const control = child.stdio[3] as Socket;
    control.on("error", () => {}); // The launcher has ended: its exit tells.
    const pid = child.pid;
    if (pid === undefined) await exited;
    else if (network.ownNamespace) await connectNetwork({ network, control, pid, exited });
    return { pid: pid ?? 0, exited };
  } catch (error) {
    await network.close();
    await removeContainerDirectory(directory, env);
    throw error;
  }
}

/** The launcher writes a line once its network namespace exists, and waits for one before it starts the container. */
async function connectNetwork(given: {
  network: ContainerNetwork;
  control: Socket;
  pid: number;
  exited: Promise<TaskExit>;
}): Promise<void> {
  const { network, control, pid, exited } = given;
  const ready = await Promise.race([once(control, "data").then(() => true), exited.then(() => false)]);
  if (!ready) return;
  await network.connect(pid);
  control.write("go\n");
}

/** runc writes its pid file once the container's own process runs. */
async function awaitStart(
  { task, assignment }: RuncRunOptions,
  { pid: runcPid, exited }: LaunchedContainer,
  network: ContainerNetwork,
): Promise<StartedTask> {
  const { directory } = assignment.runtime;
  const file = join(directory, PID_FILE);
  await awaitFile(file, exited);
  const pid = existsSync(file) ? Number(readFileSync(file, "utf8")) : 0;
  const address = network.address;
  if (assignment.runtime.containerType === "MESOS") return { pid: pid === 0 ? runcPid : pid };
  return {
    data: describeContainer({ task, assignment, pid, address }),
    ...(address === undefined
      ? {}
      : { networkInfos: [{ ip_addresses: [{ protocol: "IPv4" as const, ip_address: address }] }] }),
  };
}
