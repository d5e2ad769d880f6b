// The endpoints that operators, dashboards and service discovery poll (docs/endpoints/master).
import { BUILD_INFO } from "../common/build-info.ts";
import type { HttpAnswer, HttpHandler, HttpRequest } from "../common/http.ts";
import type { HttpRoutes } from "../common/http-routes.ts";
import { json, methodNotAllowed, text } from "../common/http.ts";
import { mountSystemEndpoints, type VerboseLevel } from "../common/system-endpoints.ts";
import { described, JsonList, JsonParts } from "../common/json-parts.ts";
import type { MasterContext } from "./context.ts";
import { removeFramework } from "./frameworks.ts";
import type { Leadership } from "./leadership.ts";
import { answerMachines, answerSchedule, answerStatus, startMaintenance, stopMaintenance } from "./maintenance.ts";
import { snapshotMetrics } from "./metrics.ts";
import { overviewPage } from "./overview-page.ts";
import { answerQuota } from "./quota.ts";
import { answerForm, RESOURCE_FORMS } from "./reservation-requests.ts";
import { amountsOf } from "./resource-format.ts";
import { reportRoles } from "./roles.ts";
import {
  agentState,
  agentSummary,
  executorsByFramework,
  frameworkParts,
  frameworkSummary,
  taskState,
} from "./state-models.ts";
import type { Framework } from "./state.ts";
import { answerWeights } from "./weights.ts";
import type { Task } from "../protocol.ts";

export interface Endpoints {
  master: MasterContext;
  leadership: Leadership;
  /** As --flags were given, in text. */
  flags: Record<string, string>;
  /** Milliseconds since the epoch. */
  startedMs: number;
  verbose: VerboseLevel;
}

export function mountStateEndpoints(routes: HttpRoutes, endpoints: Endpoints): void {
  const { master, leadership, flags, startedMs } = endpoints;
  const leading = (answer: (request: HttpRequest) => unknown): HttpHandler => {
    return (request) => leadership.redirectUnlessElected(request) ?? json(answer(request), request.query.get("jsonp"));
  };
  routes.route("/health", () => ({ status: 200 }));
  routes.route("/", (request) => leadership.redirectUnlessElected(request) ?? overviewPage(master, leadership));
  mountSystemEndpoints(routes, { name: "master", level: endpoints.verbose });
  routes.route("/version", (request) => json(BUILD_INFO, request.query.get("jsonp")));
  routes.route("/flags", (request) => json({ flags }, request.query.get("jsonp")));
  routes.route("/metrics/snapshot", async (request) =>
    json(await snapshotMetrics(master, leadership, startedMs), request.query.get("jsonp")),
  );
  routes.route("/redirect", (request) => leadership.redirect(request));
  routes.route(
    "/state",
    leading(() => describeState(endpoints)),
  );
  routes.route(
    "/state-summary",
    leading(() => summariseState(master)),
  );
  routes.route(
    "/slaves",
    leading((request) => listAgents(master, request)),
  );
  routes.route(
    "/frameworks",
    leading((request) => listFrameworks(master, request)),
  );
  routes.route(
    "/tasks",
    leading((request) => ({ tasks: listTasks(master, request) })),
  );
  routes.route(
    "/roles",
    leading(() => ({ roles: describeRoles(master) })),
  );
  routes.route("/teardown", (request) => leadership.redirectUnlessElected(request) ?? teardown(master, request));
  const changing = (answer: HttpHandler): HttpHandler => {
    return (request) => leadership.refuseUnlessLeading(request) ?? answer(request);
  };
  routes.route(
    "/weights",
    changing((request) => answerWeights(master, request)),
  );
  routes.route("/quota", changing(answerQuota));
  routes.route(
    "/maintenance/status",
    changing((request) => answerStatus(master, request)),
  );
  routes.route(
    "/maintenance/schedule",
    changing((request) => answerSchedule(master, request)),
  );
  routes.route(
    "/machine/down",
    changing((request) => answerMachines(master, request, startMaintenance)),
  );
  routes.route(
    "/machine/up",
    changing((request) => answerMachines(master, request, stopMaintenance)),
  );
  for (const [path, form] of Object.entries(RESOURCE_FORMS)) routes.route(path, changing(answerForm(master, form)));
}

/**
 * A long answer is written over several turns of the event loop. Who is in it, and which tasks of whom, is settled before;
 * each of them is shown as it is when its turn comes.
 */
function describeState({ master, leadership, flags, startedMs }: Endpoints): unknown {
  const { info, state } = master;
  const agents = [...state.agents.values()];
  const active = agents.filter((agent) => agent.link && !agent.deactivated).length;
  const { leader } = leadership;
  const executors = executorsByFramework(agents);
  const frameworks = [...state.frameworks.values()].map((framework) =>
    frameworkParts(framework, executors.get(framework.id)),
  );
  const completed = [...state.completedFrameworks.values()].map((framework) => frameworkParts(framework));
  return new JsonParts({
    ...BUILD_INFO,
    start_time: startedMs / 1000,
    ...(leadership.electedMs === undefined ? {} : { elected_time: leadership.electedMs / 1000 }),
    ...{
      id: info.id,
      pid: info.pid,
      hostname: info.hostname,
      capabilities: info.capabilities?.map(({ type }) => type),
    },
    ...{ activated_slaves: active, deactivated_slaves: agents.length - active },
    unreachable_slaves: state.unreachableAgents.size,
    ...(leader ? { leader: leader.pid, leader_info: describeLeader(leader) } : {}),
    ...(master.flags.cluster === undefined ? {} : { cluster: master.flags.cluster }),
    ...(master.flags.log_dir === undefined ? {} : { log_dir: master.flags.log_dir }),
    flags,
    slaves: new JsonList(described(agents, (agent) => agentState(agent, "brief"))),
    recovered_slaves: recoveredAgents(master),
    frameworks: new JsonList(described(frameworks, (describe) => describe())),
    completed_frameworks: new JsonList(described(completed, (describe) => describe())),
    orphan_tasks: [],
    unregistered_frameworks: [],
  });
}

