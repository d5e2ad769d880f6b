// A task that ended otherwise than wanted, told with what its sandbox says.
import { FilesClient, findSandbox } from "../client/files.ts";
import type { HttpClient } from "../client/http.ts";
import { TaskFailedError } from "../errors.ts";
import type { TaskStatus } from "../mesos/types.ts";
import { failureHint } from "./failure-words.ts";
import type { Placement } from "./placement.ts";

const TAIL_BYTES = 4096;
const TAIL_LINES = 20;

export function taskFailure(status: TaskStatus, stderrTail: string): TaskFailedError {
  const { state, reason, source, message } = status;
  const why = [reason, message?.replace(/\s+/g, " ").trim()]
    .filter((part) => part !== undefined && part !== "")
    .join(": ");
  return new TaskFailedError(`The task ${status.task_id.value} ended as ${state}${why === "" ? "" : ` (${why})`}.`, {
    code: "TASK_FAILED",
    hint: failureHint(status, stderrTail),
    taskId: status.task_id.value,
    state,
    reason,
    source,
    stderrTail,
  });
}

/** The last lines of a task's stderr; empty if the agent cannot be asked or has no sandbox of it. */
export async function readStderrTail(
  http: HttpClient,
  task: { placement: Placement; frameworkId: string; signal: AbortSignal },
): Promise<string> {
  const { agentUrl, taskId } = task.placement;
  if (agentUrl === undefined) return "";
  try {
    const sandbox = await findSandbox(http, agentUrl, { frameworkId: task.frameworkId, taskId, signal: task.signal });
    if (sandbox === undefined) return "";
    const text = await new FilesClient(http, agentUrl).tail(`${sandbox}/stderr`, TAIL_BYTES, task.signal);
    return text.trimEnd().split("\n").slice(-TAIL_LINES).join("\n");
  } catch {
    // It is only to explain another failure, which must not be hidden by this one.
    return "";
  }
}
