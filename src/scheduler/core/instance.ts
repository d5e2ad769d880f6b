// An instance: one of the places that an app's tasks run in, as `web.1`. It has at most one task at a time; every state
// of it by name, and what a status of its task makes of it. Pure.
import type { TaskStatus } from "../../mesos/types.ts";
import type { Placement } from "../placement.ts";

export type InstanceState =
  /** It has no task and wants an offer. */
  | "waiting"
  /** It has no task, since the last one ended too soon or badly; it wants an offer again at `notBeforeMs`. */
  | "backing-off"
  /** Its launch is stored and ACCEPT is on its way; there has been no word of the task yet. */
  | "launching"
  /** The agent has the task: images and files are fetched, the executor starts. */
  | "starting"
  /** The executor says that the task runs; `healthy` is what its health check said last. */
  | "running"
  /** Mesos has lost sight of the task; it may still run and come back. */
  | "unreachable"
  /** KILL is sent until the end is heard of; `killFor` says what follows. */
  | "killing"
  /** The task ended well, and the restart policy asks for no other. */
  | "finished"
  /** It failed too often within the window of its restart policy. */
  | "gave-up";

/** Why a task is killed, and so what becomes of its instance afterwards. */
export type KillReason =
  /** The app is scaled down or removed: the instance goes with its task. */
  | "scale"
  /** Somebody asked for another task in its place. */
  | "restart"
  /** The app has another version now. */
  | "update"
  /** The agent is about to go into maintenance. */
  | "move";

/** How a task ended that was to run. Times are milliseconds since the epoch, here as everywhere in the core. */
export interface Failure {
  taskId: string;
  agent: string;
  state: string;
  reason?: string | undefined;
  source?: string | undefined;
  message?: string | undefined;
  atMs: number;
  /** Last lines of its stderr, once they have been read. */
  stderrTail?: string | undefined;
}

export interface Instance {
  /** The app's name, a dot and the ordinal. */
  id: string;
  app: string;
  /** 1, 2, 3, … */
  ordinal: number;
  state: InstanceState;
  /** When it came into that state. */
  sinceMs: number;
  /** Of the app, that its task was launched as; without a task, that of its last one. */
  version: number;
  /** Present in every state that has a task: launching, starting, running, unreachable, killing. */
  task?: Placement | undefined;
  /** The one before, or the last one where there is none now. */
  lastTask?: Placement | undefined;
  /** The last task, if another one is to take its place for being out of sight. */
  writtenOff?: string | undefined;
  /** What the last status said of the container. */
  containerId?: string | undefined;
  healthy?: boolean | undefined;
  runningSinceMs?: number | undefined;
  killFor?: KillReason | undefined;
  notBeforeMs?: number | undefined;
  /** Tasks that followed another one. */
  restarts: number;
  /** Of the task's own ends that were failures, within the window of the restart policy. */
  failuresMs: number[];
  /** Ends in a row that called for a longer wait. */
  backoffs: number;
  lastFailure?: Failure | undefined;
}

/** What a status says about a task, as far as an instance is concerned. */
export type Verdict =
  /** It is on its way. */
  | "starting"
  | "running"
  | "killing"
  /** It may still run. */
  | "unreachable"
  /** It never ran: another offer will do. */
  | "dropped"
  /** It is gone for certain with its agent, and it is nobody's fault. */
  | "gone"
  | "finished"
  | "killed"
  | "failed";

/**
 * Reads a status as a framework with PARTITION_AWARE must (docs/high-availability-framework-guide.md, docs/maintenance.md,
 * mesos.proto TaskState). TASK_LOST stands for several things; its reason tells them apart.
 */
export function verdictOf({ state, reason }: TaskStatus): Verdict {
  switch (state) {
    case "TASK_STAGING":
    case "TASK_STARTING":
      return "starting";
    case "TASK_RUNNING":
      return "running";
    case "TASK_KILLING":
      return "killing";
    case "TASK_UNREACHABLE":
    case "TASK_UNKNOWN":
      return "unreachable";
    case "TASK_DROPPED":
      return "dropped";
    case "TASK_GONE":
    case "TASK_GONE_BY_OPERATOR":
      return "gone";
    case "TASK_LOST":
      if (AGENT_REMOVED.has(reason ?? "")) return "gone";
      return MAYBE_ALIVE.has(reason ?? "") ? "unreachable" : "dropped";
    case "TASK_FINISHED":
      return "finished";
    case "TASK_KILLED":
      return "killed";
    case "TASK_FAILED":
    case "TASK_ERROR":
      return "failed";
  }
}

/**
 * Of an agent that the master only cannot reach it says TASK_UNREACHABLE; it says this when it has removed the agent: its
 * machine was taken down for maintenance, it has unregistered, or another one has its address.
 */
const AGENT_REMOVED = new Set(["REASON_AGENT_REMOVED", "REASON_SLAVE_REMOVED"]);

/** With these a task that is called lost may still run on an agent that nobody hears of. */
const MAYBE_ALIVE = new Set(["REASON_RECONCILIATION", "REASON_AGENT_UNKNOWN", "REASON_SLAVE_UNKNOWN"]);

/** Whether it has a task that Mesos was told of, or is about to be. */
export function hasTask(instance: Instance): instance is Instance & { task: Placement } {
  return instance.task !== undefined;
}

/** Whether it does what it is there for. */
export function isAvailable(instance: Instance, hasHealthCheck: boolean): boolean {
  return instance.state === "running" && (!hasHealthCheck || instance.healthy === true);
}

export function newInstance(app: string, ordinal: number, over: { version: number; nowMs: number }): Instance {
  return {
    id: `${app}.${ordinal}`,
    app,
    ordinal,
    state: "waiting",
    sinceMs: over.nowMs,
    version: over.version,
    restarts: 0,
    failuresMs: [],
    backoffs: 0,
  };
}
