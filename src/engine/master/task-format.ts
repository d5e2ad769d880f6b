// Tasks and statuses as the master makes them.
import type { TaskInfo, TaskState, TaskStatus } from "../../mesos/types.ts";
import type { Task } from "../protocol.ts";
import type { MasterContext } from "./context.ts";

/** A task as it begins, from what the framework launched. */
export function toTask(frameworkId: string, info: TaskInfo): Task {
  const { name, task_id, agent_id, labels, discovery, container, health_check: healthCheck, executor } = info;
  const user = info.command?.user ?? executor?.command?.user;
  return {
    ...{ name, task_id, agent_id, framework_id: { value: frameworkId } },
    ...(executor ? { executor_id: executor.executor_id } : {}),
    ...{ state: "TASK_STAGING", resources: info.resources ?? [], statuses: [] },
    ...(labels ? { labels } : {}),
    ...(discovery === undefined ? {} : { discovery }),
    ...(container ? { container } : {}),
    ...(healthCheck ? { health_check: healthCheck } : {}),
    ...(user === undefined ? {} : { user }),
  };
}

export interface MasterStatusParts {
  taskId: string;
  agentId?: string | undefined;
  executorId?: string | undefined;
  state: TaskState;
  reason: string;
  message: string;
  unreachableMs?: number;
  /** A task whose health, check result and container are worth telling. */
  task?: Task;
}

/** A status of the master's own making: it has no UUID, so that nobody has to acknowledge it. */
export function masterStatus(master: Pick<MasterContext, "clock">, parts: MasterStatusParts): TaskStatus {
  const latest = parts.task?.statuses.at(-1);
  return {
    task_id: { value: parts.taskId },
    state: parts.state,
    message: parts.message,
    source: "SOURCE_MASTER",
    reason: parts.reason,
    ...(parts.agentId === undefined ? {} : { agent_id: { value: parts.agentId } }),
    ...(parts.executorId === undefined ? {} : { executor_id: { value: parts.executorId } }),
    timestamp: master.clock.nowMs() / 1000,
    ...(latest?.healthy === undefined ? {} : { healthy: latest.healthy }),
    ...(latest?.check_status === undefined ? {} : { check_status: latest.check_status }),
    ...(latest?.container_status ? { container_status: latest.container_status } : {}),
    ...(parts.unreachableMs === undefined
      ? {}
      : { unreachable_time: { nanoseconds: Math.round(parts.unreachableMs * 1e6) } }),
  };
}
