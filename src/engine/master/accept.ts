// ACCEPT: what a framework does with the resources of its offers (docs/scheduler-http-api.md).
import { addResources, subtractResources } from "../../mesos/resources.ts";
import type { ExecutorInfo, Filters, Operation, Resource, TaskInfo, TaskState } from "../../mesos/types.ts";
import { lostOr, type MasterContext } from "./context.ts";
import { discardOffer, recoverResources, removeOffer } from "./offers.ts";
import { allocated, changesResources, performOperation } from "./offered-operations.ts";
import { dropOperation } from "./operations.ts";
import { type Agent, type Framework, hasCapability, type OutstandingOffer } from "./state.ts";
import { masterStatus } from "./task-format.ts";
import { resourcesProblem, taskGroupProblem, taskProblem } from "./task-validation.ts";
import { addExecutor, addTask, forward } from "./tasks.ts";

export interface Accept {
  offerIds: string[];
  operations: Operation[];
  filters: Filters;
}

/** Launches what can be launched. What cannot is told task by task; what is not used of the offers goes back. */
export function acceptOffers(master: MasterContext, framework: Framework, accept: Accept): void {
  const launches = accept.operations.some((operation) => tasksOf(operation).length > 0);
  master.counters.count(launches ? "messages_launch_tasks" : "messages_decline_offers");
  const problem = offersProblem(master, framework, accept.offerIds);
  if (problem !== undefined) {
    refuse(master, framework, accept, problem);
    return;
  }
  const offers = accept.offerIds.flatMap((id) => master.state.offers.get(id) ?? []);
  const [first] = offers;
  if (!first) return;
  for (const offer of offers) removeOffer(master, offer);
  const launch = new Launch(
    master,
    first,
    addResources(
      offers.flatMap((offer) => offer.resources),
      [],
    ),
  );
  for (const operation of accept.operations) launch.apply(operation);
  recoverResources(master, { framework, agent: first.agent, resources: launch.unused, filters: accept.filters });
}

/** Why these offers cannot be used, together or at all. */
function offersProblem(master: MasterContext, framework: Framework, ids: readonly string[]): string | undefined {
  if (ids.length === 0) return "No offers specified";
  const duplicate = ids.find((id, index) => ids.indexOf(id) !== index);
  if (duplicate !== undefined) return `Duplicate offer ${duplicate} in offer list`;
  let first: OutstandingOffer | undefined;
  for (const id of ids) {
    const offer = master.state.offers.get(id);
    if (!offer) return `Offer ${id} is no longer valid`;
    if (offer.framework !== framework)
      return `Offer ${id} has invalid framework ${offer.framework.id} while framework ${framework.id} is expected`;
    first ??= offer;
    if (offer.role !== first.role)
      return (
        "Aggregated offers must be allocated to the same role. Offer " +
        `${id} uses role '${offer.role} but another is using role '${first.role}`
      );
    if (offer.agent !== first.agent)
      return (
        "Aggregated offers must belong to one single agent. Offer " +
        `${id} uses agent ${offer.agent.id} and agent ${first.agent.id}`
      );
  }
  return undefined;
}

function refuse(master: MasterContext, framework: Framework, accept: Accept, problem: string): void {
  for (const id of accept.offerIds) {
    const offer = master.state.offers.get(id);
    if (offer?.framework === framework) discardOffer(master, offer, { rescind: false });
  }
  master.log.warning(`ACCEPT call used invalid offers '${accept.offerIds.join(", ")}': ${problem}`);
  const aware = hasCapability(framework, "PARTITION_AWARE");
  const state = lostOr(aware, "TASK_DROPPED");
  for (const operation of accept.operations.filter(changesResources))
    dropOperation(master, framework, operation, `Operation attempted with invalid offers: ${problem}`);
  for (const task of accept.operations.flatMap(tasksOf)) {
    master.counters.count(aware ? "tasks_dropped" : "tasks_lost");
    const message = `Task launched with invalid offers: ${problem}`;
    tellTask(master, framework, task, { state, reason: "REASON_INVALID_OFFERS", message });
  }
}

const tasksOf = (operation: Operation): TaskInfo[] =>
  operation.launch?.task_infos ?? operation.launch_group?.task_group.tasks ?? [];

/** Of its tasks, and of executors. */
const resourcesOf = (operation: Operation): Resource[] => [
  ...tasksOf(operation).flatMap(({ resources, executor }) => [...(resources ?? []), ...(executor?.resources ?? [])]),
  ...(operation.launch_group?.executor.resources ?? []),
];

function tellTask(
  master: MasterContext,
  framework: Framework,
  task: TaskInfo,
  what: { state: TaskState; reason: string; message: string },
): void {
  const ids = { taskId: task.task_id.value, agentId: task.agent_id.value };
  forward(framework, masterStatus(master, { ...ids, ...what }));
}

/** The operations of one ACCEPT, one after the other, on what is left of its offers. */
class Launch {
  readonly #master: MasterContext;
  readonly #framework: Framework;
  readonly #agent: Agent;
  readonly #role: string;
  remaining: Resource[];
  /** What operations have made, for another offer. */
  readonly #later: Resource[] = [];

  constructor(master: MasterContext, offer: OutstandingOffer, resources: Resource[]) {
    this.#master = master;
    this.#framework = offer.framework;
    this.#agent = offer.agent;
    this.#role = offer.role;
    this.remaining = resources;
  }

