// The tasks of an executor: waiting for it, sent to it, and ended with it.
import type { TaskInfo } from "../../mesos/types.ts";
import type { Task } from "../protocol.ts";
import { type Executor, newTask } from "./book.ts";
import type { AgentContext } from "./context.ts";
import type { ExecutorCall } from "./executor-messages.ts";
import { mountVolumes } from "./volumes.ts";

/** Tasks that no executor has yet, as masters want to hear of them. */
export function queuedTasks(executor: Executor): Task[] {
  return [...executor.queued.values()].map((task) => newTask(task, executor));
}

/** A group ends as a whole. */
export function killQueued(agent: AgentContext, executor: Executor, taskId: string): void {
  const group = executor.queuedGroups.find((ids) => ids.includes(taskId));
  executor.queuedGroups = executor.queuedGroups.filter((one) => one !== group);
  const what = group === undefined ? "Killed" : "A task within the task group was killed";
  for (const id of group ?? [taskId]) {
    const task = executor.queued.get(id);
    if (task !== undefined) dequeue(executor, task);
    agent.updateFromAgent(executor, {
      taskId: id,
      state: "TASK_KILLED",
      reason: "REASON_TASK_KILLED_DURING_LAUNCH",
      message: `${what} before delivery to the executor`,
    });
  }
}

export function queue(executor: Executor, tasks: TaskInfo[], group: boolean): void {
  for (const task of tasks) executor.queued.set(task.task_id.value, task);
  if (group) executor.queuedGroups.push(tasks.map((task) => task.task_id.value));
}

export function deliverQueued(agent: AgentContext, executor: Executor): void {
  const groups = executor.queuedGroups.splice(0).map((ids) => ids.flatMap((id) => executor.queued.get(id) ?? []));
  const grouped = new Set(groups.flat());
  const alone = [...executor.queued.values()].filter((task) => !grouped.has(task));
  deliver(agent, executor, { tasks: alone, group: false });
  for (const group of groups) deliver(agent, executor, { tasks: group, group: true });
}

export function deliver(
  agent: AgentContext,
  executor: Executor,
  { tasks, group }: { tasks: TaskInfo[]; group: boolean },
): void {
  for (const task of tasks) dequeue(executor, task);
  if (group) return executor.stream?.send({ type: "LAUNCH_GROUP", launch_group: { task_group: { tasks } } });
  const { work_dir: workDir, sandbox_directory: sandboxDirectory } = agent.options.flags;
  for (const task of tasks)
    executor.stream?.send({
      type: "LAUNCH",
      launch: { task: mountVolumes(task, { workDir, sandboxDirectory }) },
    });
}

/** From now on it is a task with a state. */
function dequeue(executor: Executor, task: TaskInfo): void {
  executor.queued.delete(task.task_id.value);
  executor.launched.set(task.task_id.value, newTask(task, executor));
}

/** Tasks that were sent to the executor before it lost its agent, and never arrived. */
export function settleLostTasks(
  agent: AgentContext,
  executor: Executor,
  call: ExecutorCall & { type: "SUBSCRIBE" },
): void {
  const known = new Set((call.subscribe.unacknowledged_tasks ?? []).map((task) => task.task_id.value));
  for (const [taskId, task] of executor.launched) {
    if (task.state !== "TASK_STAGING" || known.has(taskId)) continue;
    const state = agent.stateForLost(executor.frameworkId, "TASK_DROPPED");
    const message = "Task launched during agent restart";
    agent.updateFromAgent(executor, { taskId, state, reason: "REASON_SLAVE_RESTARTED", message });
  }
}

/** Whatever the executor did not report the end of has ended with it. */
export function endTasks(agent: AgentContext, executor: Executor): void {
  for (const task of [...executor.queued.values()]) dequeue(executor, task);
  executor.queuedGroups = [];
  if (executor.frameworkIsGone) {
    for (const [taskId, task] of executor.launched) executor.terminated.set(taskId, { ...task, state: "TASK_KILLED" });
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
    const state = lost === undefined ? "TASK_FAILED" : agent.stateForLost(executor.frameworkId, lost);
    agent.updateFromAgent(executor, { taskId, state, reason, message });
  }
}
