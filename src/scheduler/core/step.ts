// The heart of the scheduler: one input, and what is to be done about it. Deterministic: the same state, input and
// environment give the same effects. The state belongs to whoever calls, and is changed in place.
import { onAgentsSeen } from "./agents.ts";
import { onCommand, forgetRemovedApps } from "./commands.ts";
import { declineAgain, onDeclineAnswer } from "./declines.ts";
import { onDemandAnswer, updateDemand, wantRefusedOffers } from "./demand.ts";
import type { CallOutcome, Effect, Env, Input } from "./inputs.ts";
import { sendKills } from "./kill.ts";
import { onLaunchAnswer, onWithdrawAnswer, watchSilentLaunches, withdrawLostLaunches } from "./launches.ts";
import { findMoves, onInverseOfferRescinded, onInverseOffers } from "./maintenance.ts";
import { onOffers } from "./place.ts";
import { onPolicyTimer } from "./policies.ts";
import { goOnReconciling } from "./reconcile.ts";
import { advanceRollouts } from "./rollout.ts";
import type { SchedulerState } from "./state.ts";
import { onDisconnected, onFrameworkRemoved, onSubscribed, tearDown } from "./subscription.ts";
import { onTellingAnswer } from "./telling.ts";
import { Turn } from "./turn.ts";
import { onUpdate } from "./updates.ts";

/**
 * Takes one input. What is to be stored comes first among the effects, and must be stored before the rest is done.
 * `state.wakeMs` is then the moment at which a `timer` input is due, if none comes before.
 * @throws MesosUpError for a command that cannot be obeyed; then nothing has changed.
 */
export function step(state: SchedulerState, input: Input, env: Env): Effect[] {
  if (state.over) return [];
  const turn = new Turn(state, env);
  const due = env.nowMs >= state.wakeMs;
  if (due) state.wakeMs = Infinity;
  handle(turn, input);
  if (due) whatIsDue(turn);
  advanceRollouts(turn);
  forgetRemovedApps(turn);
  withdrawLostLaunches(turn);
  declineAgain(turn);
  sendKills(turn);
  goOnReconciling(turn);
  updateDemand(turn);
  return turn.effects();
}

function handle(turn: Turn, input: Input): void {
  switch (input.type) {
    case "subscribed": {
      onSubscribed(turn, input);
      return;
    }
    case "disconnected": {
      onDisconnected(turn);
      return;
    }
    case "framework-removed": {
      onFrameworkRemoved(turn);
      return;
    }
    case "offers": {
      onOffers(turn, input.offers);
      return;
    }
    case "inverse-offers": {
      onInverseOffers(turn, input.offers);
      return;
    }
    case "rescind": {
      onRescinded(turn, input.offerId);
      return;
    }
    case "rescind-inverse": {
      onInverseOfferRescinded(turn, input.offerId);
      return;
    }
    case "agents": {
      onAgentsSeen(turn, input.agents);
      return;
    }
    case "update": {
      onUpdate(turn, input.status);
      return;
    }
    case "agent-failed": {
      onAgentFailed(turn, input.agentId);
      return;
    }
    case "answer": {
      onAnswer(turn, input.callId, input.outcome);
      return;
    }
    case "command": {
      onCommand(turn, input.command);
      return;
    }
    case "tail": {
      onTail(turn, input);
      return;
    }
    case "timer":
      return;
  }
}

/** Looks at everything that waits for a moment; each says when it wants to be looked at again. */
function whatIsDue(turn: Turn): void {
  for (const instance of turn.state.instances.values()) onPolicyTimer(turn, instance);
  watchSilentLaunches(turn);
  findMoves(turn);
  if (turn.state.stopping) tearDown(turn);
}

function onAnswer(turn: Turn, callId: number, outcome: CallOutcome): void {
  const pending = turn.state.pending.get(callId);
  turn.state.pending.delete(callId);
  switch (pending?.for) {
    case "launch": {
      onLaunchAnswer(turn, pending, outcome);
      return;
    }
    case "withdraw": {
      onWithdrawAnswer(turn, pending, outcome);
      return;
    }
    case "decline": {
      onDeclineAnswer(turn, pending, outcome);
      return;
    }
    case "demand": {
      onDemandAnswer(turn, pending, outcome.name === "taken");
      return;
    }
    case "telling": {
      onTellingAnswer(turn, pending, outcome);
      return;
    }
    case "teardown": {
      // One that was lost is said again when its time comes.
      if (outcome.name !== "lost") turn.over();
      return;
    }
    case undefined:
  }
}

function onRescinded(turn: Turn, offerId: string): void {
  for (const agent of turn.state.agents.values())
    if (agent.offer.id.value === offerId) agent.away = "its offer was taken back";
}

function onAgentFailed(turn: Turn, agentId: string): void {
  const agent = turn.state.agents.get(agentId);
  if (agent !== undefined) agent.away = "it is gone";
  wantRefusedOffers(turn);
}

function onTail(turn: Turn, { instance: id, taskId, text }: Extract<Input, { type: "tail" }>): void {
  const instance = turn.state.instances.get(id);
  if (instance?.lastFailure?.taskId !== taskId) return;
  instance.lastFailure.stderrTail = text;
  turn.enter(instance, instance.state);
  turn.tell({ type: "app", app: instance.app, what: `${instance.id} told why it failed` });
}
