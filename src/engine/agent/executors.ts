// The life of executors: launched for tasks, subscribed, told what to do, and gone.
import { printDuration } from "../../mesos/duration.ts";
import type { ExecutorInfo, FrameworkInfo, KillPolicy, TaskInfo } from "../../mesos/types.ts";
import { UserError } from "../containerizer/runtimes.ts";
import { describeTask, type Executor, type ExecutorStream } from "./book.ts";
import { writeCheckpoint } from "./checkpoint.ts";
import type { AgentContext } from "./context.ts";
import { checkpointTask, createExecutor, launchContainer } from "./executor-creation.ts";
import type { ExecutorCall, ExecutorEvent } from "./executor-messages.ts";
import { deliver, deliverQueued, endTasks, killQueued, queue, settleLostTasks } from "./executor-tasks.ts";
import { showVolumes } from "./executor-volumes.ts";
import { commandExecutorInfo } from "./launches.ts";
import { executorDirectories, frameworkDirectories, runDirectories, sentinelFile } from "./paths.ts";

export interface RunTasks {
  framework: FrameworkInfo;
  tasks: TaskInfo[];
  /** Absent for command tasks. */
  executor: ExecutorInfo | undefined;
  group: boolean;
}

/** What FAILURE says of an executor that was given up before its container was made. */
const NEVER_BEGUN = -1;

export class Executors {
  readonly #agent: AgentContext;

  /** For executors that look for their agent just now. */
  readonly #waitingKills = new WeakMap<Executor, Extract<ExecutorEvent, { type: "KILL" }>["kill"][]>();

  constructor(agent: AgentContext) {
    this.#agent = agent;
  }

