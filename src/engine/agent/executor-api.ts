// POST /api/v1/executor: the calls of executors, and the stream of events that answers SUBSCRIBE
// (docs/executor-http-api.md).
import { isUuid } from "../../mesos/ids.ts";
import { Schema } from "../../mesos/protobuf/definition.ts";
import { EXECUTOR_MESSAGES } from "../../mesos/protobuf/executor-messages.ts";
import { MESOS_MESSAGES } from "../../mesos/protobuf/mesos-messages.ts";
import { REPORTED_MESSAGES } from "../../mesos/protobuf/reported-messages.ts";
import type { TaskStatus } from "../../mesos/types.ts";
import { answerFormat, MASTER_WORDS, readCall, RecordStream, type RecordTarget } from "../common/api-request.ts";
import type { Clock } from "../common/clock.ts";
import { type HttpAnswer, type HttpRequest, methodNotAllowed, text } from "../common/http.ts";
import type { Agent } from "./agent.ts";
import type { Executor, ExecutorStream } from "./book.ts";
import type { ExecutorCall } from "./executor-messages.ts";

const HEARTBEAT_INTERVAL_MS = 30 * 60_000;

export interface ExecutorApiOptions {
  agent: Agent;
  clock: Clock;
  /** Before recovery is over nobody can subscribe. */
  isRecovered: () => boolean;
}

const CALLS = {
  schema: new Schema(MESOS_MESSAGES, REPORTED_MESSAGES, EXECUTOR_MESSAGES),
  message: "executor.Call",
  words: MASTER_WORDS,
};

export function executorApi({
  agent,
  clock,
  isRecovered,
}: ExecutorApiOptions): (request: HttpRequest) => Promise<HttpAnswer> {
  return async (request) => {
    if (!isRecovered()) return text(503, "Agent has not finished recovery");
    if (request.method !== "POST") return methodNotAllowed("POST", request.method);
    const read = await readCall(CALLS, request);
    if ("refusal" in read) return read.refusal;
    const problem = callProblem(read.call as UncheckedCall);
    if (problem !== undefined) return text(400, `Failed to validate Executor::Call: ${problem}`);
    const call = read.call as ExecutorCall | Heartbeat;
    if (call.type === "HEARTBEAT") return { status: 202 };
    const answers = await answerFormat(request);
    if (call.type === "SUBSCRIBE" && "refusal" in answers) return answers.refusal;
    const executor = agent.book.executor(call.framework_id.value, call.executor_id.value);
    if (!agent.book.frameworks.has(call.framework_id.value)) return text(400, "Framework cannot be found");
    if (executor === undefined || executor.state === "TERMINATED") return text(400, "Executor cannot be found");
    if (call.type !== "SUBSCRIBE" || "refusal" in answers) return take(agent, executor, call);
    const { format } = answers;
    return {
      status: 200,
      headers: { "Content-Type": format.mediaType },
      stream: (response) => {
        const target = { response, format, message: "executor.Event" };
        agent.executors.subscribe(executor, call, openStream({ agent, clock, executor }, target));
      },
    };
  };
}

interface Heartbeat {
  type: "HEARTBEAT";
}

/** A call whose fields are of the right types, but may be absent. */
interface UncheckedCall extends Pick<ExecutorCall, "framework_id" | "executor_id"> {
  type?: string;
  subscribe?: object;
  update?: { status: TaskStatus };
  message?: object;
}

/** Why a call cannot be dealt with, in Mesos's words. */
function callProblem(call: UncheckedCall): string | undefined {
  switch (call.type) {
    case undefined:
      return "Expecting 'type' to be present";
    case "SUBSCRIBE":
      return call.subscribe === undefined ? "Expecting 'subscribe' to be present" : undefined;
    case "UPDATE":
      return call.update === undefined ? "Expecting 'update' to be present" : updateProblem(call, call.update.status);
    case "MESSAGE":
      return call.message === undefined ? "Expecting 'message' to be present" : undefined;
    default:
      return undefined;
  }
}

function updateProblem(call: UncheckedCall, status: TaskStatus): string | undefined {
  if (status.uuid === undefined) return "Expecting 'uuid' to be present";
  if (!isUuid(status.uuid)) return "Not a valid UUID";
  const own = call.executor_id.value;
  const named = status.executor_id?.value ?? own;
  if (named !== own) return `ExecutorID in Call: ${own} does not match ExecutorID in TaskStatus: ${named}`;
  const sender = `executor ${own} of framework ${call.framework_id.value}`;
  if (status.source !== "SOURCE_EXECUTOR")
    return `Received Call from ${sender} with invalid source, expecting 'SOURCE_EXECUTOR'`;
  if (status.state === "TASK_STAGING") return `Received TASK_STAGING from ${sender} which is not allowed`;
  return undefined;
}

function take(agent: Agent, executor: Executor, call: ExecutorCall): HttpAnswer {
  if (call.type === "UPDATE") {
    // A broken connection may still bring an executor's last words: they count.
    agent.executors.update(executor, call);
    return { status: 202 };
  }
  if (call.type === "MESSAGE") {
    const { framework_id, executor_id, message } = call;
    agent.options.send({ type: "MESSAGE", message: { framework_id, executor_id, data: message.data } });
    return { status: 202 };
  }
  return { status: 501 };
}

function openStream(
  { agent, clock, executor }: { agent: Agent; clock: Clock; executor: Executor },
  target: RecordTarget,
): ExecutorStream {
  const { socket } = target.response;
  socket?.setNoDelay(true);
  socket?.setTimeout(0);
  const records = new RecordStream(target, () => {
    heartbeat.cancel();
    agent.executors.unsubscribed(executor, stream);
  });
  const stream: ExecutorStream = { send: (event) => records.send(event), close: () => records.close() };
  const heartbeat = clock.every(HEARTBEAT_INTERVAL_MS, () => stream.send({ type: "HEARTBEAT" }));
  return stream;
}
