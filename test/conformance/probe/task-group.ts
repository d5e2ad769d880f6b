// Task groups as a scenario launches and follows them.
import type { ExecutorInfo, FrameworkInfo, Offer, TaskInfo, TaskState, TaskStatus } from "../../../src/mesos/types.ts";
import { type Framework, subscribe } from "./framework.ts";
import type { Probe } from "./probe.ts";
import { fieldNames, statusOf } from "./shape.ts";
import { executorsOf } from "./state.ts";
import { commandTask, freshId, scalar } from "./task.ts";

export interface TaskGroup {
  framework: Framework;
  offer: Offer;
  executor: ExecutorInfo;
  tasks: TaskInfo[];
  ids: string[];
}

/** The default executor with as little as it may have. */
export function defaultExecutor(framework: Framework, id: string, over: Partial<ExecutorInfo> = {}): ExecutorInfo {
  const resources = [scalar("cpus", 0.1), scalar("mem", 32), scalar("disk", 32)];
  return { type: "DEFAULT", executor_id: { value: id }, framework_id: { value: framework.id }, resources, ...over };
}

/** What is launched together. */
type Group = Omit<TaskGroup, "ids">;

export async function acceptGroup(group: Pick<Group, "framework" | "offer" | "executor" | "tasks">): Promise<void> {
  const { framework, offer, executor, tasks } = group;
  const operations = [{ type: "LAUNCH_GROUP" as const, launch_group: { executor, task_group: { tasks } } }];
  const accept = { offer_ids: [offer.id], operations, filters: { refuse_seconds: 0 } };
  await framework.call({ type: "ACCEPT", accept }, "call ACCEPT(LAUNCH_GROUP)");
}

/** Tasks of these commands; their IDs are `<TASK-1>`, `<TASK-2>` in the transcript, from `first` on. */
export function groupTasks(probe: Probe, offer: Offer, commands: readonly (string | Partial<TaskInfo>)[], first = 1) {
  return commands.map((command, index) => {
    const id = freshId("grouped");
    probe.hide(id, `<TASK-${first + index}>`);
    return typeof command === "string" ? commandTask(offer, id, command) : commandTask(offer, id, "", command);
  });
}

/** Subscribes, takes the first offer and launches a group of these commands. */
export async function launchGroup(
  probe: Probe,
  commands: readonly (string | Partial<TaskInfo>)[],
  info: Partial<FrameworkInfo> = {},
): Promise<TaskGroup> {
  const framework = await subscribe(probe, info);
  const offer = await framework.offer();
  const executorId = freshId("executor");
  probe.hide(executorId, "<EXECUTOR>");
  const executor = defaultExecutor(framework, executorId);
  const tasks = groupTasks(probe, offer, commands);
  await acceptGroup({ framework, offer, executor, tasks });
  return { framework, offer, executor, tasks, ids: tasks.map(({ task_id }) => task_id.value) };
}

/** Follows one task of a group until it is in that state; the updates of others wait meanwhile. */
export async function followGrouped(
  probe: Probe,
  framework: Framework,
  id: string,
  until: TaskState,
): Promise<TaskStatus> {
  for (;;) {
    const status = await framework.nextUpdate(id, 40_000);
    probe.record({ event: "UPDATE", task: id, status: groupedStatus(status) });
    if (status.state === until) return status;
  }
}

/** What the executor's end is told as. */
export async function followFailure(probe: Probe, { framework }: Pick<TaskGroup, "framework">): Promise<void> {
  const { event } = await framework.stream.wait(({ type }) => type === "FAILURE", { limitMs: 60_000 });
  probe.record({ event: "FAILURE", failure: event.type === "FAILURE" ? event.failure : undefined });
}

/** The sandbox of the group's executor. */
export async function groupSandbox(probe: Probe, { executor }: Pick<TaskGroup, "executor">): Promise<string> {
  const id = executor.executor_id.value;
  let directory: string | undefined;
  await probe.comesTrue(async () => {
    directory = executorsOf(await probe.agentState()).find((one) => one.id === id)?.directory;
    return directory !== undefined;
  });
  if (directory === undefined) throw new Error(`the agent's /state has no executor ${id}`);
  return directory;
}

/**
 * As `statusOf`, with what is known of the container. A task that starts has none yet, or just gets it: how much is known
 * of it by then differs from one time to the next.
 */
function groupedStatus(status: TaskStatus): Record<string, unknown> {
  const { container_status_keys, ...shown } = statusOf(status);
  const container = status.container_status?.container_id;
  return {
    ...shown,
    ...(status.state === "TASK_STARTING" ? {} : { container_status_keys }),
    container_id: container && fieldNames(container),
    check_status: status.check_status,
  };
}
