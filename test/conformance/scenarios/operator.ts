// What operators, dashboards and service discovery ask a master and an agent for.
import { OPERATOR_PATH } from "../../../src/mesos/scheduler-api.ts";
import { subscribe, type Framework } from "../probe/framework.ts";
import { launchOne } from "../probe/launch.ts";
import type { Probe } from "../probe/probe.ts";
import { fieldNames, outlineOf, shapeOf } from "../probe/shape.ts";
import type { AgentState, AgentSummary, FrameworkState, MasterState } from "../probe/state.ts";
import { commandTask } from "../probe/task.ts";
import { scenario } from "./scenario.ts";

const topLevel = (body: unknown) => outlineOf(body, 1);
const twoLevels = (body: unknown) => outlineOf(body, 2);
const unseen = { show: false } as const;

/** An event of the operator API: its fields are in one field named after its type. */
interface OperatorEvent {
  type: string;
  subscribed?: { get_state?: object };
}

export const operatorScenarios = [
  scenario(
    "operator-event-stream",
    "the operator's event stream tells of frameworks that come and go",
    async (probe) => {
      const stream = await probe.openStream<OperatorEvent>(OPERATOR_PATH, { type: "SUBSCRIBE" });
      const { event: first } = await stream.wait(({ type }) => type === "SUBSCRIBED");
      probe.note("first event", fieldNames(first.subscribed));
      probe.note("get_state sections", fieldNames(first.subscribed?.get_state));
      const framework = await subscribe(probe);
      const added = await stream.wait(({ type }) => type === "FRAMEWORK_ADDED", { limitMs: 60_000 });
      probe.note("FRAMEWORK_ADDED", shapeOf(added.event));
      await framework.teardown();
      const removed = await stream.wait(({ type }) => type === "FRAMEWORK_REMOVED", { limitMs: 60_000 });
      probe.note("FRAMEWORK_REMOVED", shapeOf(removed.event));
    },
  ),

  scenario("master-endpoints", "the master's endpoints have their fields and statuses", async (probe) => {
    const { framework, id } = await runningTask(probe);
    const isIt = isOf(framework);
    await probe.get("master", "/health");
    await probe.get("master", "/version", { show: shapeOf });
    const state = (await probe.get("master", "/state", { show: topLevel })).json as MasterState;
    probe.note("/state framework", shapeOf(state.frameworks.find(isIt)));
    probe.note("/state agent", outlineOf(state.slaves[0], 2));
    for (const path of ["/master/state", "/state.json", "/master/health"]) await probe.get("master", path, unseen);
    const summary = (await probe.get("master", "/state-summary", { show: topLevel })).json as MasterState;
    probe.note("/state-summary framework", shapeOf(summary.frameworks.find(isIt)));
    probe.note("/state-summary agent", outlineOf(summary.slaves[0], 2));
    await probe.get("master", "/slaves", { show: topLevel });
    const { frameworks } = (await probe.get("master", "/frameworks", { show: topLevel })).json as MasterState;
    probe.note("/frameworks framework", shapeOf(frameworks.find(isIt)));
    const tasksPath = `/tasks?framework_id=${framework.id}`;
    const { json } = await probe.get("master", tasksPath, { show: topLevel, label: "GET /tasks?framework_id" });
    probe.note("/tasks entry", shapeOf((json as { tasks: { id: string }[] }).tasks.find((task) => task.id === id)));
    await probe.get("master", "/roles", { show: shapeOf });
    await probe.get("master", "/redirect", unseen);
    await probe.get("master", "/no/such/endpoint", unseen);
    await probe.exchange("master", { method: "POST", path: "/state", ...unseen });
    await framework.teardown();
  }),

  scenario("master-flags", "the master tells its flags as text", async (probe) => {
    const { flags } = (await probe.get("master", "/flags", unseen)).json as Pick<AgentState, "flags">;
    probe.note("flags are strings", areStrings(flags));
    const wanted = [
      ...["zk", "quorum", "work_dir", "port", "allocation_interval", "agent_ping_timeout", "max_agent_ping_timeouts"],
      ...["agent_reregister_timeout", "hostname", "ip", "registry"],
    ];
    probe.note(
      "has",
      wanted.filter((name) => name in flags),
    );
  }),

  scenario("master-metrics", "the master has Mesos's metrics, all of them numbers", async (probe) => {
    const { json } = await probe.get("master", "/metrics/snapshot", unseen);
    const metrics = json as Record<string, unknown>;
    const names = Object.keys(metrics).filter((name) => HISTORY_METRICS.every((pattern) => !pattern.test(name)));
    probe.note("metric names (no per-framework ones)", names.sort());
    probe.note(
      "all numbers",
      Object.values(metrics).every((value) => typeof value === "number"),
    );
  }),

  scenario("agent-endpoints", "the agent's endpoints have their fields", async (probe) => {
    const { framework, id } = await runningTask(probe);
    await probe.get("agent", "/health");
    const state = (await probe.get("agent", "/state", { show: topLevel })).json as AgentState;
    const known = state.frameworks.find(isOf(framework));
    probe.note("/state framework", outlineOf(known, 1));
    probe.note("/state executor", shapeOf(known?.executors.find((one) => one.id === id || one.source === id)));
    await probe.get("agent", "/slave(1)/state", unseen);
    await probe.get("agent", "/version", { show: shapeOf });
    for (const path of ["/containers", "/monitor/statistics"]) {
      const entries = (await probe.get("agent", path, unseen)).json as { framework_id: string }[];
      const entry = entries.find((one) => one.framework_id === framework.id);
      probe.note(`${path} entry`, outlineOf(entry, 1));
    }
    await framework.teardown();
  }),

  scenario("agent-in-master-state", "attributes and resources are what the agent was started with", async (probe) => {
    const { slaves } = (await probe.get("master", "/slaves", unseen)).json as { slaves: AgentSummary[] };
    const [agent] = slaves;
    probe.note("agent", agent && pick(agent, AGENT_FIELDS));
    const own = (await probe.get("agent", "/state", unseen)).json as AgentState;
    probe.note("agent's own view", {
      attributes: own.attributes,
      resources: own.resources,
      flags_are_strings: areStrings(own.flags),
      same_version: true,
      id_matches: own.id === agent?.id,
    });
  }),

  scenario("operator-api-get", "the v1 operator calls answer on master and agent", async (probe) => {
    const { framework, id } = await runningTask(probe);
    const ask = async (type: string) =>
      (await probe.operatorCall("master", { type }, { label: type, show: twoLevels })).json;
    for (const type of MASTER_CALLS) await ask(type);
    const { get_agents } = (await ask("GET_AGENTS")) as { get_agents: { agents: unknown[] } };
    probe.note("GET_AGENTS agent", outlineOf(get_agents.agents[0], 2));
    const { get_frameworks } = (await ask("GET_FRAMEWORKS")) as GetFrameworks;
    const known = get_frameworks.frameworks.find(({ framework_info }) => framework_info.id.value === framework.id);
    probe.note("GET_FRAMEWORKS framework", shapeOf(known));
    const { get_tasks } = (await ask("GET_TASKS")) as GetTasks;
    probe.note("GET_TASKS task", shapeOf(get_tasks.tasks.find(({ task_id }) => task_id.value === id)));
    const getMetrics = { type: "GET_METRICS", get_metrics: { timeout: { nanoseconds: 5_000_000_000 } } };
    await probe.operatorCall("master", getMetrics, { label: "GET_METRICS", show: twoLevels });
    await probe.operatorCall("master", {}, { label: "no type" });
    await probe.operatorCall("master", { type: "GET_NOTHING" }, { label: "unknown type" });
    await probe.get("master", OPERATOR_PATH, { label: "GET" });
    for (const type of AGENT_CALLS)
      await probe.operatorCall("agent", { type }, { label: `agent ${type}`, show: twoLevels });
    await framework.teardown();
  }),

  scenario(
    "state-of-a-running-task",
    "a task is in the master's /state, and in its history afterwards",
    async (probe) => {
      const { framework } = await launchOne(probe, {
        task: (offer, id) =>
          commandTask(offer, id, "sleep 60", { labels: { labels: [{ key: "team", value: "infra" }] } }),
        until: ["TASK_RUNNING"],
        info: { name: "state-probe" },
      });
      const isIt = isOf(framework);
      const during = (await probe.get("master", "/state", unseen)).json as MasterState;
      const known = during.frameworks.find(isIt);
      probe.note("framework keys", fieldNames(known));
      probe.note("framework", known && { ...pick(known, FRAMEWORK_FIELDS), role: known["role"] ?? null });
      probe.note("task", known?.tasks[0]);
      await probe.get("agent", "/state", unseen);
      await framework.teardown();
      const completed = async () => (await probe.masterState()).completed_frameworks.find(isIt);
      await probe.comesTrue(async () => (await completed())?.completed_tasks.length === 1);
      const after = (await probe.get("master", "/state", unseen)).json as MasterState;
      const past = after.completed_frameworks.find(isIt);
      const { active, connected, completed_tasks } = past ?? {};
      probe.note("completed framework", { active, connected, completed_tasks: completed_tasks?.length });
    },
  ),

  scenario("operator-teardown", "an operator tears a framework down by its ID", async (probe) => {
    const framework = await subscribe(probe, { failover_timeout: 60 });
    const teardown = async (body: string, label: string) => {
      const headers = { "Content-Type": "application/x-www-form-urlencoded" };
      await probe.exchange("master", { method: "POST", path: "/teardown", headers, body, label });
    };
    await teardown(`frameworkId=${framework.id}`, "POST /teardown");
    probe.note("stream closed", await framework.stream.waitClosed());
    await teardown("frameworkId=nope", "POST /teardown unknown");
    await teardown("", "POST /teardown empty");
    await probe.get("master", "/teardown", unseen);
  }),
];

