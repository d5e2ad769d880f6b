// What a master is told of the framework when its apps become others than SUBSCRIBE said: their roles and whether they
// want GPUs, and the agents that they want. With UPDATE_FRAMEWORK, or another SUBSCRIBE where a master does not know that.
import type { OfferConstraints } from "../../mesos/offer-constraints.ts";
import type { FrameworkInfo } from "../../mesos/types.ts";
import { UPDATE_FRAMEWORK_SINCE, changeableText, frameworkInfoOf, isSince } from "./framework-info.ts";
import type { CallOutcome, Input } from "./inputs.ts";
import { OFFER_CONSTRAINTS_SINCE, offerConstraintsOf } from "./offer-constraints.ts";
import type { PendingCall, SchedulerState } from "./state.ts";
import type { Turn } from "./turn.ts";

interface Telling {
  info: FrameworkInfo;
  constraints: OfferConstraints;
}

/** What a master knows that was subscribed to just now. */
export function toldBySubscribing(
  state: SchedulerState,
  { masterVersion, frameworkInfo, offerConstraints }: Extract<Input, { type: "subscribed" }>,
): SchedulerState["told"] {
  return {
    info: changeableText(frameworkInfo ?? frameworkInfoOf(state)),
    constraints: JSON.stringify(offerConstraints ?? {}),
    takesUpdates: isSince(masterVersion, UPDATE_FRAMEWORK_SINCE),
    takesConstraints: isSince(masterVersion, OFFER_CONSTRAINTS_SINCE),
  };
}

/** What the master is to be told; undefined if it knows, or would not know what that is. */
export function untold(state: SchedulerState): Telling | undefined {
  const { told } = state;
  const info = frameworkInfoOf(state);
  const constraints = offerConstraintsOf(state);
  const isNew = told.takesConstraints && JSON.stringify(constraints) !== told.constraints;
  return isNew || changeableText(info) !== told.info ? { info, constraints } : undefined;
}

/** UPDATE_FRAMEWORK says for all roles that they are not suppressed; REVIVE follows for what was refused. */
export function tell(turn: Turn, { info, constraints }: Telling): void {
  const { frameworkId, demand, told } = turn.state;
  demand.inFlight = true;
  if (!told.takesUpdates) {
    turn.resubscribe();
    return;
  }
  const framework_info = { ...info, ...(frameworkId !== undefined && { id: { value: frameworkId } }) };
  const update_framework = { framework_info, ...(told.takesConstraints && { offer_constraints: constraints }) };
  const { roles = [] } = info;
  const pending = { info: changeableText(info), constraints: JSON.stringify(constraints), roles };
  turn.call({ type: "UPDATE_FRAMEWORK", update_framework }, { for: "telling", ...pending });
}

/** What the answer to UPDATE_FRAMEWORK means. A master that refuses the constraints goes without any change of them. */
export function onTellingAnswer(
  turn: Turn,
  { info, constraints, roles }: Extract<PendingCall, { for: "telling" }>,
  outcome: CallOutcome,
): void {
  const { demand, told } = turn.state;
  demand.inFlight = false;
  switch (outcome.name) {
    case "taken":
      demand.offered = new Set(roles);
      Object.assign(told, { info, constraints });
      return;
    case "lost":
      for (const role of roles) demand.offered.add(role);
      Object.assign(told, { info: undefined, constraints: undefined });
      // As often as REVIVE, and no more.
      demand.lastReviveMs = turn.nowMs;
      return;
    case "refused":
      if (told.takesConstraints && constraints !== told.constraints) {
        told.takesConstraints = false;
        turn.note(`the master does not take offer constraints: ${outcome.message}`);
        return;
      }
      // It would refuse them again; what it offers otherwise is of use to the other apps.
      told.info = info;
      turn.note(`the master does not take the framework's roles and capabilities: ${outcome.message}`);
  }
}
