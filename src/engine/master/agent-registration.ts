// Agents register, or come back with what runs on them, and are pinged from then on.
import { refined } from "../../mesos/reservations.ts";
import type { AgentInfo, Resource } from "../../mesos/types.ts";
import type { MasterSideLink } from "../common/agent-link.ts";
import type { AgentDescription, AgentToMaster } from "../protocol.ts";
import { activate, loseAgent, markUnreachable } from "./agents.ts";
import { allocationsOf, type MasterContext } from "./context.ts";
import { reconcileKnown, tellFramework, tellReachable } from "./came-back.ts";
import { adoptDeactivation } from "./drain.ts";
import { recoverFramework } from "./frameworks.ts";
import { adoptPlan, machineOf } from "./inverse-offers.ts";
import { agentModel } from "./operator-models.ts";
import { reconcileReported } from "./operations.ts";
import { type Agent, type Framework } from "./state.ts";
import { hasEnded, hold, keepTask, removeExecutor } from "./tasks.ts";

type Reregistration = Extract<AgentToMaster, { type: "REREGISTER" }>["reregister"];

/** A new agent. It is told its ID once the registry has it. */
export async function registerAgent(
  master: MasterContext,
  link: MasterSideLink,
  description: AgentDescription,
): Promise<Agent | undefined> {
  master.counters.count("messages_register_slave");
  const { state } = master;
  if (refuseIfDown(master, link, description)) return undefined;
  const samePlace = state.agentsByPid.get(description.pid);
  // The agent at this address has begun anew, without its work directory.
  if (samePlace) await loseAgent(master, samePlace, "registered");
  const replaced = forgetRecovered(master, description.agent_info);
  const id = `${master.info.id}-S${state.nextAgentId++}`;
  const info: AgentInfo = { ...description.agent_info, id: { value: id } };
  await master.registrar.apply((registry) => {
    for (const old of replaced) registry.agents.delete(old);
    registry.agents.set(id, info);
  });
  if (link.closed || refuseIfDown(master, link, description)) {
    await master.registrar.apply((registry) => registry.agents.delete(id));
    return undefined;
  }
  const agent = newAgent(master, { id, link, description: { ...description, agent_info: info } });
  master.counters.count("slave_registrations");
  link.send({ type: "REGISTERED", registered: { agent_id: { value: id }, ...pingTimeout(master) } });
  activate(master, agent);
  master.log.info(`Registered agent ${id} at ${agent.pid} (${info.hostname})`);
  master.events.publish(() => ({ type: "AGENT_ADDED", agent_added: { agent: agentModel(master, agent) } }));
  return agent;
}

/** An agent that an operator has given up has to end. */
function refuseIfGone(master: MasterContext, link: MasterSideLink, id: string): boolean {
  if (!master.state.goneAgents.has(id)) return false;
  master.log.warning(`Refusing re-registration of agent ${id} because it is already marked gone`);
  link.send({ type: "SHUTDOWN", shutdown: { message: "Agent has been marked gone" } });
  return true;
}

/** An agent on a machine that is down for maintenance has to end. */
function refuseIfDown(
  master: MasterContext,
  link: MasterSideLink,
  { pid, agent_info: info }: AgentDescription,
): boolean {
  if (master.state.maintenance.find(machineOf({ pid, info }))?.isDown !== true) return false;
  master.log.warning(`Refusing registration of agent at ${pid} because its machine is DOWN`);
  link.send({ type: "SHUTDOWN", shutdown: { message: "Machine is `DOWN`" } });
  return true;
}

/** Agents of the registry at the address at which one has now begun anew: they cannot come back. */
function forgetRecovered(master: MasterContext, info: AgentInfo): string[] {
  const { recoveredAgents } = master.state;
  const replaced = recoveredAgents.idsAt(info);
  for (const id of replaced) {
    recoveredAgents.get(id)?.timer.cancel();
    recoveredAgents.delete(id);
  }
  return replaced;
}

