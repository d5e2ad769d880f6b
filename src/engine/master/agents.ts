// Agents that are known: out of reach for a while, out of service, or gone.
import type { MasterSideLink } from "../common/agent-link.ts";
import { lostOr, type MasterContext } from "./context.ts";
import { rescindInverseOffers } from "./inverse-offers.ts";
import { discardOffer } from "./offers.ts";
import { endOperations } from "./operations.ts";
import { type Agent, type Framework, hasCapability, isActive, tasksOf } from "./state.ts";
import { endTask, removeExecutor } from "./tasks.ts";

/** Its connection is closed: offers of it are taken back, and frameworks that do not checkpoint have lost their tasks on it. */
export function disconnectAgent(master: MasterContext, agent: Agent, link: MasterSideLink): void {
  if (agent.link !== link) return;
  master.log.info(`Agent ${agent.id} at ${agent.pid} (${agent.info.hostname}) disconnected`);
  deactivate(master, agent);
  agent.link = undefined;
  for (const frameworkId of new Set([...agent.tasks.keys(), ...agent.executors.keys()])) {
    const framework = master.state.frameworks.get(frameworkId);
    if (framework?.info.checkpoint) continue;
    const message = `Agent ${agent.info.hostname} disconnected`;
    for (const task of [...(agent.tasks.get(frameworkId)?.values() ?? [])])
      endTask(master, task, { state: "TASK_LOST", reason: "REASON_AGENT_DISCONNECTED", message });
    for (const executorId of [...(agent.executors.get(frameworkId)?.keys() ?? [])])
      removeExecutor(master, agent, { frameworkId, executorId });
  }
}

/** Offers of it, and inverse ones, are rescinded, and no more are made. */
export function deactivate(master: MasterContext, agent: Agent): void {
  master.allocator.setAgentActive(agent.id, false);
  for (const offer of [...agent.offers]) discardOffer(master, offer, { rescind: true });
  rescindInverseOffers(master, agent);
}

/** Offers of it may be made again, if it is there and no operator objects. */
export function activate(master: MasterContext, agent: Agent): void {
  master.allocator.setAgentActive(agent.id, isActive(agent));
  if (isActive(agent)) master.runner.request(agent.id);
}

/** It has not answered its pings: its tasks may still run, but nobody can tell. */
export async function markUnreachable(master: MasterContext, agent: Agent): Promise<void> {
  const atMs = master.clock.nowMs();
  master.counters.count("slave_removals");
  master.counters.count("slave_removals/reason_unhealthy");
  master.counters.count("slave_unreachable_completed");
  master.log.info(`Marking agent ${agent.id} (${agent.info.hostname}) unreachable: health check timed out`);
  master.state.unreachableAgents.set(agent.id, atMs);
  removeAgent(master, agent, { message: "health check timed out", unreachableMs: atMs });
  await master.registrar.apply((registry) => {
    registry.agents.delete(agent.id);
    registry.unreachable.set(agent.id, atMs);
  });
}

/** It will not come back: it has said so (`unregistered`), or another has taken its place (`registered`). */
export async function loseAgent(master: MasterContext, agent: Agent, reason: keyof typeof LOST): Promise<void> {
  master.counters.count("slave_removals");
  master.counters.count(`slave_removals/reason_${reason}`);
  await forget(master, agent, LOST[reason]);
}

const LOST = {
  registered: "a new agent registered at the same address",
  unregistered: "the agent unregistered",
} as const;

/** As in Mesos, whoever can tell tasks out of reach from lost ones hears TASK_LOST too. */
function forget(master: MasterContext, agent: Agent, cause: string): Promise<void> {
  const { id, info } = agent;
  removeAgent(master, agent, { message: `Agent ${info.hostname} removed: ${cause}` });
  master.state.deactivations.delete(id);
  return master.registrar.apply((registry) => {
    registry.agents.delete(id);
    registry.deactivated.delete(id);
  });
}

/** MARK_AGENT_GONE: an operator has given it up. It is told to end, and is never taken back. */
export async function markGone(master: MasterContext, agent: Agent): Promise<void> {
  await noteAsGone(master, agent.id);
  agent.link?.send({ type: "SHUTDOWN", shutdown: { message: MARKED_GONE } });
  master.counters.count("slave_removals");
  removeAgent(master, agent, { message: MARKED_GONE, byOperator: true });
}

