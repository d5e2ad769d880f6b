// What a master objects to in a task that a framework wants to launch, in its own words (src/master/validation.cpp).
import { isDeepStrictEqual } from "node:util";
import { checksProblem } from "./check-validation.ts";
import { idProblem } from "../../mesos/ids.ts";
import { printResource, printResources } from "../../mesos/print-resources.ts";
import { Schema } from "../../mesos/protobuf/definition.ts";
import { MESOS_MESSAGES } from "../../mesos/protobuf/mesos-messages.ts";
import { printMessage } from "../../mesos/protobuf/text-format.ts";
import { addResources, containsResources, scalarOf } from "../../mesos/resources.ts";
import type { ExecutorInfo, Resource, TaskInfo } from "../../mesos/types.ts";
import type { Agent, Framework } from "./state.ts";

const messages = new Schema(MESOS_MESSAGES);

export interface LaunchPlace {
  framework: Framework;
  agent: Agent;
  /** What is left of the offers, with `allocation_info`. */
  available: readonly Resource[];
}

/** Undefined if a LAUNCH may run it. Its resources, and its executor's, carry `allocation_info`. */
export function taskProblem(task: TaskInfo, place: LaunchPlace): string | undefined {
  return commonProblem(task, place) ?? commandOrExecutorProblem(task, place) ?? amountProblem(task, place);
}

/** Undefined if a LAUNCH_GROUP may run these tasks together under that executor. */
export function taskGroupProblem(
  tasks: readonly TaskInfo[],
  executor: ExecutorInfo,
  place: LaunchPlace,
): string | undefined {
  const ids = new Set<string>();
  for (const task of tasks) {
    const id = task.task_id.value;
    const problem = commonProblem(task, place) ?? groupedTaskProblem(task) ?? repeatedProblem(id, ids);
    if (problem !== undefined) return `Task '${id}' is invalid: ${problem}`;
    ids.add(id);
  }
  const problem = otherExecutorProblem(tasks, executor) ?? groupExecutorProblem(executor, place);
  if (problem !== undefined) return problem;
  const isNew = !place.agent.executors.get(place.framework.id)?.has(executor.executor_id.value);
  const total = [...tasks.flatMap((task) => task.resources ?? []), ...(isNew ? (executor.resources ?? []) : [])];
  if (containsResources(place.available, total)) return undefined;
  const [needed, offered] = [printResources(addResources(total, [])), printResources(place.available)];
  return `Total resources ${needed} required by task group and its executor are more than available ${offered}`;
}

function commonProblem(task: TaskInfo, place: LaunchPlace): string | undefined {
  const { framework, agent } = place;
  const taskId = task.task_id.value;
  return (
    idProblem(taskId) ??
    when(framework.tasks.has(taskId), `Task has duplicate ID: ${taskId}`) ??
    when(framework.unreachableTasks.has(taskId), `Task reuses the ID of an unreachable task: ${taskId}`) ??
    when(
      task.agent_id.value !== agent.id,
      `Task uses invalid agent ${task.agent_id.value} while agent ${agent.id} is expected`,
    ) ??
    when(
      (task.kill_policy?.grace_period?.nanoseconds ?? 0) < 0,
      "Task's 'kill_policy.grace_period' must be non-negative",
    ) ??
    checksProblem(task) ??
    when((task.resources ?? []).length === 0, "Task uses no resources") ??
    prefixed("Task uses invalid resources: ", gpusProblem(task.resources ?? []))
  );
}

function commandOrExecutorProblem(task: TaskInfo, place: LaunchPlace): string | undefined {
  if ((task.command === undefined) === (task.executor === undefined))
    return "Task should have at least one (but not both) of CommandInfo or ExecutorInfo present";
  if (!task.executor) return commandProblem(task);
  return customExecutorProblem(task.executor, place);
}

