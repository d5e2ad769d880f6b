// Draining and deactivating agents, by operator call (docs/maintenance.md, "agent draining"). What was asked for outlives the
// master, and holds for agents that are out of reach as well.
import { activate, deactivate, markGone } from "./agents.ts";
import type { DrainConfig } from "../protocol.ts";
import type { MasterContext } from "./context.ts";
import type { Deactivation } from "./registrar.ts";
import type { Agent } from "./state.ts";

/** Whether an operator may say something about the agent. */
export function isKnown({ state }: MasterContext, id: string): boolean {
  return state.agents.has(id) || state.recoveredAgents.has(id) || state.unreachableAgents.has(id);
}

/** DRAIN_AGENT: no more offers, and its tasks are killed; once it is empty it is drained, or given up if so asked. */
export async function drainAgent(master: MasterContext, id: string, config: DrainConfig): Promise<void> {
  await store(master, id, { drain: { state: "DRAINING", config }, startMs: master.clock.nowMs() });
  const agent = master.state.agents.get(id);
  if (!agent) return;
  adoptDeactivation(master, agent);
  deactivate(master, agent);
  agent.link?.send({ type: "DRAIN", drain: config });
  await checkDrained(master, agent);
}

/** DEACTIVATE_AGENT: no more offers; what runs there stays. */
export async function deactivateAgent(master: MasterContext, id: string): Promise<void> {
  await store(master, id, master.state.deactivations.get(id) ?? {});
  const agent = master.state.agents.get(id);
  if (!agent) return;
  adoptDeactivation(master, agent);
  deactivate(master, agent);
}

/** REACTIVATE_AGENT: ends draining too. Gives back why it cannot be. */
export async function reactivateAgent(master: MasterContext, id: string): Promise<string | undefined> {
  const deactivation = master.state.deactivations.get(id);
  if (!deactivation) return "Agent is not deactivated";
  if (deactivation.drain?.state === "DRAINING") return "Agent is still in the DRAINING state";
  await store(master, id, undefined);
  const agent = master.state.agents.get(id);
  if (!agent) return undefined;
  adoptDeactivation(master, agent);
  activate(master, agent);
  return undefined;
}

/** Brings an agent in line with what is stored about it, such as by the leader before this one. */
export function adoptDeactivation({ state }: MasterContext, agent: Agent): void {
  const deactivation = state.deactivations.get(agent.id);
  agent.deactivated = deactivation !== undefined;
  agent.drain = deactivation?.drain;
  agent.drainStartMs = deactivation?.startMs;
}

/** A draining agent on which nothing is left is drained. */
export async function checkDrained(master: MasterContext, agent: Agent): Promise<void> {
  const { drain } = agent;
  if (drain?.state !== "DRAINING" || agent.tasks.size > 0 || agent.executors.size > 0) return;
  const isPending = [...agent.operations.values()].some((one) => one.latest_status.state === "OPERATION_PENDING");
  if (isPending || !agent.link) return;
  agent.drain = { ...drain, state: "DRAINED" };
  master.log.info(`Transitioned agent ${agent.id} to the DRAINED state`);
  await store(master, agent.id, {
    drain: agent.drain,
    ...(agent.drainStartMs === undefined ? {} : { startMs: agent.drainStartMs }),
  });
  if (drain.config.mark_gone) await markGone(master, agent);
}

async function store(master: MasterContext, id: string, deactivation: Deactivation | undefined): Promise<void> {
  const change = (all: Map<string, Deactivation>): void => {
    if (deactivation) all.set(id, deactivation);
    else all.delete(id);
  };
  change(master.state.deactivations);
  await master.registrar.apply((registry) => change(registry.deactivated));
}
