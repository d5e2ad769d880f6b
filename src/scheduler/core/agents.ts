// Agents that were never offered, as the master knows them: so that `why` can tell of those that offer constraints, other
// frameworks or an operator keep away.
import type { SeenAgent } from "./inputs.ts";
import { usable } from "../take-resources.ts";
import type { Turn } from "./turn.ts";

/** What was offered is known better than what the master says of it. */
export function onAgentsSeen(turn: Turn, agents: readonly SeenAgent[]): void {
  const { state, nowMs } = turn;
  for (const [id, { offer }] of state.agents) if (isMadeUp(offer)) state.agents.delete(id);
  for (const { info, free, active } of agents) {
    if (state.agents.has(info.id.value)) continue;
    const offer = {
      id: { value: "" },
      framework_id: { value: state.frameworkId ?? "" },
      agent_id: info.id,
      hostname: info.hostname,
      ...(info.attributes && { attributes: info.attributes }),
      ...(info.port !== undefined && { url: urlOf(info.hostname, info.port) }),
    };
    const away = active ? {} : { away: "it is deactivated, or not connected" };
    state.agents.set(info.id.value, { offer, left: usable(free), seenMs: nowMs, ...away });
  }
}

/** Whether it stands for an agent that was never offered. */
export function isMadeUp({ id }: { id: { value: string } }): boolean {
  return id.value === "";
}

function urlOf(hostname: string, port: number) {
  return { scheme: "http", address: { hostname, port }, path: "" };
}
