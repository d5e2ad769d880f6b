// POST /api/v1 of an agent: the v1 operator calls (docs/operator-http-api.md, "Agent API").
import { AGENT_MESSAGES } from "../../mesos/protobuf/agent-messages.ts";
import { Schema } from "../../mesos/protobuf/definition.ts";
import { MESOS_MESSAGES } from "../../mesos/protobuf/mesos-messages.ts";
import { REPORTED_MESSAGES } from "../../mesos/protobuf/reported-messages.ts";
import { AGENT_WORDS, readCall } from "../common/api-request.ts";
import type { Clock } from "../common/clock.ts";
import { type HttpAnswer, type HttpRequest, json, methodNotAllowed, text } from "../common/http.ts";
import type { VerboseLevel } from "../common/system-endpoints.ts";
import type { Task } from "../protocol.ts";
import type { Agent } from "./agent.ts";
import type { Sessions } from "../sessions/sessions.ts";
import type { Executor, Framework } from "./book.ts";
import { containerCall } from "./container-calls.ts";
import { streamedCall } from "./container-input.ts";
import { queuedTasks } from "./executor-tasks.ts";
import { mediaTypesOf } from "./media-types.ts";
import { agentMetrics } from "./metrics.ts";
import { nestedContainers } from "./nested-containers.ts";
import { BUILD_INFO } from "../common/build-info.ts";

export interface OperatorApiOptions {
  agent: Agent;
  clock: Clock;
  flags: Record<string, string>;
  startTime: number;
  isRegistered: () => boolean;
  verbose: VerboseLevel;
  describeContainers: () => Record<string, unknown>[];
  sessions: Sessions;
}

type Call = { type?: string } & Record<string, unknown>;
type Handler = (options: OperatorApiOptions, call: Call) => Record<string, unknown>;

/** What each call answers, under the name of the call in lower case. */
const HANDLERS: Record<string, Handler> = {
  GET_HEALTH: () => ({ healthy: true }),
  GET_VERSION: () => ({ version_info: BUILD_INFO }),
  GET_AGENT: ({ agent }) => ({
    agent_info: agent.info,
    ...(agent.drain === undefined
      ? {}
      : {
          drain_config: agent.drain.config,
          estimated_drain_start_time: { nanoseconds: Math.round(agent.drain.startMs * 1e6) },
        }),
  }),
  GET_FLAGS: ({ flags }) => ({ flags: Object.entries(flags).map(([name, value]) => ({ name, value })) }),
  GET_METRICS: ({ agent, clock, startTime, isRegistered }) => {
    const metrics = agentMetrics({ agent, clock, startTime, isRegistered: isRegistered() });
    return { metrics: Object.entries(metrics).map(([name, value]) => ({ name, value })) };
  },
  GET_LOGGING_LEVEL: ({ verbose }) => ({ level: verbose.value }),
  GET_STATE: ({ agent }) => ({
    get_tasks: tasks(agent),
    get_executors: executors(agent),
    get_frameworks: frameworks(agent),
  }),
  GET_CONTAINERS: ({ agent, clock, describeContainers }, { get_containers: wish }) => ({
    containers: [
      ...describeContainers().map(containerAsMessage),
      ...((wish as { show_nested?: boolean } | undefined)?.show_nested === true ? nestedContainers(agent, clock) : []),
    ],
  }),
  GET_FRAMEWORKS: ({ agent }) => frameworks(agent),
  GET_EXECUTORS: ({ agent }) => executors(agent),
  GET_OPERATIONS: ({ agent }) => (agent.resources.records.length > 0 ? { operations: agent.resources.records } : {}),
  GET_RESOURCE_PROVIDERS: () => ({}),
  GET_TASKS: ({ agent }) => tasks(agent),
};

/** Calls that do something, or answer in a way of their own. */
const ACTIONS: Record<string, (options: OperatorApiOptions, call: Call) => HttpAnswer | Promise<HttpAnswer>> = {
  LIST_FILES: ({ agent }, call) => agent.options.files.list((call["list_files"] as { path: string }).path),
  READ_FILE: ({ agent }, call) =>
    agent.options.files.readRange(call["read_file"] as { path: string; offset: number; length?: number }),
  SET_LOGGING_LEVEL: ({ verbose }, call) => {
    const { level, duration } = call["set_logging_level"] as { level: number; duration: { nanoseconds: number } };
    verbose.set(level, duration.nanoseconds / 1e6);
    return { status: 200 };
  },
  // As where a real agent has no --image_providers: images are Docker's, or in a store that others use too.
  PRUNE_IMAGES: () => ({ status: 200 }),
};