function commandProblem(task: TaskInfo): string | undefined {
  const variables = task.command?.environment?.variables ?? [];
  const silent = variables.find(({ type, value }) => type !== "SECRET" && value === undefined);
  if (!silent) return undefined;
  return `Task's \`CommandInfo\` is invalid: Environment variable '${silent.name}' of type 'VALUE' must have a value set`;
}

function customExecutorProblem(executor: ExecutorInfo, place: LaunchPlace): string | undefined {
  return (
    idProblem(executor.executor_id.value) ??
    when(executor.type === "DEFAULT", "'ExecutorInfo.type' must be 'CUSTOM'") ??
    when(executor.command === undefined, "'ExecutorInfo.command' must be set") ??
    gracePeriodProblem(executor) ??
    frameworkIdProblem(executor, place) ??
    incompatibleProblem(executor, place) ??
    prefixed("Executor uses invalid resources: ", gpusProblem(executor.resources ?? []))
  );
}

function groupExecutorProblem(executor: ExecutorInfo, place: LaunchPlace): string | undefined {
  const id = executor.executor_id.value;
  const resources = executor.resources ?? [];
  if (executor.type === undefined) return "'ExecutorInfo.type' must be set";
  if (executor.type === "UNKNOWN") return "Unknown executor type";
  if (executor.type === "DEFAULT" && executor.command)
    return "'ExecutorInfo.command' must not be set for 'DEFAULT' executor";
  if (executor.type === "CUSTOM" && !executor.command)
    return "'ExecutorInfo.command' must be set for 'CUSTOM' executor";
  const [cpus, mem, disk] = ["cpus", "mem", "disk"].map((name) => scalarOf(resources, name));
  return (
    groupContainerProblem(executor) ??
    idProblem(id) ??
    gracePeriodProblem(executor) ??
    prefixed("Executor uses invalid resources: ", gpusProblem(resources)) ??
    frameworkIdProblem(executor, place) ??
    incompatibleProblem(executor, place) ??
    lessThan(id, { what: "CPUs", has: cpus ?? 0, minimum: 0.01, unit: "" }) ??
    lessThan(id, { what: "memory", has: Math.floor(mem ?? 0), minimum: 32, unit: "MB" }) ??
    when((disk ?? 0) === 0, `Executor '${id}' uses no disk`)
  );
}

function groupContainerProblem({ type, container }: ExecutorInfo): string | undefined {
  if (type !== "DEFAULT")
    return when(container?.type === "DOCKER", "Docker ContainerInfo is not supported on the executor");
  const isDocker = container?.type === "DOCKER";
  return (
    when(isDocker, "'ExecutorInfo.container.type' must be 'MESOS' for 'DEFAULT' executor") ??
    when(
      container?.mesos?.image !== undefined,
      "'ExecutorInfo.container.mesos.image' must not be set for 'DEFAULT' executor",
    )
  );
}

function gracePeriodProblem(executor: ExecutorInfo): string | undefined {
  const { nanoseconds = 0 } = (executor.shutdown_grace_period ?? {}) as { nanoseconds?: number };
  return when(nanoseconds < 0, "ExecutorInfo's 'shutdown_grace_period' must be non-negative");
}

function lessThan(
  id: string,
  amount: { what: string; has: number; minimum: number; unit: string },
): string | undefined {
  const { what, has, minimum, unit } = amount;
  if (has >= minimum) return undefined;
  const shown = has === 0 ? "None" : `${has}${unit}`;
  return `Executor '${id}' uses less ${what} (${shown}) than the minimum required (${minimum}${unit})`;
}

function groupedTaskProblem(task: TaskInfo): string | undefined {
  return when(task.container?.type === "DOCKER", "Docker ContainerInfo is not supported on the task");
}

/** A real master does not survive this; its words for a task that exists already say it as well. */
const repeatedProblem = (id: string, before: ReadonlySet<string>): string | undefined =>
  when(before.has(id), `Task has duplicate ID: ${id}`);

