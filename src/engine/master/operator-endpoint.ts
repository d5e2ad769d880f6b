// POST /api/v1: the v1 operator API (docs/operator-http-api.md).
import { Schema } from "../../mesos/protobuf/definition.ts";
import { MESOS_MESSAGES } from "../../mesos/protobuf/mesos-messages.ts";
import { OPERATOR_CALLS } from "../../mesos/protobuf/operator-calls.ts";
import { answerFormat, type AnswerFormat, MASTER_WORDS, readCall, RecordStream } from "../common/api-request.ts";
import { BUILD_INFO } from "../common/build-info.ts";
import type { Files } from "../common/files.ts";
import { described, JsonList, JsonParts, whole } from "../common/json-parts.ts";
import { type HttpAnswer, type HttpRequest, json, methodNotAllowed, text } from "../common/http.ts";
import { maintenanceStatus } from "./maintenance.ts";
import { snapshotMetrics } from "./metrics.ts";
import { act, actionPart, type OperatorAction } from "./operator-actions.ts";
import { agentModel, executorModels, frameworkModel, resourcesOf } from "./operator-models.ts";
import { reportRoles } from "./roles.ts";
import type { Endpoints } from "./state-endpoints.ts";
import { scalarAmounts } from "./resource-format.ts";
import { listWeights } from "./weights.ts";

const CALLS = { schema: new Schema(MESOS_MESSAGES, OPERATOR_CALLS), message: "master.Call", words: MASTER_WORDS };

export const OPERATOR_HEARTBEAT_MS = 15_000;

interface OperatorCall extends OperatorAction {
  type?: string;
  list_files?: { path: string };
  read_file?: { path: string; offset: number; length?: number };
  get_metrics?: object;
  set_logging_level?: { level: number; duration: { nanoseconds: number } };
}

/** Answers one request to the leading master; see the recordings under operator-*. */
export async function answerOperator(
  endpoints: Endpoints & { files: Files },
  request: HttpRequest,
): Promise<HttpAnswer> {
  if (request.method !== "POST") return methodNotAllowed("POST", request.method);
  const read = await readCall(CALLS, request);
  if ("refusal" in read) return read.refusal;
  const call = read.call as OperatorCall;
  const problem = callProblem(call);
  if (problem !== undefined) return text(400, `Failed to validate master::Call: ${problem}`);
  const answers = await answerFormat(request);
  if ("refusal" in answers) return answers.refusal;
  const { format } = answers;
  if (call.type === "SUBSCRIBE") return openStream(endpoints, format);
  const report = reports(endpoints)[call.type ?? ""];
  const answer = report ? answerWith(call.type ?? "", await report()) : await answerCall(endpoints, call);
  return format.convert("master.Response", answer);
}

function callProblem(call: OperatorCall): string | undefined {
  if (call.type === undefined) return "Expecting 'type' to be present";
  const part = partOf(call.type);
  return part !== undefined && call[part] === undefined ? `Expecting '${part}' to be present` : undefined;
}

/** Parts that must be there, of calls that are no actions. */
const PART_OF: Partial<Record<string, keyof OperatorCall>> = {
  LIST_FILES: "list_files",
  READ_FILE: "read_file",
  GET_METRICS: "get_metrics",
  SET_LOGGING_LEVEL: "set_logging_level",
};

const partOf = (type: string): keyof OperatorCall | undefined => PART_OF[type] ?? actionPart(type);

/** Calls about files, and those that change something. */
async function answerCall(endpoints: Endpoints & { files: Files }, call: OperatorCall): Promise<HttpAnswer> {
  const { master, files } = endpoints;
  if (call.type === "LIST_FILES" && call.list_files) return files.list(call.list_files.path);
  if (call.type === "READ_FILE" && call.read_file) return files.readRange(call.read_file);
  if (call.type === "SET_LOGGING_LEVEL" && call.set_logging_level) {
    const { level, duration } = call.set_logging_level;
    endpoints.verbose.set(level, duration.nanoseconds / 1e6);
    return { status: 200 };
  }
  const action = actionPart(call.type ?? "");
  return (action && (await act(master, action, call))) ?? text(501, "501 Not Implemented.");
}

/** `content`, under the name of the call, is left out where Mesos leaves out an empty message. */
function answerWith(type: string, content: object | undefined): HttpAnswer {
  return json(new JsonParts({ type, ...(content ? { [type.toLowerCase()]: content } : {}) }));
}

