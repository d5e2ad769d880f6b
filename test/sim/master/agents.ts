// How agents come to a simulated master and go: registered and known again, heard of in time or marked unreachable, gone by
// an operator's word or down for maintenance (docs/agent-recovery.md, docs/high-availability-framework-guide.md).
import type { TaskInfo, TaskState, TaskStatus } from "../../../src/mesos/types.ts";
import type { SimulatedAgent } from "../agent.ts";
import { Pipe } from "../network.ts";
import type { Offers } from "./offers.ts";
import { TERMINAL } from "./state.ts";
import type { AgentEntry, Framework, MasterState } from "./state.ts";

const MAX_SILENCE_MS = 15_000;

export class RegisteredAgents {
  readonly #state: MasterState;
  readonly #offers: Offers;

  constructor(state: MasterState, offers: Offers) {
    this.#state = state;
    this.#offers = offers;
  }

  hears(agent: SimulatedAgent): boolean {
    const entry = this.#state.agents.get(agent.id ?? "");
    return this.#state.alive && entry?.agent === agent && entry.connected && entry.link === agent.link;
  }

  /** An agent asks to be admitted; `admitted` is how it hears that it is. */
  register(agent: SimulatedAgent, admitted: (id: string, link: number) => void): void {
    const { world, weather, registry } = this.#state;
    const toAgent = new Pipe(world, weather);
    const fromAgent = new Pipe(world, weather);
    fromAgent.send(() => {
      if (!this.#state.alive || !agent.reachable || agent.master !== undefined) return;
      if (registry.maintenance.down.has(agent.name)) return;
      if (registry.gone.has(agent.id ?? "")) {
        agent.replace();
        return;
      }
      this.#admit(agent, { toAgent, fromAgent }, admitted);
    });
  }

  /** Its connection broke. */
  disconnected(agent: SimulatedAgent): void {
    const state = this.#state;
    const { world } = state;
    const entry = state.agents.get(agent.id ?? "");
    if (entry?.agent !== agent || !state.alive) return;
    const { link } = entry;
    world.after(world.between(0, 500), () => {
      if (!state.alive || state.agents.get(agent.id ?? "") !== entry || entry.link !== link) return;
      entry.connected = false;
      this.#offers.rescindOf(agent.id ?? "");
    });
  }

  said(agent: SimulatedAgent, said: { update: TaskStatus; latest: TaskState; frameworkId: string }): void {
    const state = this.#state;
    const entry = state.agents.get(agent.id ?? "");
    if (entry?.agent !== agent) return;
    const { link } = agent;
    entry.fromAgent.send(() => {
      if (!state.alive || !agent.reachable || entry.link !== link || !this.hears(agent)) return;
      const framework = state.frameworks.get(said.frameworkId);
      if (framework === undefined) return;
      const task = framework.tasks.get(said.update.task_id.value);
      if (task !== undefined) {
        task.state = said.latest;
        task.pending = { uuid: said.update.uuid ?? "", state: said.update.state };
      }
      state.update(framework, said.update);
    });
  }

  /** Takes those that have not been heard of for long for unreachable. */
  ping(): void {
    const { agents, registry, world } = this.#state;
    for (const [id, entry] of agents) {
      if (entry.agent.reachable && entry.connected && entry.agent.link === entry.link) entry.unheardMs = world.nowMs;
      else if (world.nowMs - entry.unheardMs > MAX_SILENCE_MS) {
        registry.unreachable.set(id, world.nowMs);
        this.remove(id, "TASK_UNREACHABLE");
      }
    }
  }

  /** Also of one that has not heard of its admission: it asks again, and is known by its address. */
  idOf(agent: SimulatedAgent): string | undefined {
    return [...this.#state.agents].find(([, entry]) => entry.agent === agent && entry.life === agent.lives)?.[0];
  }

  /** The agent is none of the cluster's any more, and its tasks are in that state. */
  remove(agentId: string, state: TaskState): void {
    const known = this.#state;
    known.agents.delete(agentId);
    known.recovered.delete(agentId);
    this.#offers.rescindOf(agentId);
    this.#offers.inverse.rescind(agentId);
    for (const framework of known.frameworks.values()) {
      this.#removeTasks(framework, agentId, state);
      known.send(framework, { type: "FAILURE", failure: { agent_id: { value: agentId } } });
    }
  }

  #removeTasks(framework: Framework, agentId: string, state: TaskState): void {
    for (const [taskId, task] of framework.tasks) {
      if (task.agentId !== agentId) continue;
      framework.tasks.delete(taskId);
      if (TERMINAL.has(task.state)) continue;
      if (state === "TASK_UNREACHABLE") framework.unreachable.set(taskId, { ...task, pending: undefined });
      this.#state.update(framework, {
        ...{ task_id: task.info.task_id, agent_id: { value: agentId }, state, source: "SOURCE_MASTER" },
        ...{ reason: state === "TASK_LOST" ? "REASON_SLAVE_REMOVED" : "REASON_AGENT_REMOVED" },
      });
    }
  }

  #admit(
    agent: SimulatedAgent,
    pipes: { toAgent: Pipe; fromAgent: Pipe },
    admitted: (id: string, link: number) => void,
  ): void {
    const state = this.#state;
    const id = agent.id ?? this.idOf(agent) ?? state.newId("S");
    const entry: AgentEntry = {
      agent,
      link: state.registry.ids++,
      connected: true,
      ...pipes,
      unheardMs: state.world.nowMs,
      life: agent.lives,
    };
    if (state.agents.has(id)) this.#offers.rescindOf(id);
    this.#offers.inverse.rescind(id);
    state.agents.set(id, entry);
    state.registry.agents.add(id);
    state.registry.unreachable.delete(id);
    state.recovered.delete(id);
    // The newest registration holds, also for an agent that asked twice.
    entry.toAgent.send(() => {
      if (state.alive && agent.reachable && agent.link < entry.link) admitted(id, entry.link);
    });
    for (const task of agent.tasks.values()) this.#takeUp(entry, id, task);
    for (const framework of state.frameworks.values()) this.#reconcileTasks(framework, entry, id);
  }

  /** What the framework has on the agent, and the agent does not know. */
  #reconcileTasks(framework: Framework, entry: AgentEntry, agentId: string): void {
    for (const [taskId, task] of framework.tasks) {
      if (task.agentId !== agentId || entry.agent.tasks.has(taskId)) continue;
      if (TERMINAL.has(task.state)) framework.tasks.delete(taskId);
      else this.#state.tell(entry, () => entry.agent.reconcile(framework.id, task.info));
    }
  }

  /** A task that the agent has, as it says when it registers. */
  #takeUp(
    entry: AgentEntry,
    agentId: string,
    { frameworkId, info, state }: { info: TaskInfo; frameworkId: string; state: TaskState },
  ): void {
    if (this.#state.completed.has(frameworkId)) {
      this.#state.tell(entry, () => entry.agent.shutdownFramework(frameworkId));
      return;
    }
    const framework = this.#state.framework(frameworkId);
    const taskId = info.task_id.value;
    const known = framework.tasks.get(taskId);
    const lost = framework.unreachable.get(taskId);
    framework.unreachable.delete(taskId);
    framework.tasks.set(taskId, { info, agentId, state, pending: known?.pending });
    if (lost !== undefined && !TERMINAL.has(state))
      this.#state.update(framework, {
        ...{ task_id: info.task_id, agent_id: { value: agentId }, state, source: "SOURCE_MASTER" },
        ...{ reason: "REASON_AGENT_REREGISTERED", message: "Unreachable agent re-reregistered" },
      });
  }
}
