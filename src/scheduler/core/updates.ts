// Status updates: what they make of instances, tasks that no instance has, and the acknowledgement.
import type { TaskStatus } from "../../mesos/types.ts";
import { hasTask, verdictOf } from "./instance.ts";
import type { Instance } from "./instance.ts";
import { killTask } from "./kill.ts";
import { mayStay } from "../spread.ts";
import { onTaskEnded, replaceIfDue } from "./policies.ts";
import { spreadOf } from "./place.ts";
import { reconcileSoon } from "./reconcile.ts";
import type { Turn } from "./turn.ts";

/** One UPDATE event. What it changes is stored before it is acknowledged, so none is ever lost. */
export function onUpdate(turn: Turn, status: TaskStatus): void {
  const taskId = status.task_id.value;
  const instance = turn.state.byTask.get(taskId) ?? adopt(turn, status);
  turn.state.reconciling.remaining.delete(taskId);
  turn.state.unconfirmed.delete(taskId);
  // Whoever speaks of the task has heard of the ACCEPT.
  turn.state.unanswered.delete(taskId);
  if (instance !== undefined) apply(turn, instance, status);
  else onSurplus(turn, status);
  const { uuid, agent_id } = status;
  if (uuid !== undefined && agent_id !== undefined)
    turn.call({ type: "ACKNOWLEDGE", acknowledge: { agent_id, task_id: status.task_id, uuid } });
}

/** A task that comes back into sight before another one has taken its place has its place again. */
function adopt(turn: Turn, status: TaskStatus): Instance | undefined {
  const taskId = status.task_id.value;
  const verdict = verdictOf(status);
  if (verdict !== "running" && verdict !== "starting") return undefined;
  const instance = turn.state.waiting.get(taskId.replace(/\.[^.]*$/, ""));
  if (instance?.writtenOff !== taskId || instance.lastTask === undefined) return undefined;
  const app = turn.state.apps.get(instance.app);
  if (app === undefined || instance.version !== app.version) return undefined;
  // Another instance of the app may have been placed where it was meanwhile.
  if (!mayStay(app.spec, instance.lastTask.attributes ?? {}, spreadOf(turn, app))) {
    delete instance.writtenOff;
    turn.instanceChanged(instance);
    return undefined;
  }
  instance.task = instance.lastTask;
  delete instance.writtenOff;
  turn.state.byTask.set(taskId, instance);
  turn.state.kills.delete(taskId);
  turn.note(`${taskId} is back, and has its place again`);
  return instance;
}

/** A task of ours that no instance has: its place was taken while it was out of sight, or its instance is gone. */
function onSurplus(turn: Turn, status: TaskStatus): void {
  const taskId = status.task_id.value;
  const verdict = verdictOf(status);
  if (verdict === "starting" || verdict === "running") {
    if (!turn.state.kills.has(taskId)) turn.note(`${taskId} is surplus and will be killed`);
    killTask(turn, taskId, status.agent_id?.value);
  } else if (verdict !== "killing") turn.state.kills.delete(taskId);
}

/** States in which a word of a start says something new. */
const COMING: ReadonlySet<Instance["state"]> = new Set(["waiting", "launching", "unreachable"]);

function apply(turn: Turn, instance: Instance, status: TaskStatus): void {
  const verdict = verdictOf(status);
  switch (verdict) {
    case "starting":
      if (COMING.has(instance.state)) comesToLife(turn, instance, status);
      else turn.enter(instance, instance.state, status);
      return;
    case "running":
      instance.containerId = status.container_status?.container_id?.value ?? instance.containerId;
      instance.healthy = status.healthy ?? instance.healthy;
      instance.runningSinceMs ??= turn.nowMs;
      comesToLife(turn, instance, status);
      return;
    case "killing":
      turn.enter(instance, instance.state, status);
      return;
    case "unreachable":
      outOfSight(turn, instance, status);
      return;
    default:
      onTaskEnded(turn, instance, { verdict, status });
  }
}

function comesToLife(turn: Turn, instance: Instance, status: TaskStatus): void {
  if (instance.killFor !== undefined && hasTask(instance)) {
    turn.enter(instance, "killing", status);
    killTask(turn, instance.task.taskId, instance.task.agentId);
    return;
  }
  turn.enter(instance, status.state === "TASK_RUNNING" ? "running" : "starting", status);
}

function outOfSight(turn: Turn, instance: Instance, status: TaskStatus): void {
  // It is to go with its task; should that come back, it is surplus.
  if (instance.killFor === "scale") {
    turn.removeInstance(instance);
    return;
  }
  turn.state.kills.delete(status.task_id.value);
  turn.enter(instance, "unreachable", status);
  reconcileSoon(turn);
  replaceIfDue(turn, instance);
}
