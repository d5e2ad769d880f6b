// The agent's containers: each holds one executor. Chooses the containerizer, prepares what the container needs, starts
// the executor, and removes all of it again.
import type { ChildProcess } from "node:child_process";
import { existsSync, mkdirSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { MesosUpError } from "../../errors.ts";
import type { ExecutorInfo, TaskInfo } from "../../mesos/types.ts";
import { containerDirectory, exitStatusFile, nestedContainersDirectory } from "../agent/paths.ts";
import { DamagedCheckpoint, readCheckpoint, writeCheckpoint } from "../agent/checkpoint.ts";
import type { Clock } from "../common/clock.ts";
import type { Log } from "../common/log.ts";
import type { Fetcher } from "../fetcher/fetcher.ts";
import type { ExecutorAssignment } from "./assignment.ts";
import type { ContainerNote } from "./container-note.ts";
import { giveAway } from "./give-away.ts";
import { startCustomExecutor } from "./custom-executor.ts";
import { type DockerExecutor, startDockerExecutor } from "./docker-executor.ts";
import { assign, type ExecutorPool } from "./executor-pool.ts";
import type { ExecutorHosts } from "./executor-hosts.ts";
import { identify, isAlive, processesWith, signal, treeOf } from "./processes.ts";
import type { Runtimes } from "./runtimes.ts";
import { waitStatus } from "./wait-status.ts";

const WATCH_INTERVAL_MS = 500;
/** While it is being killed. */
const LAST_WATCH_INTERVAL_MS = 10;

export interface LaunchRequest {
  assignment: Omit<ExecutorAssignment, "runtime">;
  executor: ExecutorInfo;
  /** Set for command tasks. */
  task: TaskInfo | undefined;
  /** Who the task runs as, a name of the machine's own users. */
  user: string | undefined;
}

export interface ContainersOptions {
  runtimeDir: string;
  runtimes: Runtimes;
  fetcher: Fetcher;
  pool: ExecutorPool;
  /** node and the executor program, where executors are started in containers of their own. */
  executorCommand: string[];
  hosts: ExecutorHosts;
  env: NodeJS.ProcessEnv;
  clock: Clock;
  log: Log;
  /** Whose container it is, and its sandbox, as the agent has noted it itself; undefined for one that it does not know. */
  runOf: (containerId: string) => Pick<ContainerNote, "frameworkId" | "executorId" | "sandbox"> | undefined;
  /** The executor has ended, and nothing of its container is left. `status` as the wait status that Mesos shows. */
  onExit: (containerId: string, status: number) => void;
}

/** The container could not be started; `message` follows "Failed to launch container: ". */
export class LaunchError extends MesosUpError {
  constructor(message: string, cause?: unknown) {
    super(message, { code: "CONTAINER_LAUNCH_FAILED", hint: "See the task's sandbox and the agent's log.", cause });
  }
}

interface Container {
  note: ContainerNote;
  /** Left by an agent before this one. */
  recovered: boolean;
  /** Set while it is being destroyed. */
  destroying: Promise<void> | undefined;
  /** Ends its fetching. */
  cancel: AbortController;
}

export class Containers {
  readonly #options: ContainersOptions;
  readonly #containers = new Map<string, Container>();
  readonly #waiting: (() => void)[] = [];

  constructor(options: ContainersOptions) {
    this.#options = options;
  }

  /**
   * Fetches, prepares and starts. The executor's program starts meanwhile, if it is one of ours.
   * @throws LaunchError; nothing is left then
   */
  async launch(request: LaunchRequest): Promise<void> {
    const { assignment, executor, task, user } = request;
    const { containerId, frameworkId, executorId, sandbox, environment } = assignment;
    const { runtimes, fetcher, pool } = this.#options;
    const command = task?.command ?? executor.command;
    const container: Container = {
      note: { containerId, frameworkId, executorId, sandbox, runtime: { kind: "posix" } },
      recovered: false,
      destroying: undefined,
      cancel: new AbortController(),
    };
    if (task !== undefined && task.container === undefined) return this.#launchShared(container, request);
    this.#containers.set(containerId, container);
    const executorImage = task === undefined ? undefined : runtimes.executorImage(task.container);
    // A framework's own executor is the only program that is not ours.
    const isOurs = task !== undefined || executor.type === "DEFAULT";
    const program = isOurs && executorImage === undefined ? pool.take() : undefined;
    try {
      const [runtime] = await Promise.all([
        runtimes.prepare({ container: task?.container ?? executor.container, containerId, user }),
        fetcher.fetch({ containerId, uris: command?.uris ?? [], sandbox, user, signal: container.cancel.signal }),
      ]);
      container.note.runtime = runtime;
      if (runtime.kind === "posix" && runtime.user !== undefined) giveAway(sandbox, runtime.user);
      const apart = executorImage === undefined ? undefined : await this.#startApart(container.note, executorImage);
      const child =
        apart?.child ??
        (await program) ??
        startCustomExecutor({ command: command ?? {}, environment, sandbox, runtime });
      if (container.destroying !== undefined) {
        child.kill("SIGKILL");
        throw new LaunchError("Container destroyed during launch");
      }
      this.#adopt(container, child, apart?.pid);
      if (isOurs) assign(child, { ...assignment, runtime });
    } catch (error) {
      void program?.then((child) => child.kill("SIGKILL"));
      this.#forget(containerId);
      throw error instanceof LaunchError ? error : new LaunchError((error as Error).message, error);
    }
  }

  /** A command without an image: its executor can share a program with others. */
  async #launchShared(container: Container, { assignment, task, user }: LaunchRequest): Promise<void> {
    const { containerId, sandbox } = assignment;
    const { runtimes, fetcher, hosts } = this.#options;
    this.#containers.set(containerId, container);
    try {
      const [runtime] = await Promise.all([
        runtimes.prepare({ container: undefined, containerId, user }),
        fetcher.fetch({ containerId, uris: task?.command?.uris ?? [], sandbox, user, signal: container.cancel.signal }),
      ]);
      container.note.runtime = runtime;
      container.note.shared = true;
      if (runtime.kind === "posix" && runtime.user !== undefined) giveAway(sandbox, runtime.user);
      if (container.destroying !== undefined) throw new LaunchError("Container destroyed during launch");
      const { pid, exited } = await hosts.start({ ...assignment, runtime });
      const executor = identify(pid);
      if (executor === undefined) throw new LaunchError("Failed to fork executor");
      container.note.executor = executor;
      writeCheckpoint(this.#noteFile(containerId), container.note);
      // It was to be destroyed while its process was being started.
      if (container.cancel.signal.aborted) signal(pid, "SIGKILL");
      container.destroying = undefined;
      void exited.then(({ code, signal: name }) => this.#exited(container, waitStatus(code, name)));
    } catch (error) {
      this.#forget(containerId);
      throw error instanceof LaunchError ? error : new LaunchError((error as Error).message, error);
    }
  }

  /** Takes over what an agent before this one has left. Where a note is damaged, nobody knows the executor: that is its end. */
  recover(): ContainerNote[] {
    const directory = containerDirectory(this.#options.runtimeDir, "");
    mkdirSync(directory, { recursive: true });
    const notes = readdirSync(directory).flatMap((id) => this.#noteOf(id) ?? []);
    for (const note of notes) {
      const container: Container = { note, recovered: true, destroying: undefined, cancel: new AbortController() };
      this.#containers.set(note.containerId, container);
      this.#watch(container, WATCH_INTERVAL_MS);
    }
    return notes;
  }

  /** Ends the executor and everything in its container, by force; `onExit` follows. */
  destroy(containerId: string): void {
    const container = this.#containers.get(containerId);
    if (container === undefined) return;
    const executor = container.note.executor;
    if (executor === undefined) {
      container.destroying ??= Promise.resolve(); // Seen by the launch that is under way.
      container.cancel.abort(new Error("The container is destroyed"));
      return;
    }
    if (isAlive(executor)) killTree(executor.pid);
    if (container.recovered) this.#watch(container, LAST_WATCH_INTERVAL_MS);
  }

  /** Resolves once nothing of any container is left. */
  async settled(): Promise<void> {
    if (this.#containers.size > 0) await new Promise<void>((resolve) => this.#waiting.push(resolve));
  }

  get(containerId: string): ContainerNote | undefined {
    return this.#containers.get(containerId)?.note;
  }

  /** Processes that belong to a container, the executor among them. */
  processesOf(containerId: string): number[] {
    const { executor, shared, sandbox } = this.get(containerId) ?? {};
    if (executor === undefined) return [];
    const first = shared && sandbox !== undefined ? processesWith("MESOS_DIRECTORY", sandbox) : [];
    return [...new Set([executor.pid, ...first].flatMap(treeOf))];
  }

  #startApart({ containerId, sandbox, runtime }: ContainerNote, image: string): Promise<DockerExecutor> | undefined {
    const { runtimes, executorCommand: command, env } = this.#options;
    if (runtime.kind !== "docker") return undefined;
    return startDockerExecutor({ runtime, image, socket: runtimes.dockerSocket, containerId, sandbox, command, env });
  }

  #adopt(container: Container, child: ChildProcess, pid = child.pid): void {
    const executor = pid === undefined ? undefined : identify(pid);
    child.once("error", () => this.#exited(container, 256));
    if (executor === undefined) throw new LaunchError("Failed to fork executor");
    container.note.executor = executor;
    writeCheckpoint(this.#noteFile(container.note.containerId), container.note);
    child.once("exit", (code, name) => this.#exited(container, waitStatus(code, name)));
  }

  /** The processes of an agent before this one are not its children: they are looked at now and then. */
  #watch(container: Container, intervalMs: number): void {
    const { executor } = container.note;
    if (executor !== undefined && isAlive(executor)) {
      this.#options.clock.after(intervalMs, () => this.#watch(container, intervalMs));
    } else {
      const status = this.#read(exitStatusFile(this.#options.runtimeDir, container.note.containerId));
      this.#exited(container, typeof status === "number" ? status : 9);
    }
  }

  #exited(container: Container, status: number): void {
    if (container.destroying !== undefined) return;
    const { note } = container;
    container.destroying = this.#cleanUp(note, status).finally(() => {
      this.#forget(note.containerId);
      this.#options.onExit(note.containerId, status);
    });
  }

  #forget(containerId: string): void {
    this.#containers.delete(containerId);
    if (this.#containers.size > 0) return;
    for (const resolve of this.#waiting.splice(0)) resolve();
  }

  async #cleanUp(note: ContainerNote, status: number): Promise<void> {
    const { runtimes, log } = this.#options;
    try {
      for (const nested of this.#nestedNotes(note.containerId)) await this.#removeNested(nested);
      // An executor that ended in order has seen to this itself.
      if (status !== 0) this.#killProcesses(note.sandbox);
      await runtimes.remove(note, { orderly: status === 0 });
    } catch (error) {
      log.warning(`Failed to clean up container ${note.containerId}: ${(error as Error).message}`);
    }
  }

  /** What the default executor left when it did not end in order. */
  async #removeNested(note: ContainerNote): Promise<void> {
    if (note.executor !== undefined && isAlive(note.executor)) killTree(note.executor.pid);
    for (const pid of processesWith("MESOS_SANDBOX", note.sandbox)) killTree(pid);
    await this.#options.runtimes.remove(note, { orderly: false });
  }

  #nestedNotes(containerId: string): ContainerNote[] {
    const directory = nestedContainersDirectory(this.#options.runtimeDir, containerId);
    if (!existsSync(directory)) return [];
    return readdirSync(directory).flatMap(
      (id) => (this.#read(join(directory, id, "container.json")) as ContainerNote | undefined) ?? [],
    );
  }

  #killProcesses(sandbox: string): void {
    for (const pid of processesWith("MESOS_DIRECTORY", sandbox)) killTree(pid);
  }

  #noteOf(containerId: string): ContainerNote | undefined {
    const note = this.#read(this.#noteFile(containerId), () => {
      const run = this.#options.runOf(containerId);
      if (run === undefined) return undefined;
      const { frameworkId, executorId, sandbox } = run;
      return { containerId, frameworkId, executorId, sandbox, runtime: { kind: "posix" } };
    });
    return note as ContainerNote | undefined;
  }

  /** What is in a checkpoint; where that is damaged, it is told and what stands in for it is given. */
  #read(path: string, standIn = (): unknown => undefined): unknown {
    try {
      return readCheckpoint(path);
    } catch (error) {
      if (!(error instanceof DamagedCheckpoint)) throw error;
      this.#options.log.warning(error.message);
      return standIn();
    }
  }

  #noteFile(containerId: string): string {
    return `${containerDirectory(this.#options.runtimeDir, containerId)}/container.json`;
  }
}

function killTree(pid: number): void {
  for (const one of treeOf(pid)) signal(one, "SIGKILL");
}
