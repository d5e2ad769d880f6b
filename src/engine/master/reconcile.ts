// RECONCILE: what the master knows of tasks, told without a change having happened (docs/reconciliation.md).
import type { TaskStatus } from "../../mesos/types.ts";
import type { Task } from "../protocol.ts";
import { lostOr, type MasterContext } from "./context.ts";
import { type Framework, hasCapability } from "./state.ts";
import { masterStatus } from "./task-format.ts";

interface Asked {
  taskId: string;
  agentId: string | undefined;
}

/** Answers for these tasks; for all that the framework has, if none is named. */
export function reconcileTasks(master: MasterContext, framework: Framework, asked: readonly Asked[]): void {
  const statuses =
    asked.length === 0
      ? [...framework.tasks.values()].map((task) => latestStatus(master, task))
      : asked.map((one) => statusOf(master, framework, one));
  for (const status of statuses) if (status) framework.stream?.send({ type: "UPDATE", update: { status } });
}

function latestStatus(master: MasterContext, task: Task): TaskStatus {
  return masterStatus(master, {
    taskId: task.task_id.value,
    agentId: task.agent_id.value,
    executorId: task.executor_id?.value,
    state: task.status_update_state ?? task.state,
    reason: "REASON_RECONCILIATION",
    message: "Reconciliation: Latest task state",
    task,
  });
}

/** Undefined while an agent that may have the task has not come back to this leader: the answer is not known yet. */
function statusOf(master: MasterContext, framework: Framework, asked: Asked): TaskStatus | undefined {
  const { taskId, agentId } = asked;
  const { state } = master;
  const task = framework.tasks.get(taskId);
  if (task) return latestStatus(master, task);
  if (agentId === undefined ? state.recoveredAgents.size > 0 : state.recoveredAgents.has(agentId)) return undefined;
  const aware = hasCapability(framework, "PARTITION_AWARE");
  const common = { taskId, agentId, reason: "REASON_RECONCILIATION" };
  if (agentId !== undefined && state.agents.has(agentId)) {
    const message = "Reconciliation: Task is unknown to the agent";
    return masterStatus(master, { ...common, state: lostOr(aware, "TASK_GONE"), message });
  }
  const unreachableMs = agentId === undefined ? undefined : state.unreachableAgents.get(agentId);
  if (unreachableMs !== undefined) {
    const message = "Reconciliation: Task is unreachable";
    return masterStatus(master, { ...common, state: lostOr(aware, "TASK_UNREACHABLE"), message, unreachableMs });
  }
  if (agentId !== undefined && state.goneAgents.has(agentId)) {
    const message = "Reconciliation: Task is gone";
    return masterStatus(master, { ...common, state: lostOr(aware, "TASK_GONE_BY_OPERATOR"), message });
  }
  const message = "Reconciliation: Task is unknown";
  return masterStatus(master, { ...common, state: lostOr(aware, "TASK_UNKNOWN"), message });
}
