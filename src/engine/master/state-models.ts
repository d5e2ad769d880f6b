// Frameworks, tasks and agents as /state, /slaves, /frameworks, /tasks and /state-summary show them (docs/endpoints/master).
import { addResources } from "../../mesos/resources.ts";
import { printRanges } from "../../mesos/ranges.ts";
import type { Attribute, CommandInfo, ExecutorInfo, Resource, TaskState, TaskStatus } from "../../mesos/types.ts";
import { reservationRole } from "../allocator/reservations.ts";
import { described, JsonList, JsonParts } from "../common/json-parts.ts";
import { summarise } from "../common/summarise.ts";
import type { Task } from "../protocol.ts";
import { withRole } from "./resource-format.ts";
import { type Agent, type Framework, hasCapability, isActive, isConnected, type OutstandingOffer } from "./state.ts";
import { hasEnded } from "./tasks.ts";

type Model = Record<string, unknown>;

const seconds = (ms: number): number => ms / 1000;

/** The part that /state and /state-summary have in common. */
function frameworkBasics(framework: Framework, executors: readonly Model[]): Model {
  const { info } = framework;
  const connected = isConnected(framework);
  return {
    ...{ id: framework.id, name: info.name, hostname: info.hostname ?? "", webui_url: info.webui_url ?? "" },
    capabilities: (info.capabilities ?? []).map(({ type }) => type),
    ...{ active: connected, connected, recovered: framework.state === "recovered" },
    used_resources: executors.reduce(addExecutorOf, summarise(usedBy(framework))),
    offered_resources: summarise(offeredTo(framework)),
  };
}

/**
 * Settles which tasks and offers of a framework are to be shown; what it gives back describes it when it is written.
 * `executors` are its own ones, as `executorsByFramework` finds them.
 */
export function frameworkParts(framework: Framework, executors: readonly Model[] = []): () => JsonParts {
  const { info } = framework;
  const tasks = [...framework.tasks.values()];
  const unreachable = [...framework.unreachableTasks.values()];
  const completed = [...framework.completedTasks];
  const offers = [...framework.offers];
  return () =>
    new JsonParts({
      ...frameworkBasics(framework, executors),
      ...{ user: info.user, failover_timeout: info.failover_timeout ?? 0, checkpoint: info.checkpoint ?? false },
      registered_time: seconds(framework.registeredMs),
      unregistered_time: seconds(framework.unregisteredMs ?? 0),
      ...(framework.reregisteredMs === undefined ? {} : { reregistered_time: seconds(framework.reregisteredMs) }),
      ...(info.principal === undefined ? {} : { principal: info.principal }),
      ...(info.labels ? { labels: info.labels.labels ?? [] } : {}),
      ...(hasCapability(framework, "MULTI_ROLE") ? { roles: info.roles ?? [] } : { role: info.role ?? "*" }),
      offer_constraints: framework.constraints,
      resources: executors.reduce(addExecutorOf, summarise(heldBy(framework))),
      tasks: new JsonList(described(tasks, taskState)),
      unreachable_tasks: new JsonList(described(unreachable, taskState)),
      completed_tasks: new JsonList(described(completed, taskState)),
      offers: new JsonList(described(offers, (offer) => offerState(framework, offer))),
      executors,
    });
}

function offerState(framework: Framework, { id, agent, role, resources }: OutstandingOffer): Model {
  return {
    ...{ id, framework_id: framework.id, allocation_info: { role }, slave_id: agent.id },
    resources: summarise(resources),
  };
}

/** The executors on these agents, by the ID of their framework. */
export function executorsByFramework(agents: Iterable<Agent>): Map<string, Model[]> {
  const found = new Map<string, Model[]>();
  for (const agent of agents) {
    for (const [frameworkId, executors] of agent.executors) {
      const models = found.get(frameworkId) ?? [];
      found.set(frameworkId, models);
      for (const executor of executors.values()) models.push(executorState(executor, agent));
    }
  }
  return found;
}

