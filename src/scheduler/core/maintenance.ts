// Agents that go into maintenance, as operators plan it (docs/maintenance.md): nothing more is put on them, and what is on
// them is moved in time, a few at once.
import type { InverseOffer, Offer } from "../../mesos/types.ts";
import { agentFits } from "../match-offers.ts";
import { hasTask } from "./instance.ts";
import { MAINTENANCE_LEAD_MS } from "./pace.ts";
import type { SchedulerState } from "./state.ts";
import type { Turn } from "./turn.ts";

/** The master asks for an agent back: it gets it, unless something there has nowhere else to go. */
export function onInverseOffers(turn: Turn, offers: readonly InverseOffer[]): void {
  const { state } = turn;
  for (const { id, agent_id, unavailability } of offers) {
    if (agent_id === undefined) continue;
    state.inverseOffers.set(id.value, agent_id.value);
    noteLeaving(turn, agent_id.value, unavailability.start.nanoseconds / 1e6);
  }
  const stuck = (offer: InverseOffer) => isStuckOn(state, offer.agent_id?.value);
  const inverse_offer_ids = (some: InverseOffer[]) => some.map(({ id }) => id);
  const taken = inverse_offer_ids(offers.filter((offer) => !stuck(offer)));
  const refused = inverse_offer_ids(offers.filter(stuck));
  // It is asked again when that time is over, or when the schedule changes.
  const filters = { refuse_seconds: INVERSE_AGAIN_SECONDS };
  if (taken.length > 0)
    turn.call({ type: "ACCEPT_INVERSE_OFFERS", accept_inverse_offers: { inverse_offer_ids: taken, filters } });
  if (refused.length > 0) {
    turn.call({ type: "DECLINE_INVERSE_OFFERS", decline_inverse_offers: { inverse_offer_ids: refused, filters } });
    // Agents that were refused while nothing was wanted may do.
    state.demand.reviveWanted = true;
  }
  findMoves(turn);
}

/** Often enough that an operator who waits for an answer that was lost, or has changed, gets the right one. */
const INVERSE_AGAIN_SECONDS = 60;

/** The agent is not asked for any more, or as planned before. */
export function onInverseOfferRescinded(turn: Turn, offerId: string): void {
  const { inverseOffers, leaving } = turn.state;
  const agentId = inverseOffers.get(offerId);
  inverseOffers.delete(offerId);
  if (agentId !== undefined && ![...inverseOffers.values()].includes(agentId)) leaving.delete(agentId);
}

/** What an offer says of its agent's maintenance holds from then on, be it that there is none any more. */
export function noteMaintenance(turn: Turn, { agent_id, unavailability }: Offer): void {
  if (unavailability !== undefined) noteLeaving(turn, agent_id.value, unavailability.start.nanoseconds / 1e6);
  else turn.state.leaving.delete(agent_id.value);
}

/** Whether the agent goes into maintenance too soon to be of use. */
export function isLeaving({ state, nowMs }: Pick<Turn, "state" | "nowMs">, agentId: string | undefined): boolean {
  return (state.leaving.get(agentId ?? "") ?? Infinity) - nowMs < MAINTENANCE_LEAD_MS;
}

/** Whether something runs where it should not stay: then offers tell whether there is another place for it. */
export function hasToMove(turn: Turn): boolean {
  if (turn.state.leaving.size === 0) return false;
  for (const instance of turn.state.instances.values()) if (isLeaving(turn, instance.task?.agentId)) return true;
  return false;
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

/**
 * Whether something runs on the agent that no other agent that is known would do for: it runs there for as long as it can,
 * since killed it would run nowhere. What is known is asked for anew meanwhile (`hasToMove`).
 */
export function isStuckOn(state: SchedulerState, agentId: string | undefined, app?: string): boolean {
  const others = [...state.agents.values()].filter(
    ({ offer: { agent_id: id }, away }) => id.value !== agentId && away === undefined && !state.leaving.has(id.value),
  );
  for (const instance of state.instances.values()) {
    if (instance.task?.agentId !== agentId || (app !== undefined && instance.app !== app)) continue;
    const spec = state.apps.get(instance.app)?.spec;
    if (
      spec !== undefined &&
      !others.some(({ offer }) => agentFits(spec, { ...offer, allocation_info: { role: spec.role } }))
    )
      return true;
  }
  return false;
}

function noteLeaving(turn: Turn, agentId: string, startMs: number): void {
  turn.state.leaving.set(agentId, startMs);
  turn.wakeAt(Math.max(turn.nowMs, startMs - MAINTENANCE_LEAD_MS));
}
