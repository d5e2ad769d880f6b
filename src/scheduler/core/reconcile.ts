// Reconciliation (docs/reconciliation.md): after every subscription, now and then, and for launches that nothing is heard
// of, the master is asked about every task by its agent, again and again with growing pauses until each has its answer;
// then about all that it knows, so that tasks come to light which nobody here has.
import { hasTask } from "./instance.ts";
import { LAUNCH_SILENCE_MS, lookAgainMs, reconcileAgainMs, reconcilePeriodMs, reconcileUnseenMs } from "./pace.ts";
import type { Turn } from "./turn.ts";

/** Begins a round with every task that there is. */
export function startReconciling(turn: Turn): void {
  const { reconciling, byTask, unanswered } = turn.state;
  reconciling.remaining = new Set([...byTask.keys()].filter((taskId) => !unanswered.has(taskId)));
  reconciling.attempt = 0;
  reconciling.nextMs = turn.nowMs;
  reconciling.implicit = true;
  turn.wakeAt(turn.nowMs);
}

/**
 * A master may lead anew: a task that was replaced while it was out of sight, or was to end, comes to it with its agent, and
 * nobody is told of a task whose agent the master has expected.
 */
export function startLooking(turn: Turn): void {
  const { reconciling } = turn.state;
  reconciling.looks = 0;
  reconciling.lookMs = turn.nowMs + lookAgainMs(0, turn.env.random);
}

/** There is nothing yet that could be asked about. */
export function reconcileLater(turn: Turn): void {
  const { reconciling } = turn.state;
  reconciling.lookMs = Infinity;
  reconciling.remaining.clear();
  reconciling.implicit = false;
  reconciling.nextMs = turn.nowMs + reconcilePeriodMs(turn.env.random);
}

/** A task is out of sight: the next round must not be far. */
export function reconcileSoon(turn: Turn): void {
  const { reconciling } = turn.state;
  reconciling.nextMs = Math.min(reconciling.nextMs, turn.nowMs + reconcileUnseenMs(turn.env.random));
}

/** Asks about these tasks now, and until there is an answer. */
export function reconcileTasks(turn: Turn, taskIds: readonly string[]): void {
  const { reconciling } = turn.state;
  for (const taskId of taskIds) reconciling.remaining.add(taskId);
  reconciling.attempt = 0;
  reconciling.nextMs = turn.nowMs;
}

/** To be asked after everything else of a turn. */
export function goOnReconciling(turn: Turn): void {
  const { state, nowMs, env } = turn;
  const { reconciling } = state;
  if (!state.subscribed || state.stopping) return;
  if (nowMs >= reconciling.nextMs) {
    if (reconciling.remaining.size > 0) {
      askExplicitly(turn);
      reconciling.nextMs = nowMs + reconcileAgainMs(reconciling.attempt++, env.random);
    } else if (!reconciling.implicit) startReconciling(turn);
  }
  const looksAgain = nowMs >= reconciling.lookMs;
  if (looksAgain) reconciling.lookMs = nowMs + lookAgainMs(++reconciling.looks, env.random);
  turn.wakeAt(reconciling.lookMs);
  const isDone = reconciling.remaining.size === 0 && reconciling.implicit;
  if (isDone || looksAgain) turn.call({ type: "RECONCILE", reconcile: { tasks: [] } });
  if (isDone) {
    reconciling.implicit = false;
    const unseen = [...state.instances.values()].some((instance) => instance.state === "unreachable");
    reconciling.nextMs = nowMs + (unseen ? reconcileUnseenMs : reconcilePeriodMs)(env.random);
  }
  turn.wakeAt(reconciling.nextMs);
}

/** A task that was launched and of which nothing has been heard for long is asked about. */
export function reconcileSilentLaunch(turn: Turn, instance: { state: string; sinceMs: number; id: string }): void {
  const found = turn.state.instances.get(instance.id);
  if (found === undefined || !hasTask(found) || found.state !== "launching") return;
  const { taskId } = found.task;
  if (turn.state.unanswered.has(taskId) || turn.state.reconciling.remaining.has(taskId)) return;
  const dueMs = found.sinceMs + LAUNCH_SILENCE_MS;
  if (turn.nowMs < dueMs) turn.wakeAt(dueMs);
  else reconcileTasks(turn, [taskId]);
}

function askExplicitly(turn: Turn): void {
  const { reconciling, byTask } = turn.state;
  const tasks = [...reconciling.remaining].flatMap((taskId) => {
    const agentId = byTask.get(taskId)?.task?.agentId;
    return agentId === undefined ? [] : [{ task_id: { value: taskId }, agent_id: { value: agentId } }];
  });
  if (tasks.length > 0) turn.call({ type: "RECONCILE", reconcile: { tasks } });
  else reconciling.remaining.clear();
}
