// Whether offers are wanted, in which roles and of which agents: SUPPRESS for roles in which there is nothing to launch,
// REVIVE as soon as there is, UPDATE_FRAMEWORK before it when apps want other roles or agents than the master was told. One of
// them at a time, since calls travel on connections of their own and the second could come in before the first.
import { frameworkInfoOf } from "./framework-info.ts";
import type { Input } from "./inputs.ts";
import { hasToMove } from "./maintenance.ts";
import { REVIVE_INTERVAL_MS } from "./pace.ts";
import type { PendingCall } from "./state.ts";
import { tell, toldBySubscribing, untold } from "./telling.ts";
import type { Turn } from "./turn.ts";

/** To be asked after everything else of a turn. */
export function updateDemand(turn: Turn): void {
  const { state, nowMs } = turn;
  const { demand } = state;
  if (!state.subscribed || state.stopping || demand.inFlight) return;
  const ofUse = rolesOfUse(turn);
  if (ofUse.size === 0) demand.reviveWanted = false;
  const telling = ofUse.size === 0 ? undefined : untold(state);
  const lacking = [...ofUse].some((role) => !demand.offered.has(role));
  if (demand.reviveWanted || lacking || telling !== undefined) {
    const dueMs = demand.lastReviveMs + REVIVE_INTERVAL_MS;
    if (nowMs < dueMs) turn.wakeAt(dueMs);
    else if (telling === undefined) ask(turn, "REVIVE", [...ofUse]);
    else tell(turn, telling);
    return;
  }
  const idle = [...demand.offered].filter((role) => !ofUse.has(role));
  if (idle.length > 0) ask(turn, "SUPPRESS", idle);
}

/** Those in which something waits, or is to be moved. */
function rolesOfUse(turn: Turn): Set<string> {
  const { state } = turn;
  const { roles = [] } = frameworkInfoOf(state);
  if (hasToMove(turn) || (state.waiting.size > 0 && roles.length === 1)) return new Set(roles);
  const found = new Set<string>();
  for (const { app } of state.waiting.values()) {
    const role = state.apps.get(app)?.spec.role;
    if (role !== undefined) found.add(role);
  }
  return found;
}

/** A master that is subscribed to anew offers, and has forgotten what was refused. */
export function resetDemand(turn: Turn, subscribed: Extract<Input, { type: "subscribed" }>): void {
  const { state } = turn;
  const { roles } = subscribed.frameworkInfo ?? frameworkInfoOf(state);
  Object.assign(state.demand, { offered: new Set(roles), inFlight: false, reviveWanted: false });
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

function ask(turn: Turn, what: "SUPPRESS" | "REVIVE", roles: string[]): void {
  const { demand, info, apps } = turn.state;
  const { roles: all = [] } = frameworkInfoOf({ info, apps });
  demand.inFlight = true;
  if (what === "REVIVE") {
    demand.reviveWanted = false;
    demand.lastReviveMs = turn.nowMs;
    for (const role of roles) demand.offered.add(role);
  } else for (const role of roles) demand.offered.delete(role);
  // Without roles it is about all of them.
  const some = all.every((role) => demand.offered.has(role) === (what === "REVIVE")) ? {} : { roles };
  const call = what === "REVIVE" ? { type: what, revive: some } : { type: what, suppress: some };
  turn.call("roles" in some ? call : { type: what }, { for: "demand", what, roles });
}

/** What the answer to a SUPPRESS or REVIVE means. A lost one says nothing: so it is said again. */
export function onDemandAnswer(
  turn: Turn,
  { what, roles }: Extract<PendingCall, { for: "demand" }>,
  taken: boolean,
): void {
  const { demand } = turn.state;
  demand.inFlight = false;
  if (taken) return;
  // Whichever it was: of a master that may not have heard it the worse is to be assumed, and that is set right next.
  if (what === "REVIVE") demand.reviveWanted = true;
  else for (const role of roles) demand.offered.add(role);
}
