// The life of a task as the master sees it: launched, updated, acknowledged, forgotten.
import { addResources, subtractResources } from "../../mesos/resources.ts";
import { isTerminal } from "../../mesos/task-state.ts";
import type { ExecutorInfo, KillPolicy, Resource, TaskInfo, TaskState, TaskStatus } from "../../mesos/types.ts";
import type { StatusUpdate, Task } from "../protocol.ts";
import type { MasterContext } from "./context.ts";
import { recoverResources } from "./offers.ts";
import { reconcileTasks } from "./reconcile.ts";
import { type Agent, type Framework, isConnected } from "./state.ts";
import { masterStatus, toTask } from "./task-format.ts";

/** Counts a launched task and what it holds; `info.resources` carry `allocation_info`. */
export function addTask(master: MasterContext, parts: { framework: Framework; agent: Agent; info: TaskInfo }): Task {
  const { framework, agent, info } = parts;
  const task = toTask(framework.id, info);
  keepTask(framework, agent, task);
  hold(agent, framework.id, task.resources);
  master.events.publish(() => ({ type: "TASK_ADDED", task_added: { task } }));
  return task;
}

/** Puts a task where it belongs, without counting its resources. */
export function keepTask(framework: Framework, agent: Agent, task: Task): void {
  framework.tasks.set(task.task_id.value, task);
  agent.hosted.add(framework.id);
  const byFramework = agent.tasks.get(framework.id) ?? new Map<string, Task>();
  agent.tasks.set(framework.id, byFramework.set(task.task_id.value, task));
}

/** An executor of the framework's own begins on the agent. */
export function addExecutor(framework: Framework, agent: Agent, executor: ExecutorInfo): void {
  const executors = agent.executors.get(framework.id) ?? new Map<string, ExecutorInfo>();
  agent.executors.set(framework.id, executors.set(executor.executor_id.value, executor));
  agent.hosted.add(framework.id);
  hold(agent, framework.id, executor.resources ?? []);
}

/** The executor is gone; nothing if it was not known. */
export function removeExecutor(
  master: MasterContext,
  agent: Agent,
  ids: { frameworkId: string; executorId: string },
): void {
  const executors = agent.executors.get(ids.frameworkId);
  const executor = executors?.get(ids.executorId);
  if (!executors || !executor) return;
  executors.delete(ids.executorId);
  if (executors.size === 0) agent.executors.delete(ids.frameworkId);
  release(agent, ids.frameworkId, executor.resources ?? []);
  const framework = master.state.frameworks.get(ids.frameworkId);
  if (framework) recoverResources(master, { framework, agent, resources: executor.resources ?? [] });
}

/** An update from the agent: kept, and forwarded if the framework is connected. */
export function receiveUpdate(master: MasterContext, agent: Agent, update: StatusUpdate): void {
  master.counters.count("messages_status_update");
  const { status } = update;
  const framework = master.state.frameworks.get(update.framework_id.value);
  master.log.info(
    `Status update ${status.state} (UUID: ${status.uuid ?? "none"}) for task ${status.task_id.value}` +
      ` of framework ${update.framework_id.value} from agent ${agent.id}`,
  );
  const connected = framework !== undefined && isConnected(framework);
  if (connected) forward(framework, status);
  const task = agent.tasks.get(update.framework_id.value)?.get(status.task_id.value);
  master.counters.count(connected && task ? "valid_status_updates" : "invalid_status_updates");
  if (task) updateTask(master, task, { status, latestState: update.latest_state });
}

/** Sends an update of the master's own making, if there is somebody to send it to. */
export function forward(framework: Framework, status: TaskStatus): void {
  if (isConnected(framework)) framework.stream?.send({ type: "UPDATE", update: { status } });
}

/**
 * Takes a status into a task's history, and frees what it held once it has ended or cannot be reached any more, unless it is
 * said to be `freed` already.
 */
export function updateTask(
  master: MasterContext,
  task: Task,
  update: { status: TaskStatus; latestState?: TaskState | undefined; freed?: boolean | undefined },
): void {
  const { status } = update;
  const state = update.latestState ?? status.state;
  const ends = !hasEnded(task.state) && hasEnded(state);
  if (!isTerminal(task.state)) task.state = state;
  task.status_update_state = status.state;
  if (status.uuid === undefined) delete task.status_update_uuid;
  else task.status_update_uuid = status.uuid;
  const sameState = task.statuses.at(-1)?.state === status.state;
  if (sameState) task.statuses.pop();
  task.statuses.push(status.data === undefined ? status : withoutData(status));
  if (!sameState || isCheck(status.reason)) {
    const shown = { state: task.state, status };
    master.events.publish(() => ({
      type: "TASK_UPDATED",
      task_updated: { framework_id: task.framework_id, ...shown },
    }));
  }
  if (!ends) return;
  const counted = METRICS[status.state];
  if (counted) master.counters.count(counted);
  if (update.freed) return;
  const agent = master.state.agents.get(task.agent_id.value);
  const framework = master.state.frameworks.get(task.framework_id.value);
  if (!agent || !framework) return;
  release(agent, framework.id, task.resources);
  recoverResources(master, { framework, agent, resources: task.resources });
}

function withoutData(status: TaskStatus): TaskStatus {
  const kept = { ...status };
  delete kept.data;
  return kept;
}

