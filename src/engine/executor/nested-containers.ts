// Containers inside the container of the default executor: the sandbox of each, its files, its process.
import { chmodSync, mkdirSync } from "node:fs";
import { join } from "node:path";
import type { TaskInfo } from "../../mesos/types.ts";
import { replaceLink, writeCheckpoint } from "../agent/checkpoint.ts";
import type { ContainerRuntime, ExecutorAssignment, GroupAssignment } from "../containerizer/assignment.ts";
import type { ContainerNote } from "../containerizer/container-note.ts";
import { giveAway } from "../containerizer/give-away.ts";
import { identify } from "../containerizer/processes.ts";
import { type Runtimes, UserError } from "../containerizer/runtimes.ts";
import type { Fetcher } from "../fetcher/fetcher.ts";
import { openSandboxOutput, type SandboxOutput } from "./sandbox-output.ts";
import { taskStarter } from "./start-task.ts";
import type { TaskRun } from "./task-run.ts";

/** What Mesos's launcher exits with where a program cannot be executed. */
const EXEC_FAILURE = 233;

export interface NestedContainersOptions {
  assignment: ExecutorAssignment & { groups: GroupAssignment };
  runtimes: Pick<Runtimes, "prepare" | "remove">;
  fetcher: Pick<Fetcher, "fetch">;
  /** Where the executor itself writes to. */
  output: SandboxOutput;
  env: NodeJS.ProcessEnv;
  ownProgram: string[];
}

export class NestedContainers {
  readonly #options: NestedContainersOptions;

  constructor(options: NestedContainersOptions) {
    this.#options = options;
  }

  /** A task in a group sees little of the agent's environment. */
  environmentOf({ command }: TaskInfo, containerId: string): Record<string, string> {
    const { assignment } = this.#options;
    const own = (command?.environment?.variables ?? []).map(({ name, value }) => [name, value ?? ""] as const);
    return {
      PATH: "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
      MESOS_ALLOCATION_ROLE: assignment.groups.role,
      MESOS_CONTAINER_IP: assignment.agent.ip,
      MESOS_SANDBOX: this.#sandbox(containerId),
      ...Object.fromEntries(own),
    };
  }

  /** Makes the sandbox, fetches, and starts the task. @throws Error whose message is the one that Mesos gives */
  async launch(task: TaskInfo, containerId: string): Promise<TaskRun> {
    const { assignment, runtimes, fetcher } = this.#options;
    const { container, command } = task;
    const sandbox = this.#makeSandbox(task, containerId);
    const user = command?.user ?? assignment.groups.user;
    const directory = join(assignment.groups.directory, containerId);
    const [network] = container?.network_infos?.flatMap(({ name }) => name ?? []) ?? [];
    if (network !== undefined) throw new Error(`Unknown CNI network '${network}'`);
    const runtime = await runtimes.prepare({ container, containerId, user, directory }).catch((error: unknown) => {
      if (!(error instanceof UserError)) throw error;
      throw new Error(`Failed to create nested sandbox '${sandbox}': ${error.message}`, { cause: error });
    });
    await fetcher.fetch({ containerId, uris: command?.uris ?? [], sandbox, user }).catch((error: unknown) => {
      throw new Error("Command exited with status 1", { cause: error });
    });
    if (runtime.kind === "posix" && runtime.user !== undefined) giveAway(sandbox, runtime.user);
    return this.#start(task, { containerId, sandbox, directory, runtime });
  }

  #start(
    task: TaskInfo,
    nested: { containerId: string; sandbox: string; directory: string; runtime: ContainerRuntime },
  ): TaskRun {
    const { assignment, runtimes, output, env, ownProgram } = this.#options;
    const { containerId, sandbox, directory, runtime } = nested;
    const files = openSandboxOutput(sandbox);
    const environment = this.environmentOf(task, containerId);
    const startTask = taskStarter({
      assignment: { ...assignment, containerId, sandbox, runtime, environment },
      // The task's two files hold what the task writes, and nothing else.
      output: { ...files, say: output.say, complain: output.complain },
      env,
      ownProgram,
      posix: { signals: "process", execFailure: EXEC_FAILURE },
    });
    // A shell without a command would succeed.
    const run = startTask(task.command?.value === undefined && runtime.kind === "posix" ? withoutCommand(task) : task);
    const { frameworkId, executorId } = assignment;
    const note: ContainerNote = { containerId, frameworkId, executorId, sandbox, runtime, directory };
    const noteStart = run.started.then(({ pid }) => {
      const executor = pid === undefined ? undefined : identify(pid);
      writeCheckpoint(join(directory, "container.json"), { ...note, ...(executor === undefined ? {} : { executor }) });
    });
    noteStart.catch(() => {}); // It never ran: its exit or the start tells.
    const exited = run.exited.finally(async () => {
      files.close();
      await noteStart.catch(() => {});
      await runtimes.remove(note, { orderly: true });
    });
    return { ...run, exited };
  }

  #sandbox(containerId: string): string {
    return join(this.#options.assignment.sandbox, "containers", containerId);
  }

  /** With a link by which people find it. */
  #makeSandbox(task: TaskInfo, containerId: string): string {
    const sandbox = this.#sandbox(containerId);
    mkdirSync(sandbox, { recursive: true });
    chmodSync(sandbox, 0o750);
    openSandboxOutput(sandbox).close();
    replaceLink(join(this.#options.assignment.sandbox, "tasks", task.task_id.value), sandbox);
    return sandbox;
  }
}

const withoutCommand = (task: TaskInfo): TaskInfo => ({ ...task, command: { ...task.command, value: "exit 1" } });
