// The agent's HTTP endpoints (docs/endpoints/slave).
import { type HttpHandler, json, text } from "../common/http.ts";
import { HttpRoutes } from "../common/http-routes.ts";
import type { Clock } from "../common/clock.ts";
import { mountSystemEndpoints, VerboseLevel } from "../common/system-endpoints.ts";
import type { Sessions } from "../sessions/sessions.ts";
import type { Agent } from "./agent.ts";
import { type Executor, resourcesInUse } from "./book.ts";
import { executorApi } from "./executor-api.ts";
import { EXECUTOR_PATH } from "./executor-messages.ts";
import { agentMetrics } from "./metrics.ts";
import { operatorApi } from "./operator-api.ts";
import { overviewPage } from "./overview-page.ts";
import { BUILD_INFO } from "../common/build-info.ts";
import { agentState, type StateContext } from "./state-view.ts";
import { statisticsOf } from "./usage.ts";

export interface EndpointsOptions {
  agent: Agent;
  clock: Clock;
  flags: Record<string, string>;
  pid: string;
  startTime: number;
  masterHostname: () => string;
  isRegistered: () => boolean;
  isRecovered: () => boolean;
  /** Commands in containers of tasks. */
  sessions: Sessions;
}

/** Every path also exists under /slave(1). */
export function agentRoutes(options: EndpointsOptions): HttpRoutes {
  const { agent, clock, flags, startTime, isRecovered, isRegistered } = options;
  const state = (): StateContext => ({ ...options, masterHostname: options.masterHostname() });
  const routes = new HttpRoutes(["/slave(1)", "/slave"]);
  const get = (path: string, value: () => unknown): void => {
    routes.route(path, (request) => json(value(), request.query.get("jsonp")));
  };
  // Other paths answer at once in Mesos, too: /containers with those that are known by then.
  const onceRecovered =
    (handler: HttpHandler): HttpHandler =>
    (request) =>
      isRecovered() ? handler(request) : text(503, "Agent has not finished recovery");
  const verbose = new VerboseLevel(clock);
  routes.route("/health", () => ({ status: 200 }));
  routes.route("/", () => overviewPage(agent, options.masterHostname()));
  mountSystemEndpoints(routes, { name: "slave(1)", level: verbose });
  get("/version", () => BUILD_INFO);
  routes.route(
    "/state",
    onceRecovered((request) => json(agentState(state()), request.query.get("jsonp"))),
  );
  get("/flags", () => ({ flags }));
  get("/containers", () => containers(agent, clock));
  get("/monitor/statistics", () => statistics(agent, clock));
  get("/monitor/statistics.json", () => statistics(agent, clock));
  get("/metrics/snapshot", () => agentMetrics({ agent, clock, startTime, isRegistered: isRegistered() }));
  routes.route(EXECUTOR_PATH, executorApi({ agent, clock, isRecovered }));
  routes.routeStreams(
    "/api/v1",
    onceRecovered(operatorApi({ ...options, verbose, describeContainers: () => containers(agent, clock) })),
  );
  agent.options.files.mount(routes);
  return routes;
}

function living(agent: Agent): Executor[] {
  return agent.book.executors().filter((one) => one.state !== "TERMINATED");
}

function identity({ info, frameworkId }: Executor): Record<string, string> {
  return {
    executor_id: info.executor_id.value,
    executor_name: info.name ?? "",
    framework_id: frameworkId,
    source: info.source ?? "",
  };
}

function usage(agent: Agent, clock: Clock, executor: Executor): Record<string, number> {
  const pids = agent.options.containers.processesOf(executor.containerId);
  return statisticsOf(pids, resourcesInUse(executor), clock.nowMs() / 1000);
}

function containers(agent: Agent, clock: Clock): Record<string, unknown>[] {
  return living(agent).map((executor) => {
    const pid = agent.options.containers.get(executor.containerId)?.executor?.pid;
    const status = {
      container_id: { value: executor.containerId },
      ...(pid === undefined ? {} : { executor_pid: pid }),
    };
    return {
      ...identity(executor),
      container_id: executor.containerId,
      statistics: usage(agent, clock, executor),
      status,
    };
  });
}

function statistics(agent: Agent, clock: Clock): Record<string, unknown>[] {
  return living(agent).map((executor) => ({ ...identity(executor), statistics: usage(agent, clock, executor) }));
}