function otherExecutorProblem(tasks: readonly TaskInfo[], executor: ExecutorInfo): string | undefined {
  const other = tasks.find((task) => task.executor && !isDeepStrictEqual(task.executor, executor));
  if (other === undefined) return undefined;
  const [task, own] = [other.task_id.value, executor.executor_id.value];
  return `The \`ExecutorInfo\` of task '${task}' is different from executor '${own}'`;
}

function frameworkIdProblem(executor: ExecutorInfo, { framework }: LaunchPlace): string | undefined {
  const actual = executor.framework_id?.value;
  if (actual === framework.id) return undefined;
  if (actual === undefined) return "'ExecutorInfo.framework_id' must be set";
  return `ExecutorInfo has an invalid FrameworkID (Actual: ${actual} vs Expected: ${framework.id})`;
}

function incompatibleProblem(executor: ExecutorInfo, { framework, agent }: LaunchPlace): string | undefined {
  const existing = agent.executors.get(framework.id)?.get(executor.executor_id.value);
  if (!existing || isDeepStrictEqual(existing, executor)) return undefined;
  const line = "-".repeat(60);
  return (
    "ExecutorInfo is not compatible with existing ExecutorInfo with same ExecutorID.\n" +
    `${line}\nExisting ExecutorInfo:\n${printMessage(messages, "ExecutorInfo", existing)}\n` +
    `${line}\nExecutorInfo:\n${printMessage(messages, "ExecutorInfo", executor)}\n${line}\n`
  );
}

/** Undefined if all are resources that one can have; `prefix` says whose they are. */
export function resourcesProblem(resources: readonly Resource[], prefix = ""): string | undefined {
  for (const resource of resources) {
    const problem = resourceProblem(resource);
    if (problem !== undefined) return `${prefix}Resource '${printResource(resource)}' is invalid: ${problem}`;
  }
  return undefined;
}

function resourceProblem(resource: Resource): string | undefined {
  const { name, type, scalar, set } = resource;
  if (name === "") return "Empty resource name";
  if (type === "SCALAR" && (!scalar || !Number.isFinite(scalar.value))) return "Invalid scalar resource";
  if (type === "SCALAR" && (scalar?.value ?? 0) < 0) return "Invalid scalar resource: value <= 0";
  if (type === "RANGES") return rangesProblem(resource);
  if (type === "SET" && !set) return "Invalid set resource";
  const items = set?.item ?? [];
  if (type === "SET" && new Set(items).size < items.length) return "Invalid set resource: duplicated elements";
  return undefined;
}

function rangesProblem({ ranges }: Resource): string | undefined {
  if (!ranges) return "Invalid ranges resource";
  const sorted = [...(ranges.range ?? [])].sort((a, b) => a.begin - b.begin);
  if (sorted.some(({ begin, end }) => begin > end)) return "Invalid ranges resource: begin > end";
  const overlap = sorted.some(({ end }, index) => end >= (sorted[index + 1]?.begin ?? Infinity));
  return when(overlap, "Invalid ranges resource: overlapping ranges");
}

function gpusProblem(resources: readonly Resource[]): string | undefined {
  const broken = resources.some(({ name, scalar }) => name === "gpus" && !Number.isInteger(scalar?.value));
  return when(broken, "Invalid 'gpus' resource: The 'gpus' resource must be an unsigned integer");
}

function amountProblem(task: TaskInfo, place: LaunchPlace): string | undefined {
  const { framework, agent, available } = place;
  const { executor } = task;
  const isNew = executor && !agent.executors.get(framework.id)?.has(executor.executor_id.value);
  const total = addResources(task.resources ?? [], isNew ? (executor.resources ?? []) : []);
  if (containsResources(available, total)) return undefined;
  const [needed, offered] = [printResources(total), printResources(available)];
  return `Total resources ${needed} required by task and its executor is more than available ${offered}`;
}

const prefixed = (prefix: string, problem: string | undefined): string | undefined => problem && prefix + problem;

const when = (problem: boolean, message: string): string | undefined => (problem ? message : undefined);