/** An agent that has an ID: after its own restart, after a new leader's election, or after it was out of reach. */
export async function reregisterAgent(
  master: MasterContext,
  link: MasterSideLink,
  reregistration: Reregistration,
): Promise<Agent | undefined> {
  master.counters.count("messages_reregister_slave");
  const { state } = master;
  const id = reregistration.agent_info.id?.value ?? "";
  if (refuseIfGone(master, link, id) || refuseIfDown(master, link, reregistration)) return undefined;
  await master.registrar.apply((registry) => {
    registry.agents.set(id, reregistration.agent_info);
    registry.unreachable.delete(id);
  });
  // An operator may have given it up meanwhile, which the registry has then, or its machine, which only undoes this.
  if (refuseIfGone(master, link, id)) return undefined;
  const unreachableMs = state.unreachableAgents.get(id);
  if (refuseIfDown(master, link, reregistration)) {
    await master.registrar.apply((registry) => {
      registry.agents.delete(id);
      if (unreachableMs !== undefined) registry.unreachable.set(id, unreachableMs);
    });
    return undefined;
  }
  if (link.closed) return undefined;
  // Its pings may have run out meanwhile too.
  const known = state.agents.get(id);
  const wasExpected = known !== undefined || state.recoveredAgents.has(id);
  state.recoveredAgents.get(id)?.timer.cancel();
  state.recoveredAgents.delete(id);
  state.unreachableAgents.delete(id);
  const agent = known ? comeBack(master, known, link, reregistration) : returned(master, link, reregistration);
  if (known) forgetEnded(master, agent, reregistration.executors);
  for (const { id: hosted } of reregistration.frameworks) if (hosted) agent.hosted.add(hosted.value);
  reconcileReported(master, agent, reregistration.operations);
  agent.reregisteredMs = master.clock.nowMs();
  master.counters.count("slave_reregistrations");
  reconcileKnown(agent, reregistration.tasks, pingTimeout(master));
  for (const info of reregistration.frameworks) tellFramework(master, agent, info.id?.value ?? "");
  adoptDeactivation(master, agent);
  if (agent.drain?.state === "DRAINING") link.send({ type: "DRAIN", drain: agent.drain.config });
  // Mesos's own spelling.
  if (unreachableMs !== undefined) tellReachable(master, agent, "Unreachable agent re-reregistered");
  else if (!wasExpected) tellReachable(master, agent, "Unknown agent reregistered");
  activate(master, agent);
  master.log.info(`Re-registered agent ${id} at ${agent.pid} (${agent.info.hostname})`);
  if (!known) master.events.publish(() => ({ type: "AGENT_ADDED", agent_added: { agent: agentModel(master, agent) } }));
  return agent;
}

function newAgent(
  master: MasterContext,
  parts: { id: string; link: MasterSideLink; description: AgentDescription },
): Agent {
  const { id, link } = parts;
  const { info, pid, version, capabilities, totalResources } = described(parts.description);
  // Field by field: an object that is put together of others takes long to make, and long to use.
  const agent: Agent = {
    id,
    link,
    info,
    pid,
    version,
    capabilities,
    totalResources,
    deactivated: false,
    drain: undefined,
    drainStartMs: undefined,
    killed: new Set(),
    hosted: new Set(),
    registeredMs: master.clock.nowMs(),
    reregisteredMs: undefined,
    tasks: new Map(),
    executors: new Map(),
    offers: new Set(),
    used: new Map(),
    pings: undefined,
    operations: new Map(),
  };
  master.state.agents.set(id, agent);
  master.state.agentsByPid.set(agent.pid, agent);
  master.allocator.setAgent(id, agent.totalResources);
  adoptPlan(master, agent);
  startPings(master, agent);
  return agent;
}

function described(
  description: AgentDescription,
): Pick<Agent, "info" | "pid" | "version" | "capabilities" | "totalResources"> {
  const { agent_info: info, pid, version, capabilities, total_resources: total = info.resources ?? [] } = description;
  return { info, pid, version, capabilities, totalResources: total.map(refined) };
}

/** An agent that this leader knows is connected again. What it holds is what the master holds it to hold. */
function comeBack(master: MasterContext, agent: Agent, link: MasterSideLink, description: AgentDescription): Agent {
  if (agent.link !== link) agent.link?.close();
  master.state.agentsByPid.delete(agent.pid);
  Object.assign(agent, described(description), { link });
  master.state.agentsByPid.set(agent.pid, agent);
  if (agent.pings) agent.pings.answered = true;
  master.allocator.setAgent(agent.id, agent.totalResources);
  return agent;
}