/** `executors` are its own ones, as `executorsByFramework` finds them. */
export function frameworkSummary(framework: Framework, executors: readonly Model[] = []): Model {
  const agentIds = new Set<string>();
  for (const task of framework.tasks.values()) agentIds.add(task.agent_id.value);
  const all = [...framework.tasks.values(), ...framework.unreachableTasks.values(), ...framework.completedTasks];
  return { ...frameworkBasics(framework, executors), ...countStates(all), slave_ids: [...agentIds] };
}

export function taskState(task: Task): Model {
  const { labels, discovery, container, health_check, user } = task;
  // There are more of them than of all else: a model that is put together of others takes three times as long.
  const model: Model = {
    id: task.task_id.value,
    name: task.name,
    framework_id: task.framework_id.value,
    executor_id: task.executor_id?.value ?? "",
    slave_id: task.agent_id.value,
    state: task.state,
    resources: summarise(task.resources),
    role: task.resources[0]?.allocation_info?.role ?? "*",
    statuses: task.statuses.map(statusState),
  };
  if (user !== undefined) model["user"] = user;
  if (labels) model["labels"] = labels.labels ?? [];
  if (discovery !== undefined) model["discovery"] = discovery;
  if (container) model["container"] = container;
  if (health_check) model["health_check"] = health_check;
  return model;
}

function statusState(status: TaskStatus): Model {
  const { container_status: container, labels, healthy } = status;
  const model: Model = { state: status.state, timestamp: status.timestamp ?? 0 };
  if (labels) model["labels"] = labels.labels ?? [];
  if (container) {
    const { container_id, network_infos, cgroup_info } = container;
    const shown: Model = {};
    if (container_id) shown["container_id"] = container_id;
    if (network_infos && network_infos.length > 0) shown["network_infos"] = network_infos;
    if (cgroup_info !== undefined) shown["cgroup_info"] = cgroup_info;
    model["container_status"] = shown;
  }
  if (healthy !== undefined) model["healthy"] = healthy;
  return model;
}

function executorState(executor: ExecutorInfo, agent: Agent): Model {
  const { labels, type, command, resources = [] } = executor;
  return {
    ...{ executor_id: executor.executor_id.value, name: executor.name ?? "" },
    ...{
      framework_id: executor.framework_id?.value ?? "",
      command: commandState(command),
      resources: summarise(resources),
    },
    ...(resources[0] ? { role: resources[0].allocation_info?.role ?? "*" } : {}),
    ...(labels ? { labels: labels.labels ?? [] } : {}),
    ...(type === undefined ? {} : { type }),
    slave_id: agent.id,
  };
}

/** As JSON of its own, with lists where nothing is in them. */
function commandState({ shell, value, arguments: argv = [], environment, uris = [] }: CommandInfo = {}): Model {
  const variables = environment?.variables?.map(({ type = "VALUE", ...variable }) => ({ ...variable, type }));
  return {
    ...(shell === undefined ? {} : { shell }),
    ...(value === undefined ? {} : { value }),
    argv,
    ...(environment === undefined ? {} : { environment: { variables: variables ?? [] } }),
    uris,
  };
}

