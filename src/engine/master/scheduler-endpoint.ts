// POST /api/v1/scheduler: subscriptions and calls of frameworks over HTTP.
import { Schema } from "../../mesos/protobuf/definition.ts";
import { MESOS_MESSAGES } from "../../mesos/protobuf/mesos-messages.ts";
import { SCHEDULER_CALLS } from "../../mesos/protobuf/scheduler-calls.ts";
import type { SchedulerCall } from "../../mesos/scheduler-api.ts";
import { answerFormat, type AnswerFormat, MASTER_WORDS, readCall, RecordStream } from "../common/api-request.ts";
import { type HttpAnswer, type HttpRequest, methodNotAllowed, text } from "../common/http.ts";
import type { MasterContext } from "./context.ts";
import { disconnect, subscribe } from "./frameworks.ts";
import { callProblem, constraintsIn, handleCall } from "./scheduler-calls.ts";
import { type FrameworkStream, isConnected } from "./state.ts";

const CALLS = { schema: new Schema(MESOS_MESSAGES, SCHEDULER_CALLS), message: "scheduler.Call", words: MASTER_WORDS };

/** Answers one request to the leading master; see the recordings under http-* and subscribe-*. */
export async function answerScheduler(master: MasterContext, request: HttpRequest): Promise<HttpAnswer> {
  if (request.method !== "POST") return methodNotAllowed("POST", request.method);
  const read = await readCall(CALLS, request);
  if ("refusal" in read) return read.refusal;
  const call = read.call as SchedulerCall;
  const problem = callProblem(call);
  if (problem !== undefined) return text(400, `Failed to validate scheduler::Call: ${problem}`);
  const streamId = request.headers["mesos-stream-id"]?.toString();
  if (call.type === "SUBSCRIBE") {
    const answers = await answerFormat(request);
    if ("refusal" in answers) return answers.refusal;
    return open(master, answers.format, call.subscribe, streamId);
  }
  const framework = master.state.frameworks.get(call.framework_id?.value ?? "");
  if (!framework) return text(400, "Framework cannot be found");
  if (!isConnected(framework)) return text(403, "Framework is not subscribed");
  if (streamId === undefined) return text(400, "All non-subscribe calls should include the 'Mesos-Stream-Id' header");
  if (streamId !== framework.stream?.streamId) {
    const told = `The stream ID '${streamId}' included in this request didn't match`;
    return text(400, `${told} the stream ID currently associated with framework ID ${framework.id}`);
  }
  const refusal = handleCall(master, framework, call);
  if (refusal !== undefined) return text(400, refusal);
  return { status: call.type === "UPDATE_FRAMEWORK" ? 200 : 202 };
}

function open(
  master: MasterContext,
  format: AnswerFormat,
  asked: Extract<SchedulerCall, { type: "SUBSCRIBE" }>["subscribe"],
  sentStreamId: string | undefined,
): HttpAnswer {
  if (sentStreamId !== undefined) return text(400, "Subscribe calls should not include the 'Mesos-Stream-Id' header");
  const streamId = master.newUuid();
  return {
    status: 200,
    headers: { "Content-Type": format.mediaType, "Mesos-Stream-Id": streamId },
    stream: (response) => {
      const records = new RecordStream({ response, format, message: "scheduler.Event" }, () => {
        if (framework) disconnect(master, framework, stream);
      });
      const stream: FrameworkStream = {
        streamId,
        send: (event) => records.send(event),
        close: () => records.close(),
      };
      const { framework_info: info, suppressed_roles: suppressedRoles = [] } = asked;
      const framework = subscribe(master, stream, { info, suppressedRoles, constraints: constraintsIn(asked) });
    },
  };
}
