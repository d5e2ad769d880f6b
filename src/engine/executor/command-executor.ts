// The command executor: runs the one task that its agent launches, reports how it fares, and ends with it
// (src/launcher/executor.cpp and src/docker/executor.cpp of Mesos in one).
import type { FrameworkInfo, KillPolicy, TaskInfo, TaskState, TaskStatus } from "../../mesos/types.ts";
import type { ExecutorEvent } from "../agent/executor-messages.ts";
import type { Clock } from "../common/clock.ts";
import type { ExecutorAssignment } from "../containerizer/assignment.ts";
import { type Checks, emptyCheckStatus, startChecks } from "./checks.ts";
import { ExecutorSession } from "./executor-session.ts";
import type { SandboxOutput } from "./sandbox-output.ts";
import { describeExit, succeeded, type TaskExit, type TaskRun } from "./task-run.ts";

const DEFAULT_POSIX_GRACE_MS = 3_000;
/** How long the last update may take to be acknowledged before the executor ends all the same. */
const FAREWELL_MS = 30_000;

/**
 * WAITING: for its task. RUNNING: the task is being started or runs. KILLING: the task was told to end. ENDED: the last
 * update is made, and waits for the agent to have it.
 */
type State = "WAITING" | "RUNNING" | "KILLING" | "ENDED";

export interface CommandExecutorOptions {
  assignment: ExecutorAssignment;
  output: SandboxOutput;
  startTask: (task: TaskInfo) => TaskRun;
  clock: Clock;
  /** There is nothing left to do: the process is to end with this status. */
  onDone: (exitCode: number) => void;
}

export class CommandExecutor {
  readonly #options: CommandExecutorOptions;
  readonly #session: ExecutorSession;
  #state: State = "WAITING";
  #framework: FrameworkInfo | undefined;
  #task: TaskInfo | undefined;
  #run: TaskRun | undefined;
  #checks: Checks | undefined;
  #healthy: boolean | undefined;
  #checkStatus: unknown;
  #killedAsUnhealthy = false;