/** Executors that the agent has no more: their end, or their beginning, went astray with the connection. */
function forgetEnded(master: MasterContext, agent: Agent, reported: Reregistration["executors"]): void {
  const living = new Set(reported.map((one) => `${one.framework_id.value} ${one.executor_info.executor_id.value}`));
  for (const [frameworkId, executors] of [...agent.executors])
    for (const executorId of [...executors.keys()]) {
      if (living.has(`${frameworkId} ${executorId}`)) continue;
      master.log.warning(
        `Executor '${executorId}' of framework ${frameworkId} possibly unknown to the agent ${agent.id}`,
      );
      removeExecutor(master, agent, { frameworkId, executorId });
    }
}

/** An agent that this leader did not have: its tasks and executors come with it, and their frameworks, if need be. */
function returned(master: MasterContext, link: MasterSideLink, reregistration: Reregistration): Agent {
  const id = reregistration.agent_info.id?.value ?? "";
  const agent = newAgent(master, { id, link, description: reregistration });
  const infos = new Map(reregistration.frameworks.map((info) => [info.id?.value ?? "", info]));
  const frameworkOf = (frameworkId: string): Framework | undefined => {
    const info = infos.get(frameworkId);
    if (master.state.completedFrameworks.has(frameworkId)) return undefined;
    return master.state.frameworks.get(frameworkId) ?? (info ? recoverFramework(master, info) : undefined);
  };
  for (const { executor_info: executor, framework_id: frameworkId } of reregistration.executors) {
    const framework = frameworkOf(frameworkId.value);
    if (!framework) continue;
    const executors = agent.executors.get(framework.id) ?? new Map<string, typeof executor>();
    agent.executors.set(framework.id, executors.set(executor.executor_id.value, executor));
    takeBack(master, { framework, agent, resources: executor.resources ?? [] });
  }
  for (const task of reregistration.tasks) {
    const framework = frameworkOf(task.framework_id.value);
    if (!framework) continue;
    keepTask(framework, agent, task);
    if (!hasEnded(task.state)) takeBack(master, { framework, agent, resources: task.resources });
  }
  for (const framework of master.state.frameworks.values()) forgetLosses(framework, agent);
  return agent;
}

/** None of its tasks is out of reach any more, reported or not, and one that it reports has not ended (MESOS-9940). */
function forgetLosses({ id, completedTasks, unreachableTasks }: Framework, agent: Agent): void {
  for (const [taskId, task] of unreachableTasks) if (task.agent_id.value === agent.id) unreachableTasks.delete(taskId);
  const reported = agent.tasks.get(id);
  if (!reported) return;
  for (const task of completedTasks.filter(({ task_id }) => reported.has(task_id.value)))
    completedTasks.splice(completedTasks.indexOf(task), 1);
}

/** Resources that are in use without this leader having offered them. */
function takeBack(
  master: MasterContext,
  taken: { framework: Framework; agent: Agent; resources: readonly Resource[] },
): void {
  const { framework, agent, resources } = taken;
  hold(agent, framework.id, resources);
  for (const allocation of allocationsOf(framework, agent, resources)) master.allocator.take(allocation);
}

function pingTimeout(master: MasterContext): { total_ping_timeout_seconds: number } {
  const { agent_ping_timeout: timeoutMs, max_agent_ping_timeouts: times } = master.flags;
  return { total_ping_timeout_seconds: (timeoutMs * times) / 1000 };
}

/** One ping per --agent_ping_timeout; as many unanswered ones as --max_agent_ping_timeouts make it unreachable. */
function startPings(master: MasterContext, agent: Agent): void {
  const { agent_ping_timeout: timeoutMs, max_agent_ping_timeouts: limit } = master.flags;
  const ping = (): void => agent.link?.send({ type: "PING", ping: { connected: true } });
  const timer = master.clock.every(timeoutMs, () => {
    if (!agent.pings) return;
    agent.pings.missed = agent.pings.answered ? 0 : agent.pings.missed + 1;
    agent.pings.answered = false;
    if (agent.pings.missed < limit) ping();
    else void markUnreachable(master, agent).catch((error: unknown) => logFailure(master, error));
  });
  agent.pings = { missed: 0, answered: false, timer };
  ping();
}

function logFailure(master: MasterContext, error: unknown): void {
  master.log.error(`Failed to store the registry: ${(error as Error).message}`);
}
