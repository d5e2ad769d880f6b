// Whether offers are wanted, and of which agents: SUPPRESS while there is nothing to launch, REVIVE as soon as there is,
// UPDATE_FRAMEWORK before it when apps want other roles or agents than the master was told. One of them at a time, since calls
// travel on connections of their own and the second could come in before the first.
import type { Input } from "./inputs.ts";
import { hasToMove } from "./maintenance.ts";
import { REVIVE_INTERVAL_MS } from "./pace.ts";
import { tell, toldBySubscribing, untold } from "./telling.ts";
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
  const telling = untold(state);
  if (demand.master === "offering" && !demand.reviveWanted && telling === undefined) return;
  const dueMs = demand.lastReviveMs + REVIVE_INTERVAL_MS;
  if (nowMs < dueMs) turn.wakeAt(dueMs);
  else if (telling === undefined) ask(turn, "REVIVE");
  else tell(turn, telling);
}

/** A master that is subscribed to anew offers, and has forgotten what was refused. */
export function resetDemand(turn: Turn, subscribed: Extract<Input, { type: "subscribed" }>): void {
  const { state } = turn;
  Object.assign(state.demand, { master: "offering", inFlight: false, reviveWanted: false });
  state.told = toldBySubscribing(state, subscribed);
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
