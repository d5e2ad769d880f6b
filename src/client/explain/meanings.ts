// What each call, answer and event of the v1 scheduler API means, in a sentence (docs/scheduler-http-api.md).
import type { SchedulerCall, SchedulerEvent } from "../../mesos/scheduler-api.ts";

const CALL_MEANINGS: Record<SchedulerCall["type"], string> = {
  SUBSCRIBE:
    "Registers the framework, or takes it up again under the ID that it has; the answer is a stream of events that stays open.",
  TEARDOWN: "Ends the framework: the master has all its tasks killed and forgets its ID.",
  ACCEPT: "Takes what it needs of the offers and launches tasks on it; the rest goes back to the master.",
  DECLINE: "Gives offers back; they are not made again to this framework until refuse_seconds are over.",
  ACCEPT_INVERSE_OFFERS: "Agrees to leave agents that go into maintenance.",
  DECLINE_INVERSE_OFFERS: "Does not agree to leave agents that go into maintenance.",
  REVIVE: "Wants offers again, those that it has declined too.",
  SUPPRESS: "Has nothing to launch and wants no offers until it says REVIVE.",
  KILL: "Has a task ended; that it has ended is told by an UPDATE.",
  SHUTDOWN: "Has an executor ended with all its tasks.",
  ACKNOWLEDGE: "Says that an update was seen and stored: the agent repeats it until it hears this.",
  ACKNOWLEDGE_OPERATION_STATUS: "Says that the outcome of an operation was seen: it is repeated until this is heard.",
  RECONCILE_OPERATIONS: "Asks how operations stand.",
  RECONCILE: "Asks how tasks stand, or with none named how all do; each answer is an UPDATE without a uuid.",
  MESSAGE: "Passes bytes on to an executor, which may get lost.",
  REQUEST: "Asks for resources; masters do not heed it.",
  UPDATE_FRAMEWORK: "Changes what the master knows of the framework, its roles for one.",
};

const EVENT_MEANINGS: Partial<Record<string, string>> = {
  SUBSCRIBED: "The framework is registered under this ID, with which it is found again after a failure.",
  OFFERS: "Agents have these resources to spare; each offer is to be accepted or declined.",
  INVERSE_OFFERS: "Agents are wanted back for maintenance.",
  RESCIND: "An offer does not hold any more: its agent is gone, or somebody else has what it named.",
  RESCIND_INVERSE_OFFER: "An agent is not wanted back any more.",
  MESSAGE: "An executor has sent bytes.",
  FAILURE: "An agent or an executor has ended; what became of its tasks is told by updates.",
  ERROR: "The master has done with this framework, and closes the stream.",
  HEARTBEAT: "The connection is alive; several of these missing, and it is to be given up.",
};

const STATE_MEANINGS: Record<string, string> = {
  TASK_STAGING: "The agent has the task and fetches its image and files.",
  TASK_STARTING: "The executor has the task and is about to start it.",
  TASK_RUNNING: "The task runs.",
  TASK_KILLING: "The task was told to end, and has its grace period to do so.",
  TASK_FINISHED: "The task has ended well.",
  TASK_FAILED: "The task has ended by itself, and not well.",
  TASK_KILLED: "The task was ended.",
  TASK_ERROR: "The task could not be launched as it was described.",
  TASK_LOST: "The task is lost; older frameworks are told so whatever happened to it.",
  TASK_DROPPED: "The task never started: its launch did not reach the agent.",
  TASK_UNREACHABLE: "The agent is out of sight; the task may still run, and come back with it.",
  TASK_GONE: "The task is gone with its agent, for good.",
  TASK_GONE_BY_OPERATOR: "An operator has said that the agent will not come back.",
  TASK_UNKNOWN: "The master knows nothing of the task.",
};

const STATUS_MEANINGS: Record<number, string> = {
  200: "Here it is.",
  202: "The master has taken the call; what comes of it is told by events.",
  307: "Another master leads; the call goes there.",
  400: "The call is wrong, or of another subscription.",
  401: "The master does not know who asks.",
  403: "That is not allowed.",
  404: "There is no such thing here.",
  503: "No master leads, or it has not recovered yet; the call is tried again.",
};

/** Of a call by its type, or of a request to another path. */
export function callMeaning(type: string | undefined, path: string): string {
  if (type !== undefined && Object.hasOwn(CALL_MEANINGS, type)) return CALL_MEANINGS[type as SchedulerCall["type"]];
  if (type === "GET_MASTER") return "Asks whether this master leads, or which one does.";
  if (path.startsWith("/files/")) return "Reads a file of the agent's, in the sandbox of a task.";
  if (path.endsWith("/state")) return "Asks what is known of frameworks, executors and tasks.";
  return "Asks as operators do.";
}

export function eventMeaning(event: SchedulerEvent): string {
  if (event.type !== "UPDATE") return EVENT_MEANINGS[event.type] ?? "An event that is new to this version.";
  const { state, uuid } = event.update.status;
  const then = uuid === undefined ? "It answers RECONCILE or comes from the master: no acknowledgement is wanted." : "";
  return [STATE_MEANINGS[state] ?? "The task's state has changed.", then].filter((part) => part !== "").join(" ");
}

export function answerMeaning(status: number, streams: boolean): string {
  if (streams && status === 200) return "The stream is open; its ID goes with every call of this subscription.";
  return STATUS_MEANINGS[status] ?? (status < 300 ? "It was taken." : "It was not taken.");
}
