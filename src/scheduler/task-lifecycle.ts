// What becomes of a task, as a state machine: every phase by name, and what leads from one to the next. Pure.
import { isTerminal, isUncertain } from "../mesos/task-state.ts";
import type { TaskStatus } from "../mesos/types.ts";

export type TaskPhase =
  /** Nothing is launched; offers are looked at. */
  | "waiting"
  /** ACCEPT is on its way; there has been no word of the task yet. */
  | "launched"
  /** The agent has it: images and files are fetched, the executor starts. */
  | "starting"
  /** The executor says that it runs. */
  | "running"
  /** Mesos has lost sight of it; it may still run and come back. */
  | "unreachable"
  /** KILL is on its way, or the task is being ended within its grace period. */
  | "killing"
  /** It has ended, well or badly; nothing follows. */
  | "ended";

export type LifecycleInput =
  | { type: "launch" }
  /** The master has not taken the ACCEPT, or did not know the offer any more. */
  | { type: "launch-refused" }
  | { type: "kill" }
  | { type: "status"; status: TaskStatus };

export function nextPhase(phase: TaskPhase, input: LifecycleInput): TaskPhase {
  if (phase === "ended") return "ended";
  switch (input.type) {
    case "launch":
      return phase === "waiting" ? "launched" : phase;
    case "launch-refused":
      return phase === "launched" ? "waiting" : phase;
    case "kill":
      return phase === "waiting" ? "ended" : "killing";
    case "status":
      return phase === "waiting" ? phase : phaseAfter(phase, input.status);
  }
}

function phaseAfter(phase: TaskPhase, status: TaskStatus): TaskPhase {
  if (phase === "launched" && neverLaunched(status)) return "waiting";
  if (isTerminal(status.state)) return "ended";
  if (phase === "killing") return "killing";
  if (isUncertain(status.state)) return "unreachable";
  switch (status.state) {
    case "TASK_RUNNING":
      return "running";
    case "TASK_KILLING":
      return "killing";
    default:
      // A late word of the start does not undo that it runs.
      return phase === "running" ? "running" : "starting";
  }
}

/** The offer was gone, or the agent was, before the task reached it: another offer will do. */
function neverLaunched({ state, reason }: TaskStatus): boolean {
  if (state === "TASK_DROPPED" || state === "TASK_GONE") return true;
  return state === "TASK_LOST" && (reason === "REASON_INVALID_OFFERS" || reason === "REASON_SLAVE_DISCONNECTED");
}