/** Calls that only ask. */
function reports(endpoints: Endpoints): Record<string, () => object | undefined | Promise<object>> {
  const { master, leadership, flags, startedMs } = endpoints;
  return {
    GET_HEALTH: () => ({ healthy: true }),
    GET_FLAGS: () => ({ flags: Object.entries(flags).map(([name, value]) => ({ name, value })) }),
    GET_VERSION: () => ({ version_info: BUILD_INFO }),
    GET_METRICS: async () => {
      const metrics = await snapshotMetrics(master, leadership, startedMs);
      return { metrics: Object.entries(metrics).map(([name, value]) => ({ name, value })) };
    },
    GET_LOGGING_LEVEL: () => ({ level: endpoints.verbose.value }),
    GET_STATE: () => stateReport(endpoints),
    GET_AGENTS: () => agentsReport(endpoints),
    GET_FRAMEWORKS: () => frameworksReport(endpoints),
    GET_EXECUTORS: () => ({ executors: executorModels(master) }),
    GET_OPERATIONS: () => {
      const operations = [...master.state.agents.values()].flatMap((agent) => [...agent.operations.values()]);
      return operations.length > 0 ? { operations } : {};
    },
    GET_TASKS: () => tasksReport(endpoints),
    GET_ROLES: () => ({
      roles: reportRoles(master).map(({ name, weight, frameworkIds, allocated, offered }) => ({
        ...{ name, weight },
        ...(frameworkIds.length > 0 ? { frameworks: frameworkIds.map((value) => ({ value })) } : {}),
        ...(allocated.length + offered.length > 0 ? { resources: scalarAmounts([...allocated, ...offered]) } : {}),
      })),
    }),
    GET_WEIGHTS: () => {
      const weights = listWeights(master);
      return weights.length > 0 ? { weight_infos: weights } : undefined;
    },
    GET_MASTER: () => ({
      master_info: master.info,
      ...{ start_time: startedMs / 1000, elected_time: (leadership.electedMs ?? 0) / 1000 },
    }),
    GET_MAINTENANCE_STATUS: () => ({ status: maintenanceStatus(master) }),
    GET_MAINTENANCE_SCHEDULE: () => ({ schedule: master.state.maintenance.schedule }),
    GET_QUOTA: () => ({ status: {} }),
  };
}

/** Who is in it is settled at once; each is described when it is written, as in /state. */
function stateReport(endpoints: Endpoints): JsonParts {
  return new JsonParts({
    get_tasks: tasksReport(endpoints),
    get_executors: { executors: executorModels(endpoints.master) },
    get_frameworks: frameworksReport(endpoints),
    get_agents: agentsReport(endpoints),
  });
}

function agentsReport({ master }: Endpoints): JsonParts {
  const agents = [...master.state.agents.values()];
  return new JsonParts({
    agents: new JsonList(described(agents, (agent) => agentModel(master, agent))),
    recovered_agents: [...master.state.recoveredAgents.values()].map(({ info }) => info),
  });
}

function frameworksReport({ master }: Endpoints): JsonParts {
  const frameworks = [...master.state.frameworks.values()];
  const completed = [...master.state.completedFrameworks.values()];
  return new JsonParts({
    frameworks: new JsonList(described(frameworks, (f) => frameworkModel(f, "listed", resourcesOf(master, f)))),
    completed_frameworks: new JsonList(described(completed, (f) => frameworkModel(f, "listed"))),
  });
}

function tasksReport({ master }: Endpoints): JsonParts {
  const frameworks = [...master.state.frameworks.values()];
  const completed = [...frameworks, ...master.state.completedFrameworks.values()];
  return new JsonParts({
    tasks: new JsonList(frameworks.flatMap((framework) => [...framework.tasks.values()])),
    unreachable_tasks: new JsonList(frameworks.flatMap((framework) => [...framework.unreachableTasks.values()])),
    completed_tasks: new JsonList(completed.flatMap((framework) => framework.completedTasks)),
  });
}

/** SUBSCRIBE: the whole state first, then every change of it. */
function openStream(endpoints: Endpoints, format: AnswerFormat): HttpAnswer {
  const { master } = endpoints;
  return {
    status: 200,
    headers: { "Content-Type": format.mediaType },
    stream: (response) => {
      const stream = new RecordStream({ response, format, message: "master.Event" }, () => {
        heartbeat.cancel();
        master.events.delete(stream);
      });
      const heartbeat = master.clock.every(OPERATOR_HEARTBEAT_MS, () => stream.send({ type: "HEARTBEAT" }));
      const subscribed = {
        get_state: whole(stateReport(endpoints)),
        heartbeat_interval_seconds: OPERATOR_HEARTBEAT_MS / 1000,
      };
      stream.send({ type: "SUBSCRIBED", subscribed });
      stream.send({ type: "HEARTBEAT" });
      master.events.add(stream);
    },
  };
}
