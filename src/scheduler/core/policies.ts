// What follows the end of a task: another one at once, another one after a while, or none.
import { backoffMs } from "../../client/backoff.ts";
import { parseUserDurationMs } from "../../mesos/duration.ts";
import type { TaskStatus } from "../../mesos/types.ts";
import { wantRefusedOffers } from "./demand.ts";
import type { Instance, Verdict } from "./instance.ts";
import { droppedBackoffMs } from "./pace.ts";
import { onVersionFailed } from "./rollout.ts";
import type { AppState } from "./state.ts";
import type { Turn } from "./turn.ts";

/** The instance's task has ended, as the verdict on its last status says. */
export function onTaskEnded(
  turn: Turn,
  instance: Instance,
  { verdict, status }: { verdict: Exclude<Verdict, "starting" | "running" | "killing">; status: TaskStatus },
): void {
  const { killFor, runningSinceMs } = instance;
  const app = turn.state.apps.get(instance.app);
  const ranMs = runningSinceMs === undefined ? 0 : turn.nowMs - runningSinceMs;
  if (killFor === undefined && verdict !== "finished") rememberFailure(turn, instance, status);
  turn.state.kills.delete(status.task_id.value);
  turn.forgetTask(instance);
  delete instance.killFor;
  // The spread of the app's tasks is another one now.
  wantRefusedOffers(turn);
  if (app === undefined || app.removing || killFor === "scale") turn.removeInstance(instance);
  else if (killFor !== undefined || verdict === "gone" || verdict === "unreachable") again(turn, instance, app, status);
  else if (verdict === "dropped") backOffDropped(turn, instance, app, status);
  else endedByItself(turn, instance, app, { failed: verdict !== "finished", ranMs, status });
}

function endedByItself(
  turn: Turn,
  instance: Instance,
  app: AppState,
  { failed, ranMs, status }: { failed: boolean; ranMs: number; status: TaskStatus },
): void {
  const { policy, backoff, max_backoff, give_up } = app.spec.restart;
  if (!failed && policy !== "always") {
    turn.enter(instance, "finished", status);
    return;
  }
  if (policy === "never") {
    turn.enter(instance, "gave-up", status);
    return;
  }
  if (failed) {
    const windowStartMs = turn.nowMs - parseUserDurationMs(give_up.within);
    instance.failuresMs = [...instance.failuresMs.filter((atMs) => atMs > windowStartMs), turn.nowMs];
    if (instance.version === app.version) onVersionFailed(turn, app);
    if (give_up.failures > 0 && instance.failuresMs.length >= give_up.failures) {
      turn.enter(instance, "gave-up", status);
      return;
    }
  }
  const maxMs = parseUserDurationMs(max_backoff);
  if (ranMs >= maxMs) instance.backoffs = 0;
  const waitMs = backoffMs(instance.backoffs++, { firstMs: parseUserDurationMs(backoff), maxMs }, turn.env.random);
  instance.restarts++;
  backOff(turn, instance, { waitMs, status });
}

/** Through no fault of its own: at once. */
function again(turn: Turn, instance: Instance, app: AppState, status: TaskStatus): void {
  if (app.spec.restart.policy === "never" && instance.lastFailure?.taskId === status.task_id.value) {
    turn.enter(instance, "gave-up", status);
    return;
  }
  instance.restarts++;
  instance.backoffs = 0;
  turn.enter(instance, "waiting", status);
}

function backOffDropped(turn: Turn, instance: Instance, app: AppState, status: TaskStatus): void {
  const waitMs = droppedBackoffMs(instance.backoffs++, turn.env.random);
  backOff(turn, instance, { waitMs, status });
}

function backOff(turn: Turn, instance: Instance, { waitMs, status }: { waitMs: number; status: TaskStatus }): void {
  if (waitMs === 0) {
    turn.enter(instance, "waiting", status);
    return;
  }
  instance.notBeforeMs = turn.nowMs + waitMs;
  turn.wakeAt(instance.notBeforeMs);
  turn.enter(instance, "backing-off", status);
}

function rememberFailure(turn: Turn, instance: Instance, status: TaskStatus): void {
  const { task } = instance;
  if (task === undefined) return;
  const { state, reason, source, message } = status;
  instance.lastFailure = {
    taskId: task.taskId,
    agent: task.agent,
    state,
    ...(reason !== undefined && { reason }),
    ...(source !== undefined && { source }),
    ...(message !== undefined && { message: message.replace(/\s+/g, " ").trim() }),
    atMs: turn.nowMs,
  };
  if (source !== "SOURCE_MASTER") turn.readTail(instance.id, task);
}

/** Those whose time has come, of instances that back off or are out of sight. */
export function onPolicyTimer(turn: Turn, instance: Instance): void {
  if (instance.state === "backing-off") {
    const dueMs = instance.notBeforeMs ?? 0;
    if (turn.nowMs < dueMs) {
      turn.wakeAt(dueMs);
      return;
    }
    delete instance.notBeforeMs;
    turn.enter(instance, "waiting");
  }
  if (instance.state === "unreachable") replaceIfDue(turn, instance);
}

/**
 * Another task takes the place of one that is out of sight for too long. Should that come back, no instance has it any
 * more, and it is killed as surplus.
 */
export function replaceIfDue(turn: Turn, instance: Instance): void {
  const app = turn.state.apps.get(instance.app);
  const replaceAfter = app?.spec.unreachable.replace_after ?? "never";
  if (app === undefined || replaceAfter === "never" || instance.task === undefined) return;
  // It may have come back while nobody here was told: the master is asked first.
  if (!turn.state.subscribed || turn.state.unconfirmed.has(instance.task.taskId)) return;
  const dueMs = instance.sinceMs + parseUserDurationMs(replaceAfter);
  if (turn.nowMs < dueMs) {
    turn.wakeAt(dueMs);
    return;
  }
  turn.note(`${instance.task.taskId} has been out of sight for ${replaceAfter}: another task takes its place`);
  turn.state.kills.delete(instance.task.taskId);
  // One that was to be replaced anyhow is not wanted back.
  if (instance.killFor === undefined) instance.writtenOff = instance.task.taskId;
  turn.forgetTask(instance);
  delete instance.killFor;
  instance.restarts++;
  turn.enter(instance, "waiting");
}
