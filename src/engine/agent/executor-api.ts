// POST /api/v1/executor: the calls of executors, and the stream of events that answers SUBSCRIBE
// (docs/executor-http-api.md).
import type { ServerResponse } from "node:http";
import { encodeRecord } from "../../mesos/recordio.ts";
import type { Clock } from "../common/clock.ts";
import { type HttpAnswer, type HttpRequest, methodNotAllowed, text } from "../common/http.ts";
import type { Agent } from "./agent.ts";
import type { Executor, ExecutorStream } from "./book.ts";
import type { ExecutorCall, ExecutorEvent } from "./executor-messages.ts";

const HEARTBEAT_INTERVAL_MS = 30 * 60_000;

export interface ExecutorApiOptions {
  agent: Agent;
  clock: Clock;
  /** Before recovery is over nobody can subscribe. */
  isRecovered: () => boolean;
}

export function executorApi({ agent, clock, isRecovered }: ExecutorApiOptions): (request: HttpRequest) => HttpAnswer {
  return (request) => {
    if (request.method !== "POST") return methodNotAllowed("POST", request.method);
    const contentType = request.headers["content-type"];
    if (contentType === undefined) return text(400, "Expecting 'Content-Type' to be present");
    if (contentType !== "application/json") return text(415, "Expecting 'Content-Type' of application/json");
    if (!isRecovered()) return text(503, "Agent has not finished recovery");
    let call: ExecutorCall;
    try {
      call = parseCall(request.body);
    } catch (error) {
      return text(400, (error as Error).message);
    }
    const executor = agent.book.executor(call.framework_id.value, call.executor_id.value);
    if (!agent.book.frameworks.has(call.framework_id.value)) return text(400, "Framework cannot be found");
    if (executor === undefined || executor.state === "TERMINATED") return text(400, "Executor cannot be found");
    return answer(agent, clock, executor, call);
  };
}

/** Nothing is sure about a call before it is looked at. */
interface UncheckedCall {
  type?: unknown;
  framework_id?: { value?: unknown };
  executor_id?: { value?: unknown };
  subscribe?: unknown;
  update?: { status?: { task_id?: { value?: unknown }; uuid?: unknown; source?: unknown } };
  message?: { data?: unknown };
}

function parseCall(body: Buffer): ExecutorCall {
  let call: UncheckedCall | null;
  try {
    call = JSON.parse(body.toString("utf8")) as UncheckedCall | null;
  } catch (error) {
    throw new Error(`Failed to parse body into JSON: ${(error as Error).message}`, { cause: error });
  }
  const invalid = (problem: string): Error => new Error(`Failed to validate Executor::Call: ${problem}`);
  if (typeof call !== "object" || call === null) throw invalid("Expecting a JSON object");
  if (typeof call.framework_id?.value !== "string") throw invalid("Expecting 'framework_id' to be present");
  if (typeof call.executor_id?.value !== "string") throw invalid("Expecting 'executor_id' to be present");
  switch (call.type) {
    case "SUBSCRIBE":
      if (typeof call.subscribe !== "object") throw invalid("Expecting 'subscribe' to be present");
      break;
    case "UPDATE": {
      const status = call.update?.status;
      if (status === undefined) throw invalid("Expecting 'update' to be present");
      if (typeof status.task_id?.value !== "string") throw invalid("Expecting 'task_id' to be present");
      if (typeof status.uuid !== "string") throw invalid("Expecting 'uuid' to be present");
      if (status.source !== "SOURCE_EXECUTOR") {
        throw invalid("Received Call from executor with an invalid 'source', expecting 'SOURCE_EXECUTOR'");
      }
      break;
    }
    case "MESSAGE":
      if (typeof call.message?.data !== "string") throw invalid("Expecting 'message' to be present");
      break;
    default:
      throw invalid("Expecting 'type' to be present");
  }
  return call as unknown as ExecutorCall;
}

function answer(agent: Agent, clock: Clock, executor: Executor, call: ExecutorCall): HttpAnswer {
  switch (call.type) {
    case "SUBSCRIBE":
      return {
        status: 200,
        headers: { "Content-Type": "application/json" },
        stream: (response) => agent.executors.subscribe(executor, call, openStream(agent, clock, executor, response)),
      };
    case "UPDATE":
      // A broken connection may still bring an executor's last words: they count.
      agent.executors.update(executor, call);
      return { status: 202 };
    case "MESSAGE": {
      const { framework_id, executor_id, message } = call;
      agent.options.send({ type: "MESSAGE", message: { framework_id, executor_id, data: message.data } });
      return { status: 202 };
    }
  }
}

function openStream(agent: Agent, clock: Clock, executor: Executor, response: ServerResponse): ExecutorStream {
  response.socket?.setNoDelay(true);
  response.socket?.setTimeout(0);
  const send = (event: ExecutorEvent): void => void response.write(encodeRecord(JSON.stringify(event)));
  const heartbeat = clock.every(HEARTBEAT_INTERVAL_MS, () => send({ type: "HEARTBEAT" }));
  const stream: ExecutorStream = { send, close: () => response.end() };
  response.on("close", () => {
    heartbeat.cancel();
    agent.executors.unsubscribed(executor, stream);
  });
  return stream;
}
