// What a simulated master does when a framework launches, kills, acknowledges and reconciles (docs/reconciliation.md).
import type { SchedulerCall } from "../../../src/mesos/scheduler-api.ts";
import type { TaskInfo, TaskState } from "../../../src/mesos/types.ts";
import { amountsOf } from "./offers.ts";
import type { Offers } from "./offers.ts";
import { TERMINAL } from "./state.ts";
import type { Framework, MasterState } from "./state.ts";

type Accept = Extract<SchedulerCall, { type: "ACCEPT" }>["accept"];
type Acknowledge = Extract<SchedulerCall, { type: "ACKNOWLEDGE" }>["acknowledge"];

export class TaskCalls {
  readonly #state: MasterState;
  readonly #offers: Offers;

  constructor(state: MasterState, offers: Offers) {
    this.#state = state;
    this.#offers = offers;
  }

  accept(framework: Framework, accept: Accept): void {
    const tasks = accept.operations.flatMap(({ launch }) => launch?.task_infos ?? []);
    const offers = accept.offer_ids.flatMap(({ value }) => this.#offers.of(framework, value) ?? []);
    if (offers.length < accept.offer_ids.length) {
      for (const task of tasks) this.#refuse(framework, task, "TASK_DROPPED", "REASON_INVALID_OFFERS");
      return;
    }
    const free = amountsOf(offers[0] ?? {});
    for (const task of tasks) this.#launch(framework, task, free);
    for (const { value } of accept.offer_ids) this.#offers.recover(framework, value, accept.filters?.refuse_seconds);
  }

  kill(framework: Framework, taskId: string, agentId: string | undefined): void {
    const task = framework.tasks.get(taskId);
    if (task === undefined) {
      this.#reconcileOne(framework, taskId, agentId);
      return;
    }
    const entry = this.#state.agents.get(task.agentId);
    if (entry?.connected) this.#state.tell(entry, () => entry.agent.killTask(taskId));
  }

  acknowledge(framework: Framework, { agent_id, task_id, uuid }: Acknowledge): void {
    const task = framework.tasks.get(task_id.value);
    if (task?.pending?.uuid === uuid && TERMINAL.has(task.pending.state)) framework.tasks.delete(task_id.value);
    const entry = this.#state.agents.get(agent_id.value);
    if (entry?.connected) this.#state.tell(entry, () => entry.agent.acknowledge(task_id.value, uuid));
  }

  reconcile(
    framework: Framework,
    asked: readonly { task_id: { value: string }; agent_id?: { value: string } }[],
  ): void {
    if (asked.length > 0)
      for (const one of asked) this.#reconcileOne(framework, one.task_id.value, one.agent_id?.value);
    else for (const taskId of framework.tasks.keys()) this.#reconcileOne(framework, taskId, undefined);
  }

  /** Out of what is free of the offer, which becomes less. */
  #launch(framework: Framework, info: TaskInfo, free: { cpus: number; mem: number }): void {
    const agentId = info.agent_id.value;
    const taskId = info.task_id.value;
    const entry = this.#state.agents.get(agentId);
    const needs = amountsOf(info);
    if (framework.tasks.has(taskId) || needs.cpus > free.cpus + 1e-9 || needs.mem > free.mem)
      this.#refuse(framework, info, "TASK_ERROR", "REASON_TASK_INVALID");
    else if (entry?.connected !== true) this.#refuse(framework, info, "TASK_DROPPED", "REASON_SLAVE_DISCONNECTED");
    else {
      free.cpus -= needs.cpus;
      free.mem -= needs.mem;
      framework.tasks.set(taskId, { info, agentId, state: "TASK_STAGING" });
      this.#state.tell(entry, () => entry.agent.runTask(framework.id, info));
    }
  }

  #refuse(framework: Framework, { task_id, agent_id }: TaskInfo, state: TaskState, reason: string): void {
    this.#state.update(framework, { task_id, agent_id, state, source: "SOURCE_MASTER", reason });
  }

  #reconcileOne(framework: Framework, taskId: string, agentId: string | undefined): void {
    const task = framework.tasks.get(taskId);
    const state = task?.state ?? this.#stateWithout(agentId);
    const agent = task?.agentId ?? agentId;
    if (state === undefined) return;
    this.#state.update(framework, {
      ...{ task_id: { value: taskId }, state, source: "SOURCE_MASTER", reason: "REASON_RECONCILIATION" },
      ...(agent !== undefined && { agent_id: { value: agent } }),
    });
  }

  /** Of a task that is not known, on that agent; undefined while it may still be heard of. */
  #stateWithout(agentId: string | undefined): TaskState | undefined {
    const { agents, recovered, registry } = this.#state;
    if (agentId === undefined) return recovered.size === 0 ? "TASK_UNKNOWN" : undefined;
    if (recovered.has(agentId)) return undefined;
    if (agents.has(agentId)) return "TASK_GONE";
    if (registry.unreachable.has(agentId)) return "TASK_UNREACHABLE";
    return registry.gone.has(agentId) ? "TASK_GONE_BY_OPERATOR" : "TASK_UNKNOWN";
  }
}
