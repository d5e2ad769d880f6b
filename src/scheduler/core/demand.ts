// Whether offers are wanted, and of which agents: SUPPRESS while there is nothing to launch, REVIVE as soon as there is,
// UPDATE_FRAMEWORK before it when apps want other agents than the master was told. One of them at a time, since calls
// travel on connections of their own and the second could come in before the first.
import type { OfferConstraints } from "../../mesos/offer-constraints.ts";
import type { CallOutcome } from "./inputs.ts";
import { hasToMove } from "./maintenance.ts";
import { knowsOfferConstraints, offerConstraintsOf } from "./offer-constraints.ts";
import { REVIVE_INTERVAL_MS } from "./pace.ts";
import type { Turn } from "./turn.ts";

/** To be asked after everything else of a turn. */
export function updateDemand(turn: Turn): void {
  const { state, nowMs } = turn;
  const { demand } = state;
  if (!state.subscribed || state.stopping || demand.inFlight) return;
  if (state.waiting.size === 0 && !hasToMove(turn)) {
    demand.reviveWanted = false;
    if (demand.master === "offering") ask(turn, "SUPPRESS");
    return;
  }
  const constraints = newConstraints(turn);
  if (demand.master === "offering" && !demand.reviveWanted && constraints === undefined) return;
  const dueMs = demand.lastReviveMs + REVIVE_INTERVAL_MS;
  if (nowMs < dueMs) turn.wakeAt(dueMs);
  else if (constraints === undefined) ask(turn, "REVIVE");
  else tellConstraints(turn, constraints);
}

/** A master that is subscribed to anew offers, and has forgotten what was refused. */
export function resetDemand(
  turn: Turn,
  told: { masterVersion?: string | undefined; offerConstraints?: OfferConstraints | undefined },
): void {
  const takesConstraints = knowsOfferConstraints(told.masterVersion);
  const constraints = JSON.stringify(told.offerConstraints ?? {});
  Object.assign(turn.state.demand, {
    ...{ master: "offering", inFlight: false, reviveWanted: false },
    ...{ takesConstraints, constraints },
  });
}

/** Another agent's resources, or another distribution of tasks, may make a refused offer do. */
export function wantRefusedOffers(turn: Turn): void {
  if (turn.state.waiting.size > 0) turn.state.demand.reviveWanted = true;
}

/**
 * What was refused since then was refused for good now: if a REVIVE went out in between, it may have come in before, and
 * then its refusal outlives it.
 */
export function wantIfRefusedLate(turn: Turn, sinceMs: number): void {
  if (turn.state.demand.lastReviveMs >= sinceMs) wantRefusedOffers(turn);
}

/** Those that the master is to be told; undefined if it has them, or would not know what they are. */
function newConstraints({ state }: Turn): OfferConstraints | undefined {
  const { demand } = state;
  if (!demand.takesConstraints) return undefined;
  const constraints = offerConstraintsOf(state);
  return JSON.stringify(constraints) === demand.constraints ? undefined : constraints;
}

/** It says for all roles that they are not suppressed; REVIVE follows for what was refused. */
function tellConstraints(turn: Turn, offer_constraints: OfferConstraints): void {
  const { info, frameworkId, demand } = turn.state;
  demand.inFlight = true;
  const framework_info = { ...info, ...(frameworkId !== undefined && { id: { value: frameworkId } }) };
  const text = JSON.stringify(offer_constraints);
  const update_framework = { framework_info, offer_constraints };
  turn.call({ type: "UPDATE_FRAMEWORK", update_framework }, { for: "constraints", text });
}

function ask(turn: Turn, what: "SUPPRESS" | "REVIVE"): void {
  const { demand } = turn.state;
  demand.inFlight = true;
  demand.master = what === "SUPPRESS" ? "suppressed" : "offering";
  if (what === "REVIVE") {
    demand.reviveWanted = false;
    demand.lastReviveMs = turn.nowMs;
  }
  turn.call({ type: what }, { for: "demand", what });
}

/** What the answer to a SUPPRESS or REVIVE means. A lost one says nothing: so it is said again. */
export function onDemandAnswer(turn: Turn, what: "SUPPRESS" | "REVIVE", taken: boolean): void {
  const { demand } = turn.state;
  demand.inFlight = false;
  if (taken) return;
  // Whichever it was: of a master that may not have heard it the worse is to be assumed, and that is set right next.
  if (what === "REVIVE") demand.reviveWanted = true;
  else demand.master = "offering";
}

/** What the answer to UPDATE_FRAMEWORK means. A master that refuses these constraints goes without any change of them. */
export function onConstraintsAnswer(turn: Turn, text: string, outcome: CallOutcome): void {
  const { demand } = turn.state;
  demand.inFlight = false;
  demand.master = "offering";
  if (outcome.name === "taken") demand.constraints = text;
  if (outcome.name === "lost") {
    demand.constraints = undefined;
    // As often as REVIVE, and no more.
    demand.lastReviveMs = turn.nowMs;
  }
  if (outcome.name === "refused") {
    demand.takesConstraints = false;
    turn.note(`the master does not take offer constraints: ${outcome.message}`);
  }
}
