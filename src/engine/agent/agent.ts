// The agent itself: what happens to frameworks, executors and tasks on this machine, between the master, the executors and
// the containers (src/slave/slave.cpp).
import { isTerminal } from "../../mesos/task-state.ts";
import type { AgentInfo, FrameworkInfo, TaskStatus } from "../../mesos/types.ts";
import type { DrainConfig, MasterToAgent, StatusUpdate } from "../protocol.ts";
import { Book, completeTask, type Executor } from "./book.ts";
import type { AgentContext, AgentOptions } from "./context.ts";
import { replaceLink, writeCheckpoint } from "./checkpoint.ts";
import { queuedTasks } from "./executor-tasks.ts";
import { releaseVolumes } from "./executor-volumes.ts";
import { Executors } from "./executors.ts";
import { GarbageCollector } from "./garbage-collector.ts";
import { ResourceOperations } from "./resource-operations.ts";
import type { Report } from "./master-link.ts";
import { agentInfoFile, frameworkInfoFile, latestAgentLink, type RunKey, taskMeta, taskUpdatesFile } from "./paths.ts";
import { applyUpdate, executorUpdate, type OwnUpdate, ownUpdate } from "./task-updates.ts";
import { UpdateStreams } from "./update-streams.ts";

export class Agent implements AgentContext {
  readonly options: AgentOptions;
  readonly book: Book;
  readonly updates: UpdateStreams;
  readonly executors: Executors;
  readonly garbage: GarbageCollector;
  readonly resources: ResourceOperations;
  /** How many tasks have ended in which state, since the start. */
  readonly endedTasks = new Map<string, number>();
  /** Status updates taken from executors and made by the agent, since the start. */
  takenUpdates = 0;
  #info: AgentInfo;
  #shutdownWanted: string | undefined;
  #drainOrder: { config: DrainConfig; startMs: number } | undefined;

  constructor(options: AgentOptions) {
    this.options = options;
    this.#info = options.info;
    this.book = new Book(options.flags.max_completed_executors_per_framework);
    this.updates = new UpdateStreams({
      clock: options.clock,
      forward: (update) => options.send({ type: "UPDATE", update }),
    });
    this.executors = new Executors(this);
    this.resources = new ResourceOperations({
      ...{ clock: options.clock, log: options.log, workDir: options.flags.work_dir },
      resources: options.info.resources ?? [],
      agentId: () => this.id,
      send: (update) => options.send({ type: "OPERATION_UPDATE", operation_update: update }),
    });
    this.garbage = new GarbageCollector({
      ...{ clock: options.clock, log: options.log },
      ...{ workDir: options.flags.work_dir, delayMs: options.flags.gc_delay },
      onRemoval: (path) => options.files.detachBelow(path),
    });
  }

  get info(): AgentInfo {
    return this.#info;
  }

  /** Empty before the first registration. */
  get id(): string {
    return this.#info.id?.value ?? "";
  }

  /** What empties the agent, undefined once it is empty. */
  get drain(): { config: DrainConfig; startMs: number } | undefined {
    if (this.book.frameworks.size === 0) this.#drainOrder = undefined;
    return this.#drainOrder;
  }

  /** What a master needs to know when the agent comes back. */
  report(): Report {
    const executors = this.book.executors();
    const living = executors.filter((one) => !one.isCommand && one.state !== "TERMINATED");
    return {
      tasks: executors.flatMap((one) => [...queuedTasks(one), ...one.launched.values(), ...one.terminated.values()]),
      executors: living.map((one) => ({ executor_info: one.info, framework_id: { value: one.frameworkId } })),
      frameworks: [...this.book.frameworks.values()].map((framework) => framework.info),
      operations: this.resources.records,
    };
  }

