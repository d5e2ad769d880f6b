// The subscription as the core sees it: what holds no longer when it is lost, what is to be said first when it is there.
import { resetDemand } from "./demand.ts";
import type { Input } from "./inputs.ts";
import { reconcileLater, startLooking, startReconciling } from "./reconcile.ts";
import type { Turn } from "./turn.ts";

const TEARDOWN_AGAIN_MS = 1000;

export function onSubscribed(turn: Turn, told: Extract<Input, { type: "subscribed" }>): void {
  const { state } = turn;
  const { frameworkId } = told;
  state.subscribed = true;
  state.subscription++;
  const isNew = state.frameworkId !== frameworkId;
  if (isNew) {
    state.frameworkId = frameworkId;
    turn.frameworkChanged();
  }
  // Calls of an earlier subscription are refused from now on, so whatever became of them has been decided.
  forgetCalls(turn);
  resetDemand(turn, told);
  state.inverseOffers.clear();
  state.unconfirmed = new Set(state.byTask.keys());
  if (state.stopping) {
    tearDown(turn);
    return;
  }
  for (const kill of state.kills.values()) kill.nextMs = turn.nowMs;
  if (isNew) reconcileLater(turn);
  else {
    startReconciling(turn);
    startLooking(turn);
  }
}

export function onDisconnected(turn: Turn): void {
  turn.state.subscribed = false;
  // Their answers come no more. What is unanswered stays so until the next subscription.
  turn.state.pending.clear();
  turn.state.demand.inFlight = false;
}

/** The master knows neither the framework nor its tasks any more. */
export function onFrameworkRemoved(turn: Turn): void {
  const { state } = turn;
  state.subscribed = false;
  forgetCalls(turn);
  state.frameworkId = undefined;
  turn.frameworkChanged();
  if (state.stopping) {
    turn.over();
    return;
  }
  state.kills.clear();
  state.agents.clear();
  for (const instance of [...state.instances.values()]) {
    if (instance.task === undefined) continue;
    const { killFor } = instance;
    turn.forgetTask(instance);
    delete instance.killFor;
    if (killFor === "scale") turn.removeInstance(instance);
    else {
      instance.restarts++;
      turn.enter(instance, "waiting");
    }
  }
  turn.subscribeAnew();
}

/** Ends the framework; said again with every subscription until the master has taken it. */
export function tearDown(turn: Turn): void {
  const { state } = turn;
  if (state.frameworkId === undefined) {
    turn.over();
    return;
  }
  if (state.subscribed) turn.call({ type: "TEARDOWN" }, { for: "teardown" });
  turn.wakeAt(turn.nowMs + TEARDOWN_AGAIN_MS);
}

function forgetCalls(turn: Turn): void {
  turn.state.pending.clear();
  turn.state.unanswered.clear();
  turn.state.withdrawals.clear();
  turn.state.declines = [];
}