/** Metrics that depend on which frameworks, roles and tasks there were, and those of the machine and the log. */
const HISTORY_METRICS = [
  /frameworks\//,
  /^(registrar\/log|allocator\/.*\/(roles|quota)|master\/operator_event|system)/,
  /_ms\/|\/source_/,
];

const AGENT_FIELDS = [
  ...["attributes", "resources", "used_resources", "offered_resources", "unreserved_resources"],
  ...["reserved_resources", "active", "capabilities"],
];
const FRAMEWORK_FIELDS = ["active", "connected", "name", "user", "used_resources"];

/** Those whose answers are looked at no closer than field by field. */
const MASTER_CALLS = [
  ...["GET_HEALTH", "GET_VERSION", "GET_MASTER", "GET_ROLES", "GET_WEIGHTS", "GET_QUOTA", "GET_MAINTENANCE_STATUS"],
  ...["GET_LOGGING_LEVEL", "GET_STATE", "GET_EXECUTORS"],
];
const AGENT_CALLS = [
  ...["GET_HEALTH", "GET_VERSION", "GET_AGENT", "GET_STATE", "GET_CONTAINERS", "GET_FRAMEWORKS", "GET_EXECUTORS"],
  "GET_TASKS",
];

interface GetFrameworks {
  get_frameworks: { frameworks: { framework_info: { id: { value: string } } }[] };
}
interface GetTasks {
  get_tasks: { tasks: { task_id: { value: string } }[] };
}

/** A framework with one running command task; the rest of the offer stays refused, so that nothing of it moves. */
async function runningTask(probe: Probe) {
  const launched = await launchOne(probe, {
    task: (offer, id) => commandTask(offer, id, "sleep 60"),
    until: ["TASK_RUNNING"],
    refuseSeconds: 3600,
  });
  await probe.comesTrue(async () => {
    const { json } = await probe.quietly("agent", { method: "GET", path: "/containers" });
    return (json as { framework_id: string }[]).some((one) => one.framework_id === launched.framework.id);
  });
  return launched;
}

function isOf({ id }: Framework) {
  return (one: Pick<FrameworkState, "id">) => one.id === id;
}

function areStrings(values: Record<string, unknown>): boolean {
  return Object.values(values).every((value) => typeof value === "string");
}

function pick(value: Record<string, unknown>, names: string[]): Record<string, unknown> {
  return Object.fromEntries(names.map((name) => [name, value[name]]));
}