  /** A master has taken the agent in. The id is new after the first registration only. */
  registered(agentId: string): void {
    const { flags, log, files } = this.options;
    if (this.id !== agentId) {
      this.adoptId(agentId);
      writeCheckpoint(agentInfoFile(flags.work_dir, agentId), this.#info);
      replaceLink(latestAgentLink(flags.work_dir), agentId);
      log.info(`Registered with master; given agent ID ${agentId}`);
    } else {
      log.info("Re-registered with master");
    }
    files.attach(flags.work_dir, "/slave/work_dir");
    this.updates.resume();
    this.resources.resume();
  }

  adoptId(agentId: string): void {
    this.#info = { ...this.#info, id: { value: agentId } };
  }

  disconnected(): void {
    this.updates.pause();
    this.resources.pause();
  }

  handle(message: MasterToAgent): void {
    switch (message.type) {
      case "RUN_TASK": {
        // Whoever sends tasks again has reactivated the agent.
        if (this.book.frameworks.size === 0) this.#drainOrder = undefined;
        const { framework, task, executor } = message.run_task;
        this.executors.runTasks({ framework, tasks: [task], executor, group: false });
        return;
      }
      case "RUN_TASK_GROUP": {
        const { framework, executor, tasks } = message.run_task_group;
        this.executors.runTasks({ framework, tasks, executor, group: true });
        return;
      }
      case "KILL_TASK": {
        const { framework_id, task_id, kill_policy } = message.kill_task;
        this.executors.killTask(framework_id.value, task_id.value, kill_policy);
        return;
      }
      case "SHUTDOWN_FRAMEWORK":
        this.#shutdownFramework(message.shutdown_framework.framework_id.value);
        return;
      case "SHUTDOWN_EXECUTOR": {
        const { framework_id, executor_id } = message.shutdown_executor;
        const executor = this.book.executor(framework_id.value, executor_id.value);
        if (executor !== undefined) this.executors.shutdown(executor);
        return;
      }
      case "ACKNOWLEDGE": {
        const { framework_id, task_id, uuid } = message.acknowledge;
        this.#acknowledge(framework_id.value, task_id.value, uuid);
        return;
      }
      case "MESSAGE": {
        const { framework_id, executor_id, data } = message.message;
        const executor = this.book.executor(framework_id.value, executor_id.value);
        executor?.stream?.send({ type: "MESSAGE", message: { data } });
        return;
      }
      case "APPLY_OPERATION":
        this.resources.apply(message.apply_operation);
        return;
      case "ACKNOWLEDGE_OPERATION":
        this.resources.acknowledge(message.acknowledge_operation.operation_uuid.value);
        return;
      case "UPDATE_FRAMEWORK":
        this.#updateFramework(message.update_framework.framework);
        return;
      case "DRAIN":
        this.#drain(message.drain);
        return;
      case "SHUTDOWN":
        this.shutdown(message.shutdown.message);
        return;
      case "REREGISTERED":
        this.#settleUnknownTasks(message.reregistered.unknown_tasks);
        return;
      case "REGISTERED":
      case "PING":
        return;
    }
  }

  /** Ends every executor, and then the agent. */
  shutdown(reason: string): void {
    if (this.#shutdownWanted !== undefined) return;
    this.#shutdownWanted = reason;
    this.options.log.info(`Agent asked to shut down: ${reason}`);
    for (const executor of this.book.executors()) this.executors.shutdown(executor);
    this.executorEnded();
  }

  /** The container of an executor is gone, and so is what the book knew of it as living. */
  executorEnded(): void {
    const living = this.book.executors().some((one) => one.state !== "TERMINATED");
    if (this.#shutdownWanted !== undefined && !living) this.options.onShutdown(this.#shutdownWanted);
  }

  /** An executor's update, on its way to the framework. */
  updateFromExecutor(executor: Executor, status: TaskStatus): void {
    const note = this.options.containers.get(executor.containerId);
    const context = { ...this.#context(executor), note, agentIp: this.options.address.ip };
    this.#take(executor, executorUpdate(this.#drained(executor, status), context));
  }

  /** The agent's own update about a task of an executor. */
  updateFromAgent(executor: Executor, update: OwnUpdate): void {
    const made = ownUpdate(update, this.#context(executor));
    this.#take(executor, { ...made, status: this.#drained(executor, made.status) });
  }

  /** A kill tells that it was done to empty the agent, and that nothing will come back to it if it is given up then. */
  #drained(executor: Executor, status: TaskStatus): TaskStatus {
    const { drain } = this;
    if (drain === undefined || (status.state !== "TASK_KILLED" && status.state !== "TASK_KILLING")) return status;
    const framework = this.book.frameworks.get(executor.frameworkId);
    const knowsGone = framework?.info.capabilities?.some(({ type }) => type === "PARTITION_AWARE") === true;
    const gone = status.state === "TASK_KILLED" && drain.config.mark_gone === true && knowsGone;
    return { ...status, ...(gone ? { state: "TASK_GONE_BY_OPERATOR" } : {}), reason: "REASON_AGENT_DRAINING" };
  }

  /** The agent's own update about a task that it does not have: sent once, there is nothing to keep. */
  updateAboutUnknown(frameworkId: string, update: OwnUpdate): void {
    const context = { agentId: this.id, frameworkId, executorId: undefined, nowMs: this.options.clock.nowMs() };
    this.options.send({ type: "UPDATE", update: ownUpdate(update, context) });
  }

  runKey(executor: Pick<Executor, "frameworkId" | "containerId" | "info">): RunKey {
    const { frameworkId, containerId, info } = executor;
    return { agentId: this.id, frameworkId, executorId: info.executor_id.value, containerId };
  }

  #context(executor: Executor): { agentId: string; frameworkId: string; executorId: string; nowMs: number } {
    const { frameworkId, info } = executor;
    return { agentId: this.id, frameworkId, executorId: info.executor_id.value, nowMs: this.options.clock.nowMs() };
  }

  /** On disk first, then into the book, then on its way. */
  #take(executor: Executor, update: StatusUpdate): void {
    const { log, flags } = this.options;
    const { task_id, state, uuid } = update.status;
    const checkpoint = this.book.frameworks.get(executor.frameworkId)?.info.checkpoint === true;
    const file = checkpoint ? taskUpdatesFile(flags.work_dir, this.runKey(executor), task_id.value) : undefined;
    log.info(
      `Handling status update ${state} (Status UUID: ${uuid ?? ""}) for task ${task_id.value} of framework ${executor.frameworkId}`,
    );
    // An executor repeats what it had sent before its agent was restarted.
    if (!this.updates.add(update, file)) return;
    applyUpdate(executor, update);
    this.takenUpdates++;
    if (isTerminal(state)) releaseVolumes(this, executor, task_id.value);
    if (isTerminal(state)) this.endedTasks.set(state, (this.endedTasks.get(state) ?? 0) + 1);
  }

  #acknowledge(frameworkId: string, taskId: string, uuid: string): void {
    const acknowledged = this.updates.acknowledge(frameworkId, taskId, uuid);
    const executor = this.book.executorOfTask(frameworkId, taskId);
    if (acknowledged === undefined || executor === undefined) return;
    const task = executor.launched.get(taskId) ?? executor.terminated.get(taskId);
    if (task !== undefined) {
      task.status_update_state = acknowledged.update.status.state;
      task.status_update_uuid = uuid;
    }
    if (acknowledged.streamEnded) {
      completeTask(executor, taskId);
      const notes = taskMeta(this.options.flags.work_dir, this.runKey(executor), taskId);
      this.garbage.schedule(notes, { from: "last-change" });
    }
    this.executors.completeIfDone(executor);
  }

  #shutdownFramework(frameworkId: string): void {
    const framework = this.book.frameworks.get(frameworkId);
    if (framework === undefined) return;
    this.options.log.info(`Shutting down framework ${frameworkId}`);
    this.updates.forget(frameworkId);
    for (const executor of framework.executors.values()) {
      // Nobody acknowledges their end any more.
      for (const taskId of [...executor.terminated.keys()]) completeTask(executor, taskId);
      executor.frameworkIsGone = true;
      this.executors.shutdown(executor);
      this.executors.completeIfDone(executor);
    }
  }

