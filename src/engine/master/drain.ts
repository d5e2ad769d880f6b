// Draining and deactivating agents, by operator call (docs/maintenance.md, "agent draining").
import { activate, deactivate, markGone } from "./agents.ts";
import type { MasterContext } from "./context.ts";
import type { Agent, DrainConfig } from "./state.ts";

/** DRAIN_AGENT: no more offers, and its tasks are killed; once it is empty it is drained, or given up if so asked. */
export async function drainAgent(master: MasterContext, agent: Agent, config: DrainConfig): Promise<void> {
  agent.drain = { state: "DRAINING", config };
  agent.deactivated = true;
  deactivate(master, agent);
  agent.link?.send({ type: "DRAIN", drain: config });
  await checkDrained(master, agent);
}

/** DEACTIVATE_AGENT: no more offers; what runs there stays. */
export function deactivateAgent(master: MasterContext, agent: Agent): void {
  agent.deactivated = true;
  deactivate(master, agent);
}

/** REACTIVATE_AGENT: ends draining too. */
export function reactivateAgent(master: MasterContext, agent: Agent): void {
  agent.deactivated = false;
  agent.drain = undefined;
  activate(master, agent);
}

/** A draining agent on which nothing is left is drained. */
export async function checkDrained(master: MasterContext, agent: Agent): Promise<void> {
  if (agent.drain?.state !== "DRAINING" || agent.tasks.size > 0 || agent.executors.size > 0) return;
  agent.drain.state = "DRAINED";
  if (agent.drain.config.mark_gone) await markGone(master, agent);
}