/** `full`: as in /slaves, where every resource is also shown as it is. */
export function agentState(agent: Agent, as: "brief" | "full"): Model {
  const { totalResources: total } = agent;
  const used = [...agent.used.values()].flat();
  const offered = [...agent.offers].flatMap((offer) => offer.resources);
  const unreserved = total.filter((resource) => reservationRole(resource) === undefined);
  const reserved = byRole(total);
  return {
    ...{ id: agent.id, hostname: agent.info.hostname, port: agent.info.port ?? 5051, pid: agent.pid },
    attributes: summariseAttributes(agent.info.attributes ?? []),
    registered_time: seconds(agent.registeredMs),
    ...(agent.reregisteredMs === undefined ? {} : { reregistered_time: seconds(agent.reregisteredMs) }),
    ...{ resources: summarise(total), used_resources: summarise(used), offered_resources: summarise(offered) },
    reserved_resources: Object.fromEntries([...reserved].map(([role, held]) => [role, summarise(held)])),
    unreserved_resources: summarise(unreserved),
    ...{ active: isActive(agent), deactivated: agent.deactivated, version: agent.version },
    capabilities: agent.capabilities,
    ...(agent.drain ? { drain_info: agent.drain } : {}),
    ...(agent.drainStartMs === undefined ? {} : { estimated_drain_start_time_seconds: seconds(agent.drainStartMs) }),
    ...(as === "brief"
      ? {}
      : {
          reserved_resources_full: Object.fromEntries([...reserved].map(([role, held]) => [role, withRole(held)])),
          unreserved_resources_full: withRole(unreserved),
          used_resources_full: withRole(addResources(used, [])),
          offered_resources_full: withRole(addResources(offered, [])),
        }),
  };
}

/** `ended` are tasks of this agent that frameworks remember. */
export function agentSummary(agent: Agent, ended: readonly Task[]): Model {
  const running = [...agent.tasks.values()].flatMap((tasks) => [...tasks.values()]);
  const frameworkIds = new Set([...agent.tasks.keys(), ...agent.executors.keys()]);
  return { ...agentState(agent, "brief"), ...countStates([...running, ...ended]), framework_ids: [...frameworkIds] };
}

function byRole(total: readonly Resource[]): Map<string, Resource[]> {
  const roles = new Map<string, Resource[]>();
  for (const resource of total) {
    const role = reservationRole(resource);
    if (role !== undefined) roles.set(role, [...(roles.get(role) ?? []), resource]);
  }
  return roles;
}

function summariseAttributes(attributes: readonly Attribute[]): Model {
  return Object.fromEntries(attributes.map((attribute) => [attribute.name, attributeValue(attribute)]));
}

function attributeValue({ type, scalar, ranges, set, text }: Attribute): string | number | undefined {
  switch (type) {
    case "SCALAR":
      return scalar?.value;
    case "RANGES":
      return printRanges(ranges?.range ?? []);
    case "SET":
      return `{${(set?.item ?? []).join(", ")}}`;
    case "TEXT":
      return text?.value;
  }
}

const COUNTED_STATES = [
  "TASK_STAGING",
  "TASK_STARTING",
  "TASK_RUNNING",
  "TASK_KILLING",
  "TASK_FINISHED",
  "TASK_KILLED",
  "TASK_FAILED",
  "TASK_LOST",
  "TASK_ERROR",
  "TASK_UNREACHABLE",
] as const satisfies TaskState[];

function countStates(tasks: readonly Task[]): Model {
  const counts: Record<string, number> = Object.fromEntries(COUNTED_STATES.map((state) => [state, 0]));
  for (const { state } of tasks) {
    const count = counts[state];
    if (count !== undefined) counts[state] = count + 1;
  }
  return counts;
}

type Summary = ReturnType<typeof summarise>;

/** What an executor of the framework's own holds on top, to three decimals. */
function addExecutorOf(sum: Summary, executor: Model): Summary {
  const total: Summary = { ...sum };
  for (const [name, value] of Object.entries(executor.resources as Summary)) {
    const before = total[name] ?? 0;
    if (typeof value === "number" && typeof before === "number")
      total[name] = Math.round((before + value) * 1000) / 1000;
  }
  return total;
}

/** What its tasks hold, task by task; its executors' resources are among their agents'. */
function* usedBy(framework: Framework): Generator<Resource> {
  for (const task of framework.tasks.values()) if (!hasEnded(task.state)) yield* task.resources;
}

function* heldBy(framework: Framework): Generator<Resource> {
  yield* usedBy(framework);
  yield* offeredTo(framework);
}

function* offeredTo(framework: Framework): Generator<Resource> {
  for (const offer of framework.offers) yield* offer.resources;
}
