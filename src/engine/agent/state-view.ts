// The agent's /state, and what /containers and /monitor/statistics list (docs/endpoints/slave).
import { attributeText } from "../../cluster/attributes.ts";
import { inBothForms, reservationRole } from "../../mesos/reservations.ts";
import type { Attribute, Resource, TaskStatus } from "../../mesos/types.ts";
import { BUILD_INFO } from "../common/build-info.ts";
import { summarise } from "../common/summarise.ts";
import type { Task } from "../protocol.ts";
import type { Agent } from "./agent.ts";
import { AGENT_CAPABILITIES } from "./agent-info.ts";
import { type Executor, type Framework, newTask, resourcesInUse } from "./book.ts";

export interface StateContext {
  agent: Agent;
  /** As /flags shows them. */
  flags: Record<string, string>;
  pid: string;
  /** Seconds since the epoch. */
  startTime: number;
  masterHostname: string;
}

export function agentState({ agent, flags, pid, startTime, masterHostname }: StateContext): Record<string, unknown> {
  const { info, book } = agent;
  const resources = agent.resources.total.map(inBothForms);
  const isReserved = (one: Resource): boolean => reservationRole(one) !== undefined;
  const unreserved = resources.filter((one) => !isReserved(one));
  const inUse = book.executors().flatMap(resourcesInUse);
  const byRole = groupByRole(resources.filter(isReserved));
  return {
    ...BUILD_INFO,
    id: agent.id,
    pid,
    hostname: info.hostname,
    master_hostname: masterHostname,
    start_time: startTime,
    capabilities: AGENT_CAPABILITIES,
    resources: summarise(resources),
    reserved_resources: mapValues(byRole, summarise),
    unreserved_resources: summarise(unreserved),
    reserved_resources_full: byRole,
    unreserved_resources_full: unreserved,
    reserved_resources_allocated: mapValues(groupByRole(inUse.filter(isReserved)), summarise),
    unreserved_resources_allocated: summarise(inUse.filter((one) => !isReserved(one))),
    attributes: attributesOf(info.attributes ?? []),
    ...drainState(agent),
    ...(agent.options.flags.log_dir === undefined ? {} : { log_dir: agent.options.flags.log_dir }),
    ...(agent.options.flags.external_log_file === undefined
      ? {}
      : { external_log_file: agent.options.flags.external_log_file }),
    flags,
    frameworks: [...book.frameworks.values()].map(frameworkState),
    completed_frameworks: book.completedFrameworks.map(frameworkState),
    resource_providers: [],
  };
}

function drainState({ drain }: Agent): Record<string, unknown> {
  if (drain === undefined) return {};
  const startSeconds = Math.floor(drain.startMs / 1000);
  return { drain_config: drain.config, estimated_drain_start_time_seconds: startSeconds };
}

function frameworkState(framework: Framework): Record<string, unknown> {
  const { info } = framework;
  const roles = info.roles ?? [];
  return {
    id: info.id?.value,
    name: info.name,
    user: info.user,
    failover_timeout: info.failover_timeout ?? 0,
    checkpoint: info.checkpoint === true,
    hostname: info.hostname ?? "",
    ...(info.principal === undefined ? {} : { principal: info.principal }),
    ...(roles.length > 0 ? { roles } : { role: info.role ?? "*" }),
    executors: [...framework.executors.values()].map(executorState),
    completed_executors: framework.completedExecutors.map(executorState),
  };
}

function executorState(executor: Executor): Record<string, unknown> {
  const { info, containerId, directory } = executor;
  const queued = [...executor.queued.values()].map((task) => newTask(task, executor));
  return {
    id: info.executor_id.value,
    name: info.name ?? "",
    source: info.source ?? "",
    container: containerId,
    directory,
    role: roleOf(queued, executor),
    resources: summarise(resourcesInUse(executor)),
    ...(info.labels === undefined ? {} : { labels: info.labels.labels ?? [] }),
    ...(info.type === undefined ? {} : { type: info.type }),
    tasks: [...executor.launched.values(), ...executor.terminated.values()].map((task) => taskState(task, executor)),
    queued_tasks: queued.map((task) => taskState(task, executor)),
    completed_tasks: executor.completed.map((task) => taskState(task, executor)),
  };
}

function roleOf(queued: Task[], executor: Executor): string {
  const [task] = [...queued, ...executor.launched.values(), ...executor.terminated.values(), ...executor.completed];
  return roleOfResources(task?.resources ?? []);
}

const roleOfResources = (resources: Resource[]): string => resources[0]?.allocation_info?.role ?? "*";

function taskState(task: Task, executor: Executor): Record<string, unknown> {
  return {
    id: task.task_id.value,
    name: task.name,
    framework_id: task.framework_id.value,
    executor_id: executor.isCommand ? "" : executor.info.executor_id.value,
    slave_id: task.agent_id.value,
    state: task.state,
    role: roleOfResources(task.resources),
    resources: summarise(task.resources),
    statuses: task.statuses.map(statusState),
    ...(task.user === undefined ? {} : { user: task.user }),
    ...(task.labels === undefined ? {} : { labels: task.labels.labels ?? [] }),
    ...(task.discovery === undefined ? {} : { discovery: task.discovery }),
    ...(task.container === undefined ? {} : { container: task.container }),
    ...(task.health_check === undefined ? {} : { health_check: task.health_check }),
  };
}

function statusState({ state, timestamp, healthy, labels, container_status }: TaskStatus): Record<string, unknown> {
  const { container_id, network_infos } = container_status ?? {};
  return {
    state,
    timestamp,
    ...(labels === undefined ? {} : { labels: labels.labels ?? [] }),
    ...(container_status === undefined ? {} : { container_status: { container_id, network_infos } }),
    ...(healthy === undefined ? {} : { healthy }),
  };
}

/** Numbers stay numbers; everything else is text. */
function attributesOf(attributes: readonly Attribute[]): Record<string, unknown> {
  return Object.fromEntries(
    attributes.map((attribute) => [attribute.name, attribute.scalar?.value ?? attributeText(attribute)]),
  );
}

function groupByRole(resources: Resource[]): Record<string, Resource[]> {
  const groups: Record<string, Resource[]> = {};
  for (const resource of resources) (groups[reservationRole(resource) ?? "*"] ??= []).push(resource);
  return groups;
}

function mapValues<T, R>(record: Record<string, T>, change: (value: T) => R): Record<string, R> {
  return Object.fromEntries(Object.entries(record).map(([key, value]) => [key, change(value)]));
}
