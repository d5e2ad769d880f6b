// What becomes of an ACCEPT. Without an answer nobody knows whether its tasks were launched: then the offer is declined,
// so that the ACCEPT cannot be taken any more should it still arrive, and only after that the tasks are asked about.
import { wantIfRefusedLate } from "./demand.ts";
import { hasTask } from "./instance.ts";
import { onTaskEnded } from "./policies.ts";
import { reconcileSilentLaunch, reconcileTasks } from "./reconcile.ts";
import type { CallOutcome } from "./inputs.ts";
import type { PendingCall } from "./state.ts";
import type { Turn } from "./turn.ts";

const WITHDRAW_AGAIN_MS = 1000;

export function onLaunchAnswer(
  turn: Turn,
  { instances, offerId, sinceMs }: Extract<PendingCall, { for: "launch" }>,
  outcome: CallOutcome,
): void {
  const launched = instancesOnOffer(turn, instances, offerId);
  if (outcome.name !== "lost") wantIfRefusedLate(turn, sinceMs);
  switch (outcome.name) {
    case "taken":
      for (const { task } of launched) turn.state.unanswered.delete(task.taskId);
      return;
    case "refused":
      for (const instance of launched) {
        const { taskId, agentId } = instance.task;
        const status = {
          task_id: { value: taskId },
          agent_id: { value: agentId },
          state: "TASK_ERROR" as const,
          source: "SOURCE_MASTER" as const,
          message: outcome.message,
        };
        onTaskEnded(turn, instance, { verdict: "failed", status });
      }
      return;
    case "lost":
      turn.state.withdrawals.set(offerId, { instances, sinceMs, nextMs: turn.nowMs });
  }
}

export function onWithdrawAnswer(
  turn: Turn,
  { instances, offerId, sinceMs }: Extract<PendingCall, { for: "withdraw" }>,
  outcome: CallOutcome,
): void {
  if (outcome.name === "lost") {
    turn.state.withdrawals.set(offerId, { instances, sinceMs, nextMs: turn.nowMs + WITHDRAW_AGAIN_MS });
    return;
  }
  wantIfRefusedLate(turn, sinceMs);
  const taskIds = instancesOnOffer(turn, instances, offerId).map(({ task }) => task.taskId);
  for (const taskId of taskIds) turn.state.unanswered.delete(taskId);
  reconcileTasks(turn, taskIds);
}

/** To be asked after everything else of a turn. */
export function withdrawLostLaunches(turn: Turn): void {
  const { state, nowMs } = turn;
  if (!state.subscribed) return;
  for (const [offerId, { instances, sinceMs, nextMs }] of state.withdrawals) {
    if (nextMs > nowMs) {
      turn.wakeAt(nextMs);
      continue;
    }
    state.withdrawals.delete(offerId);
    const decline = { offer_ids: [{ value: offerId }], filters: { refuse_seconds: 0 } };
    turn.call({ type: "DECLINE", decline }, { for: "withdraw", offerId, instances, sinceMs });
  }
}

/** Launches that were taken and of which nothing has been heard for long. */
export function watchSilentLaunches(turn: Turn): void {
  for (const instance of turn.state.instances.values())
    if (instance.state === "launching") reconcileSilentLaunch(turn, instance);
}

/** Those of the instances that still have the task that was launched on that offer. */
function instancesOnOffer(turn: Turn, ids: readonly string[], offerId: string) {
  return ids
    .flatMap((id) => turn.state.instances.get(id) ?? [])
    .filter(hasTask)
    .filter(({ task }) => task.offerId === offerId);
}