const CALLS = {
  schema: new Schema(MESOS_MESSAGES, REPORTED_MESSAGES, AGENT_MESSAGES),
  message: "agent.Call",
  words: AGENT_WORDS,
};
/** The part of a call that must be there, by its type. */
const PART_OF: Partial<Record<string, string>> = {
  GET_METRICS: "get_metrics",
  SET_LOGGING_LEVEL: "set_logging_level",
  LIST_FILES: "list_files",
  READ_FILE: "read_file",
  ADD_RESOURCE_PROVIDER_CONFIG: "add_resource_provider_config",
  UPDATE_RESOURCE_PROVIDER_CONFIG: "update_resource_provider_config",
  REMOVE_RESOURCE_PROVIDER_CONFIG: "remove_resource_provider_config",
  MARK_RESOURCE_PROVIDER_GONE: "mark_resource_provider_gone",
  LAUNCH_NESTED_CONTAINER: "launch_nested_container",
  LAUNCH_CONTAINER: "launch_container",
};

const ANSWERED_BY_STREAMS: ReadonlySet<string> = new Set([
  "LAUNCH_NESTED_CONTAINER_SESSION",
  "ATTACH_CONTAINER_OUTPUT",
]);

export function operatorApi(options: OperatorApiOptions): (request: HttpRequest) => Promise<HttpAnswer> {
  const { sessions } = options;
  return async (request) => {
    if (request.method !== "POST") return methodNotAllowed("POST", request.method);
    const media = await mediaTypesOf(request);
    if ("refusal" in media) return media.refusal;
    const readMessage = (body: Uint8Array) =>
      readCall(CALLS, { ...request, headers: { "content-type": media.messages }, body: Buffer.from(body) });
    const { stream } = request;
    if (stream !== undefined) return await streamedCall(sessions, stream, readMessage);
    const read = await readMessage(request.body);
    if ("refusal" in read) return read.refusal;
    const call = read.call as Call;
    if (media.wantsStream && call.type !== undefined && !ANSWERED_BY_STREAMS.has(call.type))
      return text(406, `Streaming response is not supported for ${call.type} call`);
    const answer = (await containerCall(sessions, call, media)) ?? (await answerTo(options, call));
    return media.format.convert("agent.Response", answer);
  };
}

async function answerTo(options: OperatorApiOptions, call: Call): Promise<HttpAnswer> {
  const { type } = call;
  if (type === undefined) return text(400, "Failed to validate agent::Call: Expecting 'type' to be present");
  const part = PART_OF[type];
  if (part !== undefined && call[part] === undefined)
    return text(400, `Failed to validate agent::Call: Expecting '${part}' to be present`);
  if (type === "ATTACH_CONTAINER_INPUT")
    return text(415, `Expecting 'Content-Type' to be application/recordio for ${type} call`);
  const action = Object.hasOwn(ACTIONS, type) ? ACTIONS[type] : undefined;
  if (action !== undefined) return await action(options, call);
  const handler = Object.hasOwn(HANDLERS, type) ? HANDLERS[type] : undefined;
  if (handler === undefined) return text(501, "501 Not Implemented.");
  return json({ type, [type.toLowerCase()]: handler(options, call) });
}

const all = (agent: Agent): Framework[] => [...agent.book.frameworks.values(), ...agent.book.completedFrameworks];
const living = (framework: Framework): Executor[] => [...framework.executors.values()];

function frameworks(agent: Agent): Record<string, unknown> {
  const wrap = (framework: Framework): unknown => ({ framework_info: framework.info });
  return {
    frameworks: [...agent.book.frameworks.values()].map(wrap),
    completed_frameworks: agent.book.completedFrameworks.map(wrap),
  };
}

function executors(agent: Agent): Record<string, unknown> {
  const wrap = (executor: Executor): unknown => ({ executor_info: executor.info });
  return {
    executors: all(agent).flatMap(living).map(wrap),
    completed_executors: all(agent)
      .flatMap((framework) => framework.completedExecutors)
      .map(wrap),
  };
}

function tasks(agent: Agent): Record<string, unknown> {
  const executors = all(agent).flatMap((framework) => [...living(framework), ...framework.completedExecutors]);
  const from = (pick: (executor: Executor) => Iterable<Task>): Task[] => executors.flatMap((one) => [...pick(one)]);
  return {
    pending_tasks: [],
    queued_tasks: executors.flatMap(queuedTasks),
    launched_tasks: from((one) => one.launched.values()),
    terminated_tasks: from((one) => one.terminated.values()),
    completed_tasks: from((one) => one.completed),
  };
}

/** The same as /containers, with IDs as messages. */
function containerAsMessage(described: Record<string, unknown>): Record<string, unknown> {
  const { framework_id, executor_id, executor_name, container_id, status, statistics } = described;
  return {
    framework_id: { value: framework_id },
    executor_id: { value: executor_id },
    executor_name,
    container_id: { value: container_id },
    container_status: status,
    resource_statistics: statistics,
  };
}
