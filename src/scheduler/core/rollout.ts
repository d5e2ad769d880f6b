// Rolling updates: another version of an app takes the place of the one that runs, a few instances at a time, and goes
// again where it fails. Instances on agents that go into maintenance are moved in the same way.
import type { AppSpec } from "../app-spec.ts";
import { OpenOffer, agentFits, resourcesFit, spreadFits } from "../match-offers.ts";
import { wantRefusedOffers } from "./demand.ts";
import { kill } from "./kill.ts";
import { hasTask, isAvailable } from "./instance.ts";
import type { Instance } from "./instance.ts";
import { isLeaving, isStuckOn } from "./maintenance.ts";
import { spreadOf } from "./place.ts";
import { instancesOf } from "./state.ts";
import type { AppState } from "./state.ts";
import type { Turn } from "./turn.ts";

/** The app becomes that; instances follow one by one. */
export function startRollout(turn: Turn, app: AppState, spec: AppSpec): void {
  app.previous = app.spec;
  app.rollout = { from: app.version, startedMs: turn.nowMs, failures: 0, state: "rolling" };
  app.spec = spec;
  app.version = ++app.lastVersion;
  turn.appChanged(app);
  turn.tell({ type: "app", app: app.name, what: `version ${app.version} takes the place of ${app.rollout.from}` });
  wakeIdle(turn, app);
}

/** A task of the app's newest version has failed. */
export function onVersionFailed(turn: Turn, app: AppState): void {
  const { rollout, previous } = app;
  if (rollout?.state !== "rolling" || previous === undefined) return;
  rollout.failures++;
  turn.appChanged(app);
  const { max_failures: limit } = app.spec.update;
  if (limit === 0 || rollout.failures < limit) return;
  const failed = app.version;
  app.spec = { ...previous, instances: app.instances };
  app.version = rollout.from;
  app.previous = undefined;
  rollout.state = "rolled-back";
  turn.tell({ type: "app", app: app.name, what: `version ${failed} failed; version ${app.version} comes back` });
  wakeIdle(turn, app);
}

/** To be asked after everything else of a turn: goes on with what is under way. */
export function advanceRollouts(turn: Turn): void {
  const { state } = turn;
  for (const name of state.rolling) {
    const app = state.apps.get(name);
    if (app === undefined || app.removing || advance(turn, app)) state.rolling.delete(name);
  }
}

/** Gives back whether there is nothing more to do. */
function advance(turn: Turn, app: AppState): boolean {
  const instances = instancesOf(turn.state, app.name).filter(({ killFor }) => killFor !== "scale");
  const checked = app.spec.health !== undefined;
  const available = instances.filter((one) => isAvailable(one, checked));
  const outdated = instances.filter(
    (one) => hasTask(one) && one.state !== "killing" && reasonToReplace(turn, app, one),
  );
  if (outdated.length === 0) {
    if (available.length < app.instances) return app.rollout === undefined;
    if (app.rollout === undefined) return true;
    const { state: how } = app.rollout;
    app.rollout = undefined;
    app.previous = undefined;
    turn.appChanged(app);
    turn.tell({ type: "app", app: app.name, what: how === "rolling" ? "is updated" : "is as it was before" });
    return true;
  }
  const { batch, max_unavailable: mayMiss } = app.spec.update;
  let missing = app.instances - available.length;
  let replacing = instances.length - outdated.length - available.filter((one) => !outdated.includes(one)).length;
  const unavailableFirst = [...outdated].sort((a, b) => Number(isUp(a, checked)) - Number(isUp(b, checked)));
  for (const instance of unavailableFirst) {
    if (replacing >= batch && replacing > 0) break;
    if (isUp(instance, checked)) {
      if (missing >= mayMiss) break;
      missing++;
    }
    replacing++;
    kill(turn, instance, reasonToReplace(turn, app, instance) ?? "update");
  }
  const waiting = instances.filter(({ state }) => state === "waiting");
  const [first] = unavailableFirst;
  if (first === undefined || first.state === "killing" || waiting.length === 0) return false;
  // Whatever else is on its way is waited for.
  const quiet = instances.every((one) => one.state === "waiting" || one === first || isUp(one, checked));
  const why = quiet ? reasonToReplace(turn, app, first) : undefined;
  if (why === "update" && areInTheWay(turn, app)) kill(turn, first, why);
  if (why === "move" && !hasPlace(turn, app) && hasPlace(turn, app, first)) kill(turn, first, why);
  return false;
}

/**
 * Whether every agent that would do is closed to the app by how its own instances are spread. Then those that wait have
 * no place for as long as none that runs makes room, and waiting for them would be waiting for ever.
 */
function areInTheWay(turn: Turn, app: AppState): boolean {
  const { spec } = app;
  const counts = spreadOf(turn, app);
  const fitting = [...turn.state.agents.values()].filter(
    ({ offer, away }) =>
      away === undefined &&
      !isLeaving(turn, offer.agent_id.value) &&
      agentFits(spec, { ...offer, allocation_info: { role: spec.role } }),
  );
  return fitting.length > 0 && fitting.every(({ offer }) => !spreadFits(spec, offer, counts));
}

/**
 * Whether there is an agent for one more instance of the app, and not one that goes into maintenance. `without`: once that
 * one is gone.
 */
function hasPlace(turn: Turn, app: AppState, without?: Instance): boolean {
  const { spec } = app;
  const counts = spreadOf(turn, app, without);
  for (const { offer, left, away } of turn.state.agents.values()) {
    if (away !== undefined || isLeaving(turn, offer.agent_id.value)) continue;
    const own = { ...offer, allocation_info: { role: spec.role } };
    if (agentFits(spec, own) && resourcesFit(spec, new OpenOffer(own, left)) && spreadFits(spec, offer, counts))
      return true;
  }
  return false;
}

const isUp = (instance: Instance, checked: boolean): boolean => isAvailable(instance, checked);

function reasonToReplace(turn: Turn, app: AppState, instance: Instance): "update" | "move" | undefined {
  if (instance.version !== app.version) return "update";
  const agentId = instance.task?.agentId;
  return isLeaving(turn, agentId) && !isStuckOn(turn.state, agentId, app.name) ? "move" : undefined;
}

/** Those that have no task get the new version at once, and a fresh start. */
function wakeIdle(turn: Turn, app: AppState): void {
  turn.state.rolling.add(app.name);
  // What did not do before may do for what it is now.
  wantRefusedOffers(turn);
  for (const instance of instancesOf(turn.state, app.name)) {
    instance.failuresMs = [];
    instance.backoffs = 0;
    if (hasTask(instance)) turn.instanceChanged(instance);
    else {
      delete instance.notBeforeMs;
      turn.enter(instance, "waiting");
    }
  }
}
