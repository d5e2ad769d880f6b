// What an agent keeps in memory about its frameworks, executors and tasks.
import { printResource } from "../../mesos/print-resources.ts";
import { addResources } from "../../mesos/resources.ts";
import type { ExecutorInfo, FrameworkInfo, Resource, TaskInfo } from "../../mesos/types.ts";
import type { Timer } from "../common/clock.ts";
import type { Task } from "../protocol.ts";
import type { ExecutorEvent } from "./executor-messages.ts";

/**
 * REGISTERING: its container is being launched, or it has not subscribed yet. RUNNING: subscribed at least once.
 * TERMINATING: told to shut down, or its container is being destroyed. TERMINATED: its container is gone; it stays until
 * its last terminal update is acknowledged.
 */
export type ExecutorState = "REGISTERING" | "RUNNING" | "TERMINATING" | "TERMINATED";

/** The response stream of an executor's SUBSCRIBE. */
export interface ExecutorStream {
  send: (event: ExecutorEvent) => void;
  close: () => void;
}

export interface Executor {
  info: ExecutorInfo;
  frameworkId: string;
  containerId: string;
  /** Its sandbox. */
  directory: string;
  /** The agent's own, made for one command task. */
  isCommand: boolean;
  state: ExecutorState;
  stream: ExecutorStream | undefined;
  /** Waiting for the executor to subscribe. */
  queued: Map<string, TaskInfo>;
  /** Those of them that are launched, or killed, together: the IDs of their tasks. */
  queuedGroups: string[][];
  launched: Map<string, Task>;
  /** Ended, with updates that are not acknowledged yet. */
  terminated: Map<string, Task>;
  /** Ended and acknowledged, newest last. */
  completed: Task[];
  /** Takes back whatever waits for this executor: its registration, or the end of its grace period. */
  timer: Timer | undefined;
  /** Torn down: nobody acknowledges updates any more. */
  frameworkIsGone: boolean;
  /** How it came to be destroyed, where the agent knows better than the exit status. `lost`: so are its tasks. */
  termination: { reason: string; message: string; lost?: "TASK_GONE" | "TASK_DROPPED" | undefined } | undefined;
}

export interface Framework {
  info: FrameworkInfo;
  executors: Map<string, Executor>;
  /** Newest last. */
  completedExecutors: Executor[];
}

const MAX_COMPLETED_TASKS_PER_EXECUTOR = 200;

/** Frameworks that have executors here, and some that had. */
export class Book {
  readonly frameworks = new Map<string, Framework>();
  /** Newest last. */
  readonly completedFrameworks: Framework[] = [];
  readonly #maxCompletedFrameworks = 50;
  readonly #maxCompletedExecutors: number;

  constructor(maxCompletedExecutorsPerFramework: number) {
    this.#maxCompletedExecutors = maxCompletedExecutorsPerFramework;
  }

  framework(info: FrameworkInfo): Framework {
    const id = info.id?.value ?? "";
    const known = this.frameworks.get(id);
    if (known !== undefined) return known;
    const framework: Framework = { info, executors: new Map(), completedExecutors: [] };
    this.frameworks.set(id, framework);
    return framework;
  }

  executor(frameworkId: string, executorId: string): Executor | undefined {
    return this.frameworks.get(frameworkId)?.executors.get(executorId);
  }

  executorOfContainer(containerId: string): Executor | undefined {
    return this.executors().find((executor) => executor.containerId === containerId);
  }

  /** The executor that has the task, in whatever state. */
  executorOfTask(frameworkId: string, taskId: string): Executor | undefined {
    const executors = [...(this.frameworks.get(frameworkId)?.executors.values() ?? [])];
    return executors.find((one) => one.queued.has(taskId) || one.launched.has(taskId) || one.terminated.has(taskId));
  }

  executors(): Executor[] {
    return [...this.frameworks.values()].flatMap((framework) => [...framework.executors.values()]);
  }

  /** Moves an executor to the completed ones, and its framework too if that was its last. Says which of them it has moved. */
  complete(executor: Executor): { executor: boolean; framework: boolean } {
    const framework = this.frameworks.get(executor.frameworkId);
    if (!framework?.executors.delete(executor.info.executor_id.value)) return { executor: false, framework: false };
    keepLast(framework.completedExecutors, executor, this.#maxCompletedExecutors);
    if (framework.executors.size > 0) return { executor: true, framework: false };
    this.frameworks.delete(executor.frameworkId);
    this.#completeFramework(framework);
    return { executor: true, framework: true };
  }

  #completeFramework(framework: Framework): void {
    const id = framework.info.id?.value;
    const earlier = this.completedFrameworks.findIndex((one) => one.info.id?.value === id);
    const [former] = earlier < 0 ? [] : this.completedFrameworks.splice(earlier, 1);
    if (former !== undefined) framework.completedExecutors.unshift(...former.completedExecutors);
    framework.completedExecutors.splice(0, framework.completedExecutors.length - this.#maxCompletedExecutors);
    keepLast(this.completedFrameworks, framework, this.#maxCompletedFrameworks);
  }
}

export function newExecutor(given: {
  info: ExecutorInfo;
  frameworkId: string;
  containerId: string;
  directory: string;
  isCommand: boolean;
}): Executor {
  return {
    ...given,
    state: "REGISTERING",
    stream: undefined,
    queued: new Map(),
    queuedGroups: [],
    launched: new Map(),
    terminated: new Map(),
    completed: [],
    timer: undefined,
    frameworkIsGone: false,
    termination: undefined,
  };
}

/** A task as it is kept and shown, from what the framework asked for. */
export function newTask(info: TaskInfo, executor: Pick<Executor, "info" | "frameworkId" | "isCommand">): Task {
  const { name, task_id, agent_id, resources = [], labels, discovery, container, health_check, command } = info;
  const user = command?.user ?? executor.info.command?.user;
  return {
    name,
    task_id,
    agent_id,
    framework_id: { value: executor.frameworkId },
    ...(executor.isCommand ? {} : { executor_id: executor.info.executor_id }),
    state: "TASK_STAGING",
    resources,
    statuses: [],
    ...(labels === undefined ? {} : { labels }),
    ...(discovery === undefined ? {} : { discovery }),
    ...(container === undefined ? {} : { container }),
    ...(health_check === undefined ? {} : { health_check }),
    ...(user === undefined ? {} : { user }),
  };
}

/** A task that ended and whose end is known to the framework. */
export function completeTask(executor: Executor, taskId: string): void {
  const task = executor.terminated.get(taskId);
  if (task === undefined) return;
  executor.terminated.delete(taskId);
  keepLast(executor.completed, task, MAX_COMPLETED_TASKS_PER_EXECUTOR);
}

/** Everything the executor and its living tasks occupy. */
export function resourcesInUse(executor: Executor): Resource[] {
  if (executor.state === "TERMINATED") return [];
  const ofTasks = [...executor.queued.values(), ...executor.launched.values()].map((task) => task.resources ?? []);
  return ofTasks.reduce(addResources, executor.info.resources ?? []);
}

/** For log lines. */
export const describeTask = (task: TaskInfo): string =>
  `'${task.task_id.value}' with ${(task.resources ?? []).map(printResource).join("; ")}`;

function keepLast<T>(list: T[], item: T, limit: number): void {
  list.push(item);
  if (list.length > limit) list.splice(0, list.length - limit);
}
