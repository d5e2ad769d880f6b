// Status updates as they leave the agent: its own, and executors' completed with what only the agent knows.
import { randomUUID } from "node:crypto";
import { uuidToBase64 } from "../../mesos/ids.ts";
import { isTerminal } from "../../mesos/task-state.ts";
import type { ContainerStatus, TaskState, TaskStatus } from "../../mesos/types.ts";
import type { ContainerRuntime } from "../containerizer/assignment.ts";
import type { ContainerNote } from "../containerizer/container-note.ts";
import type { StatusUpdate, Task } from "../protocol.ts";
import type { Executor } from "./book.ts";

export interface OwnUpdate {
  taskId: string;
  state: TaskState;
  reason: string;
  message: string;
}

export interface UpdateContext {
  agentId: string;
  frameworkId: string;
  executorId: string | undefined;
  /** Milliseconds since the epoch. */
  nowMs: number;
}

/** An update that the agent itself makes. */
export function ownUpdate({ taskId, state, reason, message }: OwnUpdate, context: UpdateContext): StatusUpdate {
  const status: TaskStatus = {
    task_id: { value: taskId },
    state,
    message,
    source: "SOURCE_AGENT",
    reason,
    uuid: uuidToBase64(randomUUID()),
  };
  return complete(status, context);
}

/** An executor's update: it need not tell who and where it is, and cannot know its container as the agent does. */
export function executorUpdate(
  status: TaskStatus,
  context: UpdateContext & { note: ContainerNote | undefined; agentIp: string },
): StatusUpdate {
  const container_status = containerStatus(status.container_status, context);
  const { executor_id } = status;
  const { status: completed, ...update } = complete(
    { ...status, ...(container_status === undefined ? {} : { container_status }) },
    context,
  );
  // Its own ID is passed on as it is: whoever leaves it out, it is not told.
  const own = { ...completed };
  delete own.executor_id;
  return { ...update, status: { ...own, ...(executor_id === undefined ? {} : { executor_id }) } };
}

function complete(status: TaskStatus, { agentId, frameworkId, executorId, nowMs }: UpdateContext): StatusUpdate {
  const executor_id = executorId === undefined ? undefined : { value: executorId };
  const agent_id = { value: agentId };
  return {
    framework_id: { value: frameworkId },
    agent_id,
    ...(executor_id === undefined ? {} : { executor_id }),
    status: {
      ...status,
      agent_id,
      ...(executor_id === undefined ? {} : { executor_id }),
      timestamp: status.timestamp ?? nowMs / 1000,
    },
  };
}

/** Without an address of its own, a container has the agent's. */
function containerStatus(
  given: ContainerStatus | undefined,
  { note, agentIp }: { note: ContainerNote | undefined; agentIp: string },
): ContainerStatus | undefined {
  // The default executor knows the containers inside its own, and the agent does not.
  if (note === undefined || given?.container_id?.parent !== undefined) return given;
  const agentAddress = [{ ip_addresses: [{ protocol: "IPv4" as const, ip_address: agentIp }] }];
  return {
    container_id: { value: note.containerId },
    network_infos: given?.network_infos ?? agentAddress,
    ...(showsExecutor(note.runtime) && note.executor !== undefined ? { executor_pid: note.executor.pid } : {}),
  };
}

/** Mesos's docker containerizer does not tell, its own containerizer does. */
function showsExecutor(runtime: ContainerRuntime): boolean {
  return runtime.kind === "posix" || (runtime.kind === "runc" && runtime.containerType === "MESOS");
}

/** Brings the book in line with an update: the task's state, and which of the executor's lists it is in. */
export function applyUpdate(executor: Executor, update: StatusUpdate): void {
  const taskId = update.status.task_id.value;
  const task = executor.launched.get(taskId) ?? executor.terminated.get(taskId);
  if (task === undefined) return;
  recordState(task, update);
  if (!isTerminal(task.state)) return;
  executor.launched.delete(taskId);
  executor.terminated.set(taskId, task);
}

function recordState(task: Task, { status }: StatusUpdate): void {
  task.state = status.state;
  // Of statuses with the same state only the newest is of interest, as in Mesos.
  const kept = { ...status };
  delete kept.data;
  if (task.statuses.at(-1)?.state === status.state) task.statuses.pop();
  task.statuses.push(kept);
}
