// POST /api/v1 of an agent: the v1 operator calls that read (docs/operator-http-api.md, "Agent API").
import { AGENT_MESSAGES } from "../../mesos/protobuf/agent-messages.ts";
import { Schema } from "../../mesos/protobuf/definition.ts";
import { MESOS_MESSAGES } from "../../mesos/protobuf/mesos-messages.ts";
import { REPORTED_MESSAGES } from "../../mesos/protobuf/reported-messages.ts";
import { AGENT_WORDS, answerFormat, readCall } from "../common/api-request.ts";
import type { Clock } from "../common/clock.ts";
import { type HttpAnswer, type HttpRequest, json, methodNotAllowed, text } from "../common/http.ts";
import type { Task } from "../protocol.ts";
import type { Agent } from "./agent.ts";
import type { Executor, Framework } from "./book.ts";
import { agentMetrics } from "./metrics.ts";
import { nestedContainers } from "./nested-containers.ts";
import { BUILD_INFO } from "../common/build-info.ts";

export interface OperatorApiOptions {
  agent: Agent;
  clock: Clock;
  flags: Record<string, string>;
  startTime: number;
  isRegistered: () => boolean;
  describeContainers: () => Record<string, unknown>[];
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
  GET_LOGGING_LEVEL: () => ({ level: 0 }),
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
  GET_TASKS: ({ agent }) => tasks(agent),
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
};
const ACCEPTABLE = "application/json or application/x-protobuf or application/recordio";

export function operatorApi(options: OperatorApiOptions): (request: HttpRequest) => Promise<HttpAnswer> {
  return async (request) => {
    if (request.method !== "POST") return methodNotAllowed("POST", request.method);
    const answers = await answerFormat(request, ACCEPTABLE);
    const read = await readCall(CALLS, request);
    if ("refusal" in read) return read.refusal;
    if ("refusal" in answers) return answers.refusal;
    const { type } = read.call as Call;
    if (type === undefined) return text(400, "Failed to validate agent::Call: Expecting 'type' to be present");
    const part = PART_OF[type];
    if (part !== undefined && (read.call as Call)[part] === undefined)
      return text(400, `Failed to validate agent::Call: Expecting '${part}' to be present`);
    const handler = Object.hasOwn(HANDLERS, type) ? HANDLERS[type] : undefined;
    if (handler === undefined) return { status: 501 };
    const answer = { type, [type.toLowerCase()]: handler(options, read.call as Call) };
    return answers.format.convert("agent.Response", json(answer));
  };
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
    queued_tasks: executors.flatMap((one) => agent.executors.queuedTasks(one)),
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