  constructor(options: CommandExecutorOptions) {
    this.#options = options;
    const { assignment, clock } = options;
    this.#session = new ExecutorSession({
      assignment,
      clock,
      onEvent: (event) => this.#handle(event),
      onLost: (reason) => {
        this.#say(`${reason}; shutting down`);
        this.#shutdown("at once");
      },
    });
  }

  /** Its container is gone: it has nothing to do any more, and nobody to tell. */
  abandon(): void {
    this.#checks?.stop();
    this.#state = "ENDED";
    this.#finish(1);
  }

  #handle(event: ExecutorEvent): void {
    if (event.type !== "HEARTBEAT" && event.type !== "ACKNOWLEDGED") this.#say(`Received ${event.type} event`);
    switch (event.type) {
      case "SUBSCRIBED":
        this.#framework = event.subscribed.framework_info;
        {
          this.#say(`Subscribed executor on ${event.subscribed.agent_info.hostname}`);
          return;
        }
      case "LAUNCH":
        this.#launch(event.launch.task);
        return;
      case "KILL":
        this.#kill(event.kill.kill_policy);
        return;
      case "ACKNOWLEDGED":
        if (this.#state === "ENDED" && this.#session.allAcknowledged) this.#finish(0);
        return;
      case "SHUTDOWN":
        this.#shutdown("when acknowledged");
        return;
      case "ERROR":
        this.#say(`Error: ${event.error.message}`);
        return;
      default:
        return;
    }
  }

  #launch(task: TaskInfo): void {
    if (this.#state !== "WAITING") {
      this.#update(task, "TASK_FAILED", { message: 'Attempted to run multiple tasks using a "command" executor' });
      return;
    }
    this.#task = task;
    this.#session.take(task);
    this.#checkStatus = emptyCheckStatus(task);
    this.#state = "RUNNING";
    this.#say(`Starting task ${task.task_id.value}`);
    this.#update(task, "TASK_STARTING", {});
    const run = this.#options.startTask(task);
    this.#run = run;
    run.started.then(
      (started) => {
        if (this.#state === "ENDED") return;
        const { data, networkInfos } = started;
        this.#update(task, "TASK_RUNNING", {
          ...(data === undefined ? {} : { data }),
          ...(networkInfos === undefined ? {} : { container_status: { network_infos: networkInfos } }),
        });
        this.#watch(task, run);
      },
      (error: unknown) => this.#end(task, "TASK_FAILED", (error as Error).message),
    );
    run.exited.then(
      (exit) => this.#reap(task, run, exit),
      (error: unknown) => this.#end(task, "TASK_FAILED", (error as Error).message),
    );
  }

  #watch(task: TaskInfo, run: TaskRun): void {
    if (this.#state !== "RUNNING") return;
    this.#checks = startChecks({
      task,
      run,
      clock: this.#options.clock,
      environment: this.#options.assignment.environment,
      onHealth: (healthy, killing) => {
        this.#healthy = healthy;
        this.#update(task, "TASK_RUNNING", { reason: "REASON_TASK_HEALTH_CHECK_STATUS_UPDATED", healthy });
        if (!killing) return;
        this.#killedAsUnhealthy = true;
        this.#kill(undefined);
      },
      onCheck: (status) => {
        this.#checkStatus = status;
        this.#update(task, "TASK_RUNNING", { reason: "REASON_TASK_CHECK_STATUS_UPDATED" });
      },
    });
  }

  #reap(task: TaskInfo, run: TaskRun, exit: TaskExit): void {
    const message = describeExit(run.subject, exit);
    this.#say(message);
    const state = this.#state === "KILLING" ? "TASK_KILLED" : succeeded(exit) ? "TASK_FINISHED" : "TASK_FAILED";
    this.#end(task, state, message);
  }

  #end(task: TaskInfo, state: TaskState, message: string): void {
    if (this.#state === "ENDED") return;
    this.#checks?.stop();
    this.#state = "ENDED";
    this.#update(task, state, { message, ...(this.#killedAsUnhealthy ? { healthy: false } : {}) });
    this.#options.clock.after(FAREWELL_MS, () => this.#finish(1));
  }

  #kill(policy: KillPolicy | undefined): void {
    const task = this.#task;
    if (this.#state !== "RUNNING" || task === undefined) return;
    this.#checks?.stop();
    this.#state = "KILLING";
    const wantsKilling = this.#framework?.capabilities?.some(({ type }) => type === "TASK_KILLING_STATE") === true;
    if (wantsKilling) {
      this.#update(task, "TASK_KILLING", this.#killedAsUnhealthy ? { healthy: false } : {});
    }
    const graceMs = this.#graceMs(task, policy);
    this.#say(`Killing task ${task.task_id.value} with a grace period of ${graceMs}ms`);
    this.#run?.kill(graceMs);
  }

  /** The newest word counts: the call's own, the task's, the flag --docker_stop_timeout, and last Mesos's default. */
  #graceMs(task: TaskInfo, policy: KillPolicy | undefined): number {
    const nanoseconds = (policy ?? task.kill_policy)?.grace_period?.nanoseconds;
    if (nanoseconds !== undefined) return nanoseconds / 1e6;
    const { runtime, shutdownGracePeriodMs } = this.#options.assignment;
    if (runtime.kind === "posix") return DEFAULT_POSIX_GRACE_MS;
    return (runtime.kind === "docker" && runtime.stopTimeoutMs) || shutdownGracePeriodMs;
  }

  /** `end`: of the executor, once its task has ended. Nobody is left to acknowledge that when the agent is lost. */
  #shutdown(end: "when acknowledged" | "at once"): void {
    if (this.#state === "WAITING" || this.#task === undefined) {
      this.#finish(0);
      return;
    }
    this.#kill(undefined);
    if (end === "when acknowledged") return;
    void this.#run?.exited.finally(() => this.#finish(0));
    this.#run?.started.catch(() => this.#finish(0));
  }

  #update(task: TaskInfo, state: TaskState, details: Partial<TaskStatus>): void {
    // A change of state says that there is a check, but not what its result was, as in Mesos.
    const checkStatus = details.reason === undefined ? emptyCheckStatus(task) : this.#checkStatus;
    this.#session.update({
      task_id: task.task_id,
      state,
      ...(this.#healthy === undefined || state !== "TASK_RUNNING" ? {} : { healthy: this.#healthy }),
      ...(checkStatus === undefined ? {} : { check_status: checkStatus }),
      ...details,
    });
  }

  #finish(exitCode: number): void {
    this.#session.close();
    this.#options.onDone(exitCode);
  }

  #say(line: string): void {
    this.#options.output.say(line);
  }
}