  /** What goes back once all operations are done. */
  get unused(): Resource[] {
    return addResources(this.remaining, this.#later);
  }

  apply(operation: Operation): void {
    const problem = resourcesProblem(resourcesOf(operation));
    if (problem !== undefined && tasksOf(operation).length > 0) {
      const reason = operation.launch ? "REASON_TASK_INVALID" : "REASON_TASK_GROUP_INVALID";
      for (const task of tasksOf(operation)) this.#refuseTask(task, reason, problem);
    } else if (operation.launch) {
      for (const task of operation.launch.task_infos ?? []) this.#launchTask(operation, task);
    } else if (operation.launch_group) {
      const { executor, task_group: group } = operation.launch_group;
      this.#launchGroup(operation, executor, group.tasks ?? []);
    } else if (changesResources(operation)) {
      const place = { framework: this.#framework, agent: this.#agent, role: this.#role, offered: this.remaining };
      const { left, later } = performOperation(this.#master, operation, place);
      this.remaining = left;
      this.#later.push(...later);
    }
  }

  #launchTask(operation: Operation, given: TaskInfo): void {
    const task = this.#allocated(given);
    const problem = idFieldProblem(operation) ?? taskProblem(task, this.#place());
    if (problem !== undefined) {
      this.#refuseTask(task, "REASON_TASK_INVALID", problem);
      return;
    }
    if (task.executor) this.#startExecutor(task.executor);
    this.#startTask(task);
    this.#agent.link?.send({
      type: "RUN_TASK",
      run_task: { framework: this.#framework.info, task, ...(task.executor ? { executor: task.executor } : {}) },
    });
  }

  #launchGroup(operation: Operation, givenExecutor: ExecutorInfo, given: TaskInfo[]): void {
    const executor = this.#allocatedGroupExecutor(givenExecutor);
    const tasks = given.map((task) => this.#allocatedInGroup(task, executor));
    const problem = idFieldProblem(operation) ?? taskGroupProblem(tasks, executor, this.#place());
    if (problem !== undefined) {
      for (const task of tasks) this.#refuseTask(task, "REASON_TASK_GROUP_INVALID", problem);
      return;
    }
    this.#startExecutor(executor);
    for (const task of tasks) this.#startTask(task);
    const group = { framework: this.#framework.info, executor, tasks };
    this.#agent.link?.send({ type: "RUN_TASK_GROUP", run_task_group: group });
  }

  #place(): { framework: Framework; agent: Agent; available: Resource[] } {
    return { framework: this.#framework, agent: this.#agent, available: this.remaining };
  }

  #startExecutor(executor: ExecutorInfo): void {
    if (this.#agent.executors.get(this.#framework.id)?.has(executor.executor_id.value)) return;
    addExecutor(this.#framework, this.#agent, executor);
    this.remaining = subtractResources(this.remaining, executor.resources ?? []);
  }

  #startTask(task: TaskInfo): void {
    addTask(this.#master, { framework: this.#framework, agent: this.#agent, info: task });
    this.remaining = subtractResources(this.remaining, task.resources ?? []);
    const { log } = this.#master;
    log.info(`Launching task ${task.task_id.value} of framework ${this.#framework.id} on agent ${this.#agent.id}`);
  }

  #refuseTask(task: TaskInfo, reason: string, message: string): void {
    this.#master.counters.count("tasks_error");
    tellTask(this.#master, this.#framework, task, { state: "TASK_ERROR", reason, message });
  }

  /** The task as it is from now on: resources allocated to the offer's role, and an executor that knows its framework. */
  #allocated(task: TaskInfo): TaskInfo {
    const { executor } = task;
    return {
      ...task,
      ...(task.resources ? { resources: this.#allocate(task.resources) } : {}),
      ...(executor ? { executor: this.#allocatedExecutor(executor) } : {}),
      ...(task.health_check ? { health_check: typedCheck(task.health_check) } : {}),
    };
  }

  /** Every task of a group is launched by the group's executor, whether it says so or not. */
  #allocatedInGroup(task: TaskInfo, executor: ExecutorInfo): TaskInfo {
    const own = task.executor && this.#allocatedGroupExecutor(task.executor);
    return { ...this.#allocated(task), executor: own ?? executor };
  }

  #allocatedExecutor(executor: ExecutorInfo): ExecutorInfo {
    const framework_id = executor.framework_id ?? { value: this.#framework.id };
    return { ...this.#allocatedGroupExecutor(executor), framework_id };
  }

  /** A group's executor has to name its framework itself. */
  #allocatedGroupExecutor(executor: ExecutorInfo): ExecutorInfo {
    return { ...executor, ...(executor.resources ? { resources: this.#allocate(executor.resources) } : {}) };
  }

  #allocate(resources: readonly Resource[]): Resource[] {
    return resources.map((resource) => allocated(resource, this.#role));
  }
}

/** Frameworks from before `type` existed only say what is to be run. */
function typedCheck(check: NonNullable<TaskInfo["health_check"]>): NonNullable<TaskInfo["health_check"]> {
  if (check.type !== undefined) return check;
  if (check.command && !check.http) return { ...check, type: "COMMAND" };
  return check.http && !check.command ? { ...check, type: "HTTP" } : check;
}

const idFieldProblem = (operation: Operation): string | undefined =>
  operation.id ? `The \`id\` field cannot be set on ${operation.type} operations` : undefined;