  runTasks({ framework: info, tasks, executor: given, group }: RunTasks): void {
    const { book, options } = this.#agent;
    const [first] = tasks;
    if (first === undefined) return;
    const framework = book.framework(info);
    framework.info = info;
    const frameworkId = info.id?.value ?? "";
    const executorInfo = given ?? commandExecutorInfo(first, frameworkId);
    const known = framework.executors.get(executorInfo.executor_id.value);
    for (const task of tasks) options.log.info(`Got assigned task ${describeTask(task)} for framework ${frameworkId}`);
    if (known?.state === "TERMINATING" || known?.state === "TERMINATED") {
      for (const task of tasks) this.#drop(known, task, "Executor terminating");
      return;
    }
    const executor = known ?? createExecutor(this.#agent, info, { info: executorInfo, isCommand: given === undefined });
    const unusable = showVolumes(this.#agent, executor, tasks);
    for (const task of tasks) checkpointTask(this.#agent, executor, task);
    if (executor.state === "RUNNING") deliver(this.#agent, executor, { tasks, group });
    else queue(executor, tasks, group);
    if (unusable !== undefined) this.#launchFailed(executor, unusable);
    else if (known === undefined) this.#launch(info, executor, given === undefined ? first : undefined);
  }

  killTask(frameworkId: string, taskId: string, killPolicy: KillPolicy | undefined): void {
    const { book, options } = this.#agent;
    const executor = book.executorOfTask(frameworkId, taskId);
    options.log.info(`Asked to kill task ${taskId} of framework ${frameworkId}`);
    if (executor === undefined) {
      const state = this.#agent.stateForLost(frameworkId, "TASK_DROPPED");
      const reason = "REASON_EXECUTOR_TERMINATED";
      this.#agent.updateAboutUnknown(frameworkId, { taskId, state, reason, message: "Cannot find executor" });
      return;
    }
    const queued = executor.queued.get(taskId);
    if (queued !== undefined) {
      killQueued(this.#agent, executor, taskId);
      if (executor.queued.size === 0 && executor.launched.size === 0) this.destroy(executor);
      return;
    }
    const kill = { task_id: { value: taskId }, ...(killPolicy === undefined ? {} : { kill_policy: killPolicy }) };
    if (executor.stream !== undefined) executor.stream.send({ type: "KILL", kill });
    else this.#waitingKills.set(executor, [...(this.#waitingKills.get(executor) ?? []), kill]);
  }

  /** Asks the executor to end, and ends it by force if it does not within its grace period. */
  shutdown(executor: Executor): void {
    const { flags, clock, log } = this.#agent.options;
    if (executor.state === "TERMINATING" || executor.state === "TERMINATED") return;
    log.info(`Shutting down executor '${executor.info.executor_id.value}' of framework ${executor.frameworkId}`);
    if (executor.state === "REGISTERING") {
      this.destroy(executor);
      return;
    }
    executor.state = "TERMINATING";
    executor.timer?.cancel();
    // Without a stream it is about to exit, or comes back and is told then.
    executor.stream?.send({ type: "SHUTDOWN" });
    executor.timer = clock.after(flags.executor_shutdown_grace_period, () => this.destroy(executor));
  }

  destroy(executor: Executor): void {
    if (executor.state === "TERMINATED") return;
    executor.state = "TERMINATING";
    executor.timer?.cancel();
    this.#agent.options.containers.destroy(executor.containerId);
  }

  /** An executor subscribes, for the first time or once more. It answers for the tasks that it has. */
  subscribe(executor: Executor, call: ExecutorCall & { type: "SUBSCRIBE" }, stream: ExecutorStream): void {
    const { book, info } = this.#agent;
    const framework = book.frameworks.get(executor.frameworkId);
    executor.stream?.close();
    executor.stream = stream;
    executor.timer?.cancel();
    if (executor.state === "REGISTERING") executor.state = "RUNNING";
    stream.send({
      type: "SUBSCRIBED",
      subscribed: {
        executor_info: executor.info,
        framework_info: framework?.info ?? { user: "", name: "" },
        agent_info: info,
        container_id: { value: executor.containerId },
      },
    });
    for (const { status } of call.subscribe.unacknowledged_updates ?? []) {
      this.#agent.updateFromExecutor(executor, status);
      this.#acknowledge(executor, status.task_id.value, status.uuid);
    }
    settleLostTasks(this.#agent, executor, call);
    for (const kill of this.#waitingKills.get(executor) ?? []) stream.send({ type: "KILL", kill });
    this.#waitingKills.delete(executor);
    if (executor.state === "TERMINATING") stream.send({ type: "SHUTDOWN" });
    else deliverQueued(this.#agent, executor);
  }

  /** Its stream has ended: it comes back, or its exit follows. */
  unsubscribed(executor: Executor, stream: ExecutorStream): void {
    if (executor.stream === stream) executor.stream = undefined;
  }

  update(executor: Executor, call: ExecutorCall & { type: "UPDATE" }): void {
    const { status } = call.update;
    this.#agent.updateFromExecutor(executor, status);
    this.#acknowledge(executor, status.task_id.value, status.uuid);
  }

  /** The container is gone. `status` is the wait status of the executor. */
  exited(executor: Executor, status: number): void {
    const { options } = this.#agent;
    if (executor.state === "TERMINATED") return;
    const executorId = executor.info.executor_id;
    options.log.info(
      `Executor '${executorId.value}' of framework ${executor.frameworkId} exited with status ${status}`,
    );
    executor.timer?.cancel();
    executor.stream?.close();
    executor.stream = undefined;
    if (!executor.isCommand && !executor.frameworkIsGone) {
      const exited_executor = { framework_id: { value: executor.frameworkId }, executor_id: executorId, status };
      options.send({ type: "EXITED_EXECUTOR", exited_executor });
    }
    endTasks(this.#agent, executor);
    executor.state = "TERMINATED";
    this.completeIfDone(executor);
    this.#agent.executorEnded();
  }

  /**
   * Forgets an executor that is gone once its last update is acknowledged, or nobody is left to do so. `since`: whether that
   * is so from this moment on, or was so before the agent was started.
   */
  completeIfDone(executor: Executor, since: "now" | "last-change" = "now"): void {
    if (executor.state !== "TERMINATED") return;
    if (!executor.frameworkIsGone && executor.terminated.size > 0) return;
    const { book, garbage, options } = this.#agent;
    const { work_dir } = options.flags;
    const key = this.#agent.runKey(executor);
    const checkpoint = book.frameworks.get(executor.frameworkId)?.info.checkpoint === true;
    const done = book.complete(executor);
    if (!done.executor) return;
    // An agent that is started again has nothing more to tell of this run (as in Slave::removeExecutor).
    if (checkpoint) writeCheckpoint(sentinelFile(work_dir, key), {});
    const waste = [...runDirectories(work_dir, key), ...executorDirectories(work_dir, key)];
    for (const path of waste) garbage.schedule(path, { from: since });
    // Whenever its folder was changed last: the framework has gone only now.
    if (done.framework) for (const path of frameworkDirectories(work_dir, key)) garbage.schedule(path, { from: "now" });
  }

  #launch(framework: FrameworkInfo, executor: Executor, task: TaskInfo | undefined): void {
    // As in Mesos, the time that fetching takes counts.
    this.#limitRegistration(executor);
    launchContainer(this.#agent, framework, { executor, task }).catch((error: unknown) =>
      this.#launchFailed(executor, error as Error),
    );
  }

  #limitRegistration(executor: Executor): void {
    const { flags, clock } = this.#agent.options;
    const timeoutMs = flags.executor_registration_timeout;
    executor.timer = clock.after(timeoutMs, () => {
      const reason = "REASON_EXECUTOR_REGISTRATION_TIMEOUT";
      executor.termination = { reason, message: `Executor did not register within ${printDuration(timeoutMs)}` };
      this.destroy(executor);
    });
  }

  #launchFailed(executor: Executor, { message, cause }: Error): void {
    this.#agent.options.log.error(`Failed to launch container ${executor.containerId}: ${message}`);
    if (cause instanceof UserError) {
      const failure = `Failed to create executor directory '${executor.directory}': ${message}`;
      executor.termination = { reason: "REASON_EXECUTOR_TERMINATED", message: failure, lost: "TASK_DROPPED" };
    }
    executor.termination ??= {
      reason: "REASON_CONTAINER_LAUNCH_FAILED",
      message: `Failed to launch container: ${message}`,
    };
    // Mesos tells apart what could not be prepared from what was never begun.
    this.exited(executor, cause === undefined || cause instanceof UserError ? NEVER_BEGUN : 256);
  }

  #acknowledge(executor: Executor, taskId: string, uuid: string | undefined): void {
    const event: ExecutorEvent = {
      type: "ACKNOWLEDGED",
      acknowledged: { task_id: { value: taskId }, uuid: uuid ?? "" },
    };
    executor.stream?.send(event);
  }

  #drop(executor: Executor, task: TaskInfo, message: string): void {
    const state = this.#agent.stateForLost(executor.frameworkId, "TASK_DROPPED");
    const taskId = task.task_id.value;
    this.#agent.updateAboutUnknown(executor.frameworkId, {
      taskId,
      state,
      reason: "REASON_EXECUTOR_TERMINATED",
      message,
    });
  }
}