function describeLeader({ id, pid, port, hostname }: NonNullable<Leadership["leader"]>): unknown {
  return { id, pid, port, hostname };
}

const recoveredAgents = (master: MasterContext): unknown[] =>
  [...master.state.recoveredAgents.entries()].map(([id, { info }]) => ({ id, hostname: info.hostname }));

function summariseState(master: MasterContext): unknown {
  const { state } = master;
  const ended = new Map<string, Task[]>();
  for (const framework of [...state.frameworks.values(), ...state.completedFrameworks.values()]) {
    for (const task of [...framework.completedTasks, ...framework.unreachableTasks.values()]) {
      const tasks = ended.get(task.agent_id.value);
      if (tasks) tasks.push(task);
      else ended.set(task.agent_id.value, [task]);
    }
  }
  const agents = [...state.agents.values()];
  const frameworks = [...state.frameworks.values()];
  const executors = executorsByFramework(agents);
  return new JsonParts({
    hostname: master.info.hostname,
    ...(master.flags.cluster === undefined ? {} : { cluster: master.flags.cluster }),
    slaves: new JsonList(described(agents, (agent) => agentSummary(agent, ended.get(agent.id) ?? []))),
    frameworks: new JsonList(described(frameworks, (one) => frameworkSummary(one, executors.get(one.id)))),
  });
}

function listAgents(master: MasterContext, request: HttpRequest): unknown {
  const wanted = request.query.get("slave_id");
  const agents = [...master.state.agents.values()].filter((agent) => wanted === null || agent.id === wanted);
  const slaves = new JsonList(described(agents, (agent) => agentState(agent, "full")));
  return new JsonParts({ slaves, recovered_slaves: recoveredAgents(master) });
}

function listFrameworks(master: MasterContext, request: HttpRequest): unknown {
  const wanted = request.query.get("framework_id");
  const chosen = (all: Iterable<Framework>): Framework[] =>
    [...all].filter((framework) => wanted === null || framework.id === wanted);
  const executors = executorsByFramework(master.state.agents.values());
  const frameworks = chosen(master.state.frameworks.values()).map((f) => frameworkParts(f, executors.get(f.id)));
  const completed = chosen(master.state.completedFrameworks.values()).map((f) => frameworkParts(f));
  return new JsonParts({
    frameworks: new JsonList(described(frameworks, (describe) => describe())),
    completed_frameworks: new JsonList(described(completed, (describe) => describe())),
    unregistered_frameworks: [],
  });
}

const DEFAULT_TASK_LIMIT = 100;

/** Of all frameworks, newest first unless `order=asc`. */
function listTasks(master: MasterContext, request: HttpRequest): unknown[] {
  const { query } = request;
  const wanted = (name: string, value: string): boolean => (query.get(name) ?? value) === value;
  const frameworks = [...master.state.frameworks.values(), ...master.state.completedFrameworks.values()];
  const tasks = frameworks
    .filter((framework) => wanted("framework_id", framework.id))
    .flatMap((f) => [...f.tasks.values(), ...f.unreachableTasks.values(), ...f.completedTasks])
    .filter((task) => wanted("task_id", task.task_id.value));
  const startedAt = (task: Task): number => task.statuses[0]?.timestamp ?? 0;
  const sign = query.get("order") === "asc" ? 1 : -1;
  tasks.sort((a, b) => sign * (startedAt(a) - startedAt(b)));
  const offset = Number(query.get("offset") ?? 0);
  return tasks.slice(offset, offset + Number(query.get("limit") ?? DEFAULT_TASK_LIMIT)).map(taskState);
}

function describeRoles(master: MasterContext): unknown[] {
  return reportRoles(master).map(({ name, weight, frameworkIds, allocated, offered, reserved, consumed }) => ({
    ...{ name, weight, frameworks: frameworkIds, reserved: amountsOf(reserved) },
    ...{
      allocated: amountsOf(allocated),
      offered: amountsOf(offered),
      resources: amountsOf([...allocated, ...offered]),
    },
    quota: { role: name, consumed: amountsOf(consumed), guarantee: {}, limit: {} },
  }));
}

function teardown(master: MasterContext, request: HttpRequest): HttpAnswer {
  if (request.method !== "POST") return methodNotAllowed("POST", request.method);
  const id = new URLSearchParams(request.body.toString("utf8")).get("frameworkId");
  if (id === null) return text(400, "Missing 'frameworkId' query parameter in the request body");
  const framework = master.state.frameworks.get(id);
  if (!framework) return text(400, "No framework found with specified ID");
  removeFramework(master, framework);
  return { status: 200 };
}