const METRICS: Partial<Record<TaskState, string>> = {
  TASK_FINISHED: "tasks_finished",
  TASK_FAILED: "tasks_failed",
  TASK_KILLED: "tasks_killed",
  TASK_LOST: "tasks_lost",
  TASK_ERROR: "tasks_error",
  TASK_DROPPED: "tasks_dropped",
  TASK_GONE: "tasks_gone",
  TASK_GONE_BY_OPERATOR: "tasks_gone_by_operator",
};

const isCheck = (reason: string | undefined): boolean =>
  reason === "REASON_TASK_CHECK_STATUS_UPDATED" || reason === "REASON_TASK_HEALTH_CHECK_STATUS_UPDATED";

/** It holds nothing any more. */
export const hasEnded = (state: TaskState): boolean => isTerminal(state) || state === "TASK_UNREACHABLE";

/** Forgets a task; its framework remembers it as completed, or as unreachable. */
export function removeTask(master: MasterContext, task: Task, as: "completed" | "unreachable"): void {
  const agent = master.state.agents.get(task.agent_id.value);
  const framework = master.state.frameworks.get(task.framework_id.value);
  const byFramework = agent?.tasks.get(task.framework_id.value);
  byFramework?.delete(task.task_id.value);
  if (byFramework?.size === 0) agent?.tasks.delete(task.framework_id.value);
  if (!framework) return;
  framework.tasks.delete(task.task_id.value);
  const { max_completed_tasks_per_framework: completed, max_unreachable_tasks_per_framework: unreachable } =
    master.flags;
  if (as === "completed") {
    framework.completedTasks.push(task);
    if (framework.completedTasks.length > completed) framework.completedTasks.shift();
  } else {
    framework.unreachableTasks.set(task.task_id.value, task);
    const [oldest] = framework.unreachableTasks.keys();
    if (framework.unreachableTasks.size > unreachable && oldest !== undefined)
      framework.unreachableTasks.delete(oldest);
  }
}

/** ACKNOWLEDGE: the agent may go on to the next update, and a task whose end is acknowledged is done. */
export function acknowledge(
  master: MasterContext,
  framework: Framework,
  acknowledged: { agentId: string; taskId: string; uuid: string },
): void {
  master.counters.count("messages_status_update_acknowledgement");
  const { taskId, uuid } = acknowledged;
  const agent = master.state.agents.get(acknowledged.agentId);
  if (!agent?.link) {
    master.counters.count("invalid_status_update_acknowledgements");
    master.log.warning(`Cannot send an acknowledgement of task ${taskId}: agent ${acknowledged.agentId} is not there`);
    return;
  }
  const task = agent.tasks.get(framework.id)?.get(taskId);
  if (task?.status_update_uuid === uuid && isTerminal(task.status_update_state ?? task.state))
    removeTask(master, task, "completed");
  master.counters.count("valid_status_update_acknowledgements");
  agent.link.send({
    type: "ACKNOWLEDGE",
    acknowledge: { framework_id: { value: framework.id }, task_id: { value: taskId }, uuid },
  });
}

/** KILL: answered by an update from the agent, or by what reconciliation knows of an unknown task. */
export function killTask(
  master: MasterContext,
  framework: Framework,
  kill: { taskId: string; agentId: string | undefined; killPolicy: KillPolicy | undefined },
): void {
  master.counters.count("messages_kill_task");
  const { taskId, agentId, killPolicy } = kill;
  const task = framework.tasks.get(taskId);
  if (!task) {
    master.log.warning(`Cannot kill task ${taskId} of framework ${framework.id} because it is unknown; reconciling`);
    reconcileTasks(master, framework, [{ taskId, agentId }]);
    return;
  }
  if (agentId !== undefined && agentId !== task.agent_id.value) {
    master.log.warning(`Cannot kill task ${taskId} of agent ${agentId} because it is on ${task.agent_id.value}`);
    return;
  }
  const agent = master.state.agents.get(task.agent_id.value);
  agent?.killed.add(`${framework.id} ${taskId}`);
  agent?.link?.send({
    type: "KILL_TASK",
    kill_task: {
      framework_id: { value: framework.id },
      task_id: { value: taskId },
      ...(killPolicy ? { kill_policy: killPolicy } : {}),
    },
  });
}

/** Ends a task from the master's side: told to the framework, and then forgotten. `freed`: as with `updateTask`. */
export function endTask(
  master: MasterContext,
  task: Task,
  end: {
    state: TaskState;
    reason: string;
    message: string;
    as?: "unreachable";
    unreachableMs?: number;
    freed?: boolean;
  },
): void {
  const framework = master.state.frameworks.get(task.framework_id.value);
  const status = masterStatus(master, {
    ...{ taskId: task.task_id.value, agentId: task.agent_id.value, executorId: task.executor_id?.value },
    ...{ state: end.state, reason: end.reason, message: end.message },
    ...(end.unreachableMs === undefined ? {} : { unreachableMs: end.unreachableMs }),
  });
  updateTask(master, task, { status, freed: end.freed });
  removeTask(master, task, end.as ?? "completed");
  if (framework) forward(framework, status);
}

/** Counts resources as used by a framework on an agent. */
export function hold(agent: Agent, frameworkId: string, resources: readonly Resource[]): void {
  agent.used.set(frameworkId, addResources(agent.used.get(frameworkId) ?? [], resources));
}

function release(agent: Agent, frameworkId: string, resources: readonly Resource[]): void {
  const left = subtractResources(agent.used.get(frameworkId) ?? [], resources);
  if (left.length > 0) agent.used.set(frameworkId, left);
  else agent.used.delete(frameworkId);
}
