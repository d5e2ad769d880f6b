// Agents that go into maintenance, as operators plan it (docs/maintenance.md): nothing more is put on them, and what is on
// them is moved in time, a few at once.
import type { InverseOffer } from "../../mesos/types.ts";
import { hasTask } from "./instance.ts";
import { MAINTENANCE_LEAD_MS } from "./pace.ts";
import type { Turn } from "./turn.ts";

/** The master asks for an agent back: it gets it. */
export function onInverseOffers(turn: Turn, offers: readonly InverseOffer[]): void {
  for (const { agent_id, unavailability } of offers) {
    if (agent_id === undefined) continue;
    const startMs = unavailability.start.nanoseconds / 1e6;
    turn.state.leaving.set(agent_id.value, startMs);
    turn.wakeAt(Math.max(turn.nowMs, startMs - MAINTENANCE_LEAD_MS));
  }
  const ids = offers.map(({ id }) => id);
  if (ids.length > 0) turn.call({ type: "ACCEPT_INVERSE_OFFERS", accept_inverse_offers: { inverse_offer_ids: ids } });
  findMoves(turn);
}

/** Marks the apps that have instances to be moved. */
export function findMoves(turn: Turn): void {
  const { state, nowMs } = turn;
  if (state.leaving.size === 0) return;
  for (const instance of state.instances.values()) {
    const leavingMs = hasTask(instance) ? state.leaving.get(instance.task.agentId) : undefined;
    if (leavingMs === undefined) continue;
    const dueMs = leavingMs - MAINTENANCE_LEAD_MS;
    if (dueMs <= nowMs) state.rolling.add(instance.app);
    else turn.wakeAt(dueMs);
  }
}