  #updateFramework(info: FrameworkInfo): void {
    const framework = this.book.frameworks.get(info.id?.value ?? "");
    if (framework === undefined) return;
    framework.info = info;
    if (info.checkpoint === true)
      writeCheckpoint(frameworkInfoFile(this.options.flags.work_dir, this.id, info.id?.value ?? ""), info);
  }

  #drain(config: DrainConfig): void {
    const { max_grace_period: maxGrace } = config;
    this.#drainOrder = { config, startMs: this.options.clock.nowMs() };
    const policy = maxGrace === undefined ? undefined : { grace_period: maxGrace };
    for (const executor of this.book.executors()) {
      for (const taskId of [...executor.queued.keys(), ...executor.launched.keys()]) {
        this.executors.killTask(executor.frameworkId, taskId, policy);
      }
    }
  }

  #settleUnknownTasks(tasks: { framework_id: { value: string }; task_id: { value: string } }[]): void {
    for (const { framework_id, task_id } of tasks) {
      if (this.book.executorOfTask(framework_id.value, task_id.value) !== undefined) continue;
      this.updateAboutUnknown(framework_id.value, {
        taskId: task_id.value,
        state: this.stateForLost(framework_id.value, "TASK_DROPPED"),
        reason: "REASON_RECONCILIATION",
        message: "Task was not received by the agent",
      });
    }
  }

  /** Frameworks that know partitions are told more precisely what became of a task; the others know TASK_LOST alone. */
  stateForLost<S extends "TASK_DROPPED" | "TASK_GONE">(frameworkId: string, precise: S): S | "TASK_LOST" {
    const capabilities = this.book.frameworks.get(frameworkId)?.info.capabilities ?? [];
    return capabilities.some(({ type }) => type === "PARTITION_AWARE") ? precise : "TASK_LOST";
  }
}
