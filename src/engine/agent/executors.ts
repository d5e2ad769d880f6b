// The life of executors: launched for tasks, subscribed, told what to do, and gone.
import { randomUUID } from "node:crypto";
import { writeFileSync } from "node:fs";
import { join, relative } from "node:path";
import { printDuration } from "../../mesos/duration.ts";
import type { ExecutorInfo, FrameworkInfo, KillPolicy, TaskInfo } from "../../mesos/types.ts";
import type { Task } from "../protocol.ts";
import { UserError } from "../containerizer/runtimes.ts";
import { describeTask, type Executor, type ExecutorStream, newExecutor, newTask, resourcesInUse } from "./book.ts";
import { writeCheckpoint } from "./checkpoint.ts";
import type { AgentContext } from "./context.ts";
import type { ExecutorCall, ExecutorEvent } from "./executor-messages.ts";
import { assignmentFor, commandExecutorInfo, makeSandbox } from "./launches.ts";
import {
  executorDirectories,
  executorInfoFile,
  frameworkDirectories,
  frameworkInfoFile,
  runDirectories,
  sentinelFile,
  taskInfoFile,
  virtualSandbox,
} from "./paths.ts";
import { linkVolume, mountVolumes, unlinkVolume, VolumeError, volumesIn } from "./volumes.ts";

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
    const executor = known ?? this.#create(info, executorInfo, given === undefined);
    const unusable = this.#showVolumes(executor, tasks);
    for (const task of tasks) this.#checkpointTask(executor, task);
    if (executor.state === "RUNNING") this.#deliver(executor, tasks, group);
    else this.#queue(executor, tasks, group);
    if (unusable !== undefined) this.#launchFailed(executor, unusable);
    else if (known === undefined) this.#launch(info, executor, given === undefined ? first : undefined);
  }

  /** Links the volumes of an executor and its new tasks into their sandbox; gives back why one cannot be. */
  #showVolumes(executor: Executor, tasks: readonly TaskInfo[]): VolumeError | undefined {
    const { flags, files } = this.#agent.options;
    const { directory, info } = executor;
    const resources = [...(info.resources ?? []), ...tasks.flatMap((task) => task.resources ?? [])];
    const key = this.#agent.runKey(executor);
    try {
      for (const volume of volumesIn(flags.work_dir, directory, resources)) {
        linkVolume(directory, volume);
        for (const top of [directory, virtualSandbox(key)])
          files.attach(volume.path, join(top, relative(directory, volume.link)));
      }
    } catch (error) {
      if (error instanceof VolumeError) return error;
      throw error;
    }
    return undefined;
  }

  /** A task that has ended has no volumes any more; others of its executor may have the same. */
  releaseVolumes(executor: Executor, taskId: string): void {
    const { work_dir } = this.#agent.options.flags;
    const task = executor.terminated.get(taskId);
    if (task === undefined) return;
    const kept = volumesIn(work_dir, executor.directory, resourcesInUse(executor)).map(({ link }) => link);
    for (const volume of volumesIn(work_dir, executor.directory, task.resources)) {
      if (kept.includes(volume.link)) continue;
      unlinkVolume(volume);
      const shown = relative(executor.directory, volume.link);
      for (const top of [executor.directory, virtualSandbox(this.#agent.runKey(executor))])
        this.#agent.options.files.detach(join(top, shown));
    }
  }

  /** Tasks that no executor has yet, as masters want to hear of them. */
  queuedTasks(executor: Executor): Task[] {
    return [...executor.queued.values()].map((task) => newTask(task, executor));
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
      this.#killQueued(executor, taskId);
      if (executor.queued.size === 0 && executor.launched.size === 0) this.destroy(executor);
      return;
    }
    const kill = { task_id: { value: taskId }, ...(killPolicy === undefined ? {} : { kill_policy: killPolicy }) };
    if (executor.stream !== undefined) executor.stream.send({ type: "KILL", kill });
    else this.#waitingKills.set(executor, [...(this.#waitingKills.get(executor) ?? []), kill]);
  }

  /** A group ends as a whole. */
  #killQueued(executor: Executor, taskId: string): void {
    const group = executor.queuedGroups.find((ids) => ids.includes(taskId));
    executor.queuedGroups = executor.queuedGroups.filter((one) => one !== group);
    const what = group === undefined ? "Killed" : "A task within the task group was killed";
    for (const id of group ?? [taskId]) {
      const task = executor.queued.get(id);
      if (task !== undefined) this.#dequeue(executor, task);
      this.#agent.updateFromAgent(executor, {
        taskId: id,
        state: "TASK_KILLED",
        reason: "REASON_TASK_KILLED_DURING_LAUNCH",
        message: `${what} before delivery to the executor`,
      });
    }
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
    this.#settleLostTasks(executor, call);
    for (const kill of this.#waitingKills.get(executor) ?? []) stream.send({ type: "KILL", kill });
    this.#waitingKills.delete(executor);
    if (executor.state === "TERMINATING") stream.send({ type: "SHUTDOWN" });
    else this.#deliverQueued(executor);
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
    const { options, book } = this.#agent;
    if (executor.state === "TERMINATED") return;
    const executorId = executor.info.executor_id;
    options.log.info(
      `Executor '${executorId.value}' of framework ${executor.frameworkId} exited with status ${status}`,
    );
    executor.timer?.cancel();
    executor.stream?.close();
    executor.stream = undefined;
    const checkpoint = book.frameworks.get(executor.frameworkId)?.info.checkpoint === true;
    if (checkpoint) writeFileSync(sentinelFile(options.flags.work_dir, this.#agent.runKey(executor)), "");
    if (!executor.isCommand && !executor.frameworkIsGone) {
      const exited_executor = { framework_id: { value: executor.frameworkId }, executor_id: executorId, status };
      options.send({ type: "EXITED_EXECUTOR", exited_executor });
    }
    this.#endTasks(executor);
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
    const done = book.complete(executor);
    if (!done.executor) return;
    const key = this.#agent.runKey(executor);
    const waste = [...runDirectories(work_dir, key), ...executorDirectories(work_dir, key)];
    for (const path of waste) garbage.schedule(path, { from: since });
    // Whenever its folder was changed last: the framework has gone only now.
    if (done.framework) for (const path of frameworkDirectories(work_dir, key)) garbage.schedule(path, { from: "now" });
  }

  #create(framework: FrameworkInfo, info: ExecutorInfo, isCommand: boolean): Executor {
    const { options, book } = this.#agent;
    const { work_dir } = options.flags;
    const frameworkId = framework.id?.value ?? "";
    const containerId = randomUUID();
    const key = this.#agent.runKey({ frameworkId, containerId, info });
    for (const path of [...frameworkDirectories(work_dir, key), ...executorDirectories(work_dir, key)])
      this.#agent.garbage.unschedule(path);
    const directory = makeSandbox(work_dir, key);
    options.files.attach(directory, directory);
    options.files.attach(directory, virtualSandbox(key));
    const executor = newExecutor({ info, frameworkId, containerId, directory, isCommand });
    book.framework(framework).executors.set(info.executor_id.value, executor);
    if (framework.checkpoint === true) {
      writeCheckpoint(frameworkInfoFile(work_dir, key.agentId, frameworkId), framework);
      writeCheckpoint(executorInfoFile(work_dir, key), { info, isCommand });
    }
    return executor;
  }

  #checkpointTask(executor: Executor, task: TaskInfo): void {
    const { options, book } = this.#agent;
    if (book.frameworks.get(executor.frameworkId)?.info.checkpoint !== true) return;
    writeCheckpoint(
      taskInfoFile(options.flags.work_dir, this.#agent.runKey(executor), task.task_id.value),
      newTask(task, executor),
    );
  }

  #launch(framework: FrameworkInfo, executor: Executor, task: TaskInfo | undefined): void {
    const { options } = this.#agent;
    const { flags, address, env, containers, log } = options;
    const key = this.#agent.runKey(executor);
    const role =
      task?.resources?.[0]?.allocation_info?.role ?? executor.info.resources?.[0]?.allocation_info?.role ?? "*";
    const { info, directory: sandbox } = executor;
    const assignment = assignmentFor({ flags, address, key, executor: info, sandbox, framework, role, env });
    const user = task?.command?.user ?? executor.info.command?.user ?? framework.user;
    log.info(`Launching container ${key.containerId} for executor '${key.executorId}' of framework ${key.frameworkId}`);
    // As in Mesos, the time that fetching takes counts.
    this.#limitRegistration(executor);
    const launched = containers.launch({ assignment, executor: executor.info, task, user });
    launched.catch((error: unknown) => this.#launchFailed(executor, error as Error));
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

  #queue(executor: Executor, tasks: TaskInfo[], group: boolean): void {
    for (const task of tasks) executor.queued.set(task.task_id.value, task);
    if (group) executor.queuedGroups.push(tasks.map((task) => task.task_id.value));
  }

  #deliverQueued(executor: Executor): void {
    const groups = executor.queuedGroups.splice(0).map((ids) => ids.flatMap((id) => executor.queued.get(id) ?? []));
    const grouped = new Set(groups.flat());
    const alone = [...executor.queued.values()].filter((task) => !grouped.has(task));
    this.#deliver(executor, alone, false);
    for (const group of groups) this.#deliver(executor, group, true);
  }

  #deliver(executor: Executor, tasks: TaskInfo[], group: boolean): void {
    for (const task of tasks) this.#dequeue(executor, task);
    if (group) return executor.stream?.send({ type: "LAUNCH_GROUP", launch_group: { task_group: { tasks } } });
    const { work_dir: workDir, sandbox_directory: sandboxDirectory } = this.#agent.options.flags;
    for (const task of tasks)
      executor.stream?.send({
        type: "LAUNCH",
        launch: { task: mountVolumes(task, { workDir, sandboxDirectory }) },
      });
  }

  /** From now on it is a task with a state. */
  #dequeue(executor: Executor, task: TaskInfo): void {
    executor.queued.delete(task.task_id.value);
    executor.launched.set(task.task_id.value, newTask(task, executor));
  }

  #acknowledge(executor: Executor, taskId: string, uuid: string | undefined): void {
    const event: ExecutorEvent = {
      type: "ACKNOWLEDGED",
      acknowledged: { task_id: { value: taskId }, uuid: uuid ?? "" },
    };
    executor.stream?.send(event);
  }

  /** Tasks that were sent to the executor before it lost its agent, and never arrived. */
  #settleLostTasks(executor: Executor, call: ExecutorCall & { type: "SUBSCRIBE" }): void {
    const known = new Set((call.subscribe.unacknowledged_tasks ?? []).map((task) => task.task_id.value));
    for (const [taskId, task] of executor.launched) {
      if (task.state !== "TASK_STAGING" || known.has(taskId)) continue;
      const state = this.#agent.stateForLost(executor.frameworkId, "TASK_DROPPED");
      const message = "Task launched during agent restart";
      this.#agent.updateFromAgent(executor, { taskId, state, reason: "REASON_SLAVE_RESTARTED", message });
    }
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

  /** Whatever the executor did not report the end of has ended with it. */
  #endTasks(executor: Executor): void {
    for (const task of [...executor.queued.values()]) this.#dequeue(executor, task);
    executor.queuedGroups = [];
    if (executor.frameworkIsGone) {
      for (const [taskId, task] of executor.launched)
        executor.terminated.set(taskId, { ...task, state: "TASK_KILLED" });
      executor.launched.clear();
      for (const task of executor.terminated.values()) executor.completed.push(task);
      executor.terminated.clear();
      return;
    }
    const { reason, message, lost } = executor.termination ?? {
      reason: "REASON_EXECUTOR_TERMINATED",
      message: "Executor terminated",
      lost: undefined,
    };
    for (const taskId of [...executor.launched.keys()]) {
      const state = lost === undefined ? "TASK_FAILED" : this.#agent.stateForLost(executor.frameworkId, lost);
      this.#agent.updateFromAgent(executor, { taskId, state, reason, message });
    }
  }
}
