// What the states of a task mean (mesos.proto, `TaskState`).
import type { TaskState } from "./types.ts";

/** The task has ended, and no update of it will follow, as far as Mesos can promise that. */
const TERMINAL: ReadonlySet<TaskState> = new Set<TaskState>([
  "TASK_FINISHED",
  "TASK_FAILED",
  "TASK_KILLED",
  "TASK_ERROR",
  "TASK_LOST",
  "TASK_DROPPED",
  "TASK_GONE",
  "TASK_GONE_BY_OPERATOR",
]);

/** Mesos cannot tell: the task may still run and come back. */
const UNCERTAIN: ReadonlySet<TaskState> = new Set<TaskState>(["TASK_UNREACHABLE", "TASK_UNKNOWN"]);

export function isTerminal(state: TaskState): boolean {
  return TERMINAL.has(state);
}

export function isUncertain(state: TaskState): boolean {
  return UNCERTAIN.has(state);
}