/** The same for one that is unreachable, or was not back yet when this master began to lead; what ran on it is over. */
export async function markAbsentGone(master: MasterContext, id: string): Promise<void> {
  const { recoveredAgents, unreachableAgents, frameworks } = master.state;
  recoveredAgents.get(id)?.timer.cancel();
  recoveredAgents.delete(id);
  unreachableAgents.delete(id);
  await noteAsGone(master, id);
  for (const framework of frameworks.values())
    for (const task of [...framework.unreachableTasks.values()].filter(({ agent_id }) => agent_id.value === id)) {
      framework.unreachableTasks.delete(task.task_id.value);
      endTask(master, task, goneByOperator(framework));
    }
}

const MARKED_GONE = "Agent has been marked gone";

async function noteAsGone(master: MasterContext, id: string): Promise<void> {
  const atMs = master.clock.nowMs();
  master.state.goneAgents.set(id, atMs);
  master.state.deactivations.delete(id);
  await master.registrar.apply((registry) => {
    registry.agents.delete(id);
    registry.unreachable.delete(id);
    registry.deactivated.delete(id);
    registry.gone.set(id, atMs);
  });
}

/** How tasks end on an agent that an operator has given up. */
function goneByOperator(framework: Framework | undefined): Parameters<typeof endTask>[2] {
  const aware = framework !== undefined && hasCapability(framework, "PARTITION_AWARE");
  return {
    ...{ state: lostOr(aware, "TASK_GONE_BY_OPERATOR"), message: MARKED_GONE },
    reason: aware ? "REASON_AGENT_REMOVED_BY_OPERATOR" : "REASON_AGENT_REMOVED",
  };
}

/** Its machine is down: it is told to end, and is another agent once the machine is up. */
export async function takeDown(master: MasterContext, agent: Agent): Promise<void> {
  const message = "Operator initiated 'Machine DOWN'";
  agent.link?.send({ type: "SHUTDOWN", shutdown: { message } });
  master.counters.count("slave_removals");
  await forget(master, agent, message);
}

function removeAgent(
  master: MasterContext,
  agent: Agent,
  why: { message: string; unreachableMs?: number; byOperator?: boolean },
): void {
  for (const task of tasksOf(agent)) {
    const framework = master.state.frameworks.get(task.framework_id.value);
    const aware = framework !== undefined && hasCapability(framework, "PARTITION_AWARE");
    const { message, unreachableMs } = why;
    if (why.byOperator) endTask(master, task, goneByOperator(framework));
    else
      endTask(master, task, {
        ...{ state: lostOr(aware && unreachableMs !== undefined, "TASK_UNREACHABLE"), message },
        reason: "REASON_AGENT_REMOVED",
        ...(unreachableMs === undefined ? {} : { as: "unreachable", unreachableMs }),
      });
  }
  for (const [frameworkId, executors] of [...agent.executors])
    for (const executorId of [...executors.keys()]) removeExecutor(master, agent, { frameworkId, executorId });
  // As in Mesos, frameworks hear of their tasks first.
  deactivate(master, agent);
  if (why.byOperator) endOperations(master, agent, { state: "OPERATION_GONE_BY_OPERATOR", message: why.message });
  else if (why.unreachableMs !== undefined)
    endOperations(master, agent, { state: "OPERATION_UNREACHABLE", message: "Agent was marked unreachable" });
  agent.pings?.timer.cancel();
  master.allocator.removeAgent(agent.id);
  master.state.agents.delete(agent.id);
  master.state.maintained.delete(agent.id);
  if (master.state.agentsByPid.get(agent.pid) === agent) master.state.agentsByPid.delete(agent.pid);
  agent.link?.close();
  agent.link = undefined;
  for (const framework of master.state.frameworks.values())
    framework.stream?.send({ type: "FAILURE", failure: { agent_id: { value: agent.id } } });
  master.events.publish(() => ({ type: "AGENT_REMOVED", agent_removed: { agent_id: { value: agent.id } } }));
}
