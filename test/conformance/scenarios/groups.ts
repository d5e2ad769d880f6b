// LAUNCH_GROUP: tasks that the default executor runs together, and that end together.
import { OPERATOR_PATH } from "../../../src/mesos/scheduler-api.ts";
import type { ContainerID, ContainerStatus, ExecutorInfo, TaskInfo } from "../../../src/mesos/types.ts";
import { subscribe } from "../probe/framework.ts";
import { JSON_HEADERS, type Probe } from "../probe/probe.ts";
import { filesPath, readFile } from "../probe/sandbox.ts";
import { outlineOf } from "../probe/shape.ts";
import {
  acceptGroup,
  defaultExecutor,
  followFailure,
  followGrouped,
  groupSandbox,
  groupTasks,
  launchGroup,
  type TaskGroup,
} from "../probe/task-group.ts";
import { freshId, scalar } from "../probe/task.ts";
import { scenario } from "./scenario.ts";

/** Runs until it is killed, and has told that it runs. */
const SLEEPER = "touch started; exec sleep 300";
const killing = { capabilities: [{ type: "TASK_KILLING_STATE" }] };

export const groupScenarios = [
  scenario("group-finishes", "a group is over when each of its tasks has finished", async (probe) => {
    const group = await launchGroup(probe, ["sleep 1", "sleep 1"]);
    for (const id of group.ids) await followGrouped(probe, group.framework, id, "TASK_FINISHED");
    await followFailure(probe, group);
    await group.framework.teardown();
  }),

  scenario("group-one-finishes", "a group goes on when a task of it has finished", async (probe) => {
    const group = await launchGroup(probe, ["true", SLEEPER]);
    const [first = "", second = ""] = group.ids;
    await followGrouped(probe, group.framework, first, "TASK_FINISHED");
    await followGrouped(probe, group.framework, second, "TASK_RUNNING");
    await probe.watchFor(1_000);
    const executors = (await probe.agentState()).frameworks.flatMap((framework) => framework.executors);
    const states = executors
      .filter(({ id }) => id === group.executor.executor_id.value)
      .flatMap(({ tasks, completed_tasks }) => [...(tasks ?? []), ...(completed_tasks ?? [])])
      .map(({ id, state }) => `${id === first ? "first" : "second"} ${state}`);
    probe.note("on the agent", states.sort());
    await group.framework.teardown();
  }),

  scenario("group-fails-as-a-whole", "a task that fails takes its group with it", async (probe) => {
    const group = await launchGroup(probe, ["sleep 2; exit 3", SLEEPER]);
    const [first = "", second = ""] = group.ids;
    await followGrouped(probe, group.framework, first, "TASK_FAILED");
    await followGrouped(probe, group.framework, second, "TASK_KILLED");
    await followFailure(probe, group);
    await group.framework.teardown();
  }),

  scenario("group-kill-one", "KILL of one task ends its group, task by task", async (probe) => {
    const group = await launchGroup(probe, [SLEEPER, SLEEPER], killing);
    for (const id of group.ids) await followGrouped(probe, group.framework, id, "TASK_RUNNING");
    await haveStarted(probe, group);
    const [first = "", second = ""] = group.ids;
    await group.framework.call({ type: "KILL", kill: { task_id: { value: first }, agent_id: group.offer.agent_id } });
    await followGrouped(probe, group.framework, first, "TASK_KILLED");
    await followGrouped(probe, group.framework, second, "TASK_KILLED");
    await followFailure(probe, group);
    await group.framework.teardown();
  }),

  scenario(
    "group-killed-task-exits-with-0",
    "a task that was killed is TASK_KILLED however it exits",
    async (probe) => {
      const obedient = "trap 'exit 0' TERM; touch started; while :; do sleep 0.1; done";
      const group = await launchGroup(probe, [obedient]);
      const [id = ""] = group.ids;
      await followGrouped(probe, group.framework, id, "TASK_RUNNING");
      await haveStarted(probe, group);
      await group.framework.call({ type: "KILL", kill: { task_id: { value: id } } });
      await followGrouped(probe, group.framework, id, "TASK_KILLED");
      await group.framework.teardown();
    },
  ),

  scenario("group-kill-policy", "a task has as long to end as its kill policy says", async (probe) => {
    const kill_policy = { grace_period: { nanoseconds: 1e9 } };
    const command = { value: "trap '' TERM; touch started; while :; do sleep 0.1; done" };
    const group = await launchGroup(probe, [{ command, kill_policy }]);
    const [id = ""] = group.ids;
    await followGrouped(probe, group.framework, id, "TASK_RUNNING");
    await haveStarted(probe, group);
    const killedAtMs = performance.now();
    await group.framework.call({ type: "KILL", kill: { task_id: { value: id } } });
    await followGrouped(probe, group.framework, id, "TASK_KILLED");
    probe.note("not before its grace period was over", performance.now() - killedAtMs >= 1_000);
    await group.framework.teardown();
  }),

  scenario("group-second-group", "an offer names the executor, which takes a second group", async (probe) => {
    const group = await launchGroup(probe, [SLEEPER]);
    const { framework, executor } = group;
    const [first = ""] = group.ids;
    await followGrouped(probe, framework, first, "TASK_RUNNING");
    await haveStarted(probe, group);
    const offer = (
      await framework.stream.wait(
        (event) =>
          event.type === "OFFERS" && event.offers.offers.some(({ executor_ids = [] }) => executor_ids.length > 0),
      )
    ).event;
    const [second] = offer.type === "OFFERS" ? offer.offers.offers : [];
    if (second === undefined) throw new Error("an OFFERS event without an offer");
    probe.note("executor_ids of the next offer", second.executor_ids);
    const tasks = groupTasks(probe, second, ["sleep 2; exit 1", SLEEPER], 2);
    await acceptGroup({ framework, offer: second, executor, tasks });
    const [third = "", fourth = ""] = tasks.map(({ task_id }) => task_id.value);
    await followGrouped(probe, framework, third, "TASK_FAILED");
    await followGrouped(probe, framework, fourth, "TASK_KILLED");
    const shutdown = { executor_id: executor.executor_id, agent_id: group.offer.agent_id };
    await framework.call({ type: "SHUTDOWN", shutdown });
    await followGrouped(probe, framework, first, "TASK_KILLED");
    await followFailure(probe, group);
    await framework.teardown();
  }),

  scenario("group-health-check", "a task that is unhealthy for too long ends its group", async (probe) => {
    const health_check = {
      type: "COMMAND" as const,
      command: { value: "test -e healthy" },
      ...{ delay_seconds: 0.5, interval_seconds: 0.5, grace_period_seconds: 0, consecutive_failures: 2 },
    };
    const command = { value: "touch healthy; sleep 4; rm healthy; exec sleep 300" };
    const group = await launchGroup(probe, [{ command, health_check }, SLEEPER]);
    for (const id of group.ids) await followGrouped(probe, group.framework, id, "TASK_KILLED");
    await followFailure(probe, group);
    await group.framework.teardown();
  }),

  scenario("group-check", "the result of a task's check is told when it changes", async (probe) => {
    const check = {
      type: "COMMAND" as const,
      command: { command: { value: "test -e ready" } },
      ...{ delay_seconds: 0, interval_seconds: 0.5 },
    };
    const command = { value: "touch started; sleep 4; touch ready; exec sleep 300" };
    const group = await launchGroup(probe, [{ command, check }]);
    const [id = ""] = group.ids;
    await followGrouped(probe, group.framework, id, "TASK_RUNNING");
    await followGrouped(probe, group.framework, id, "TASK_RUNNING");
    await followGrouped(probe, group.framework, id, "TASK_RUNNING");
    await group.framework.call({ type: "KILL", kill: { task_id: { value: id } } });
    await followGrouped(probe, group.framework, id, "TASK_KILLED");
    await group.framework.teardown();
  }),

  scenario("group-sandbox", "each task of a group has a sandbox inside its executor's", async (probe) => {
    const names = "env | cut -d= -f1 | sort > names; pwd > cwd; echo said; touch started; exec sleep 300";
    const group = await launchGroup(probe, [names]);
    const [id = ""] = group.ids;
    await followGrouped(probe, group.framework, id, "TASK_RUNNING");
    await haveStarted(probe, group);
    const sandbox = await groupSandbox(probe, group);
    const own = `${sandbox}/tasks/${id}`;
    const listed = (path: string) => ({
      label: path.replace(sandbox, "").replace(id, "<TASK>") || "/",
      show: (body: unknown) =>
        (body as { path: string; mode: string }[]).map((file) => `${file.mode} ${file.path.split("/").at(-1) ?? ""}`),
    });
    for (const path of [sandbox, `${sandbox}/tasks`, `${sandbox}/containers`, own])
      await probe.get("agent", filesPath("browse", path), listed(path));
    probe.note("stdout", await readFile(probe, `${own}/stdout`));
    probe.note("variables", (await readFile(probe, `${own}/names`)).trim().split("\n"));
    const folder = (await readFile(probe, `${own}/cwd`)).trim();
    probe.note("its working directory is in containers", folder.startsWith(`${sandbox}/containers/`));
    await group.framework.teardown();
  }),

  scenario("group-in-state", "master and agent show the default executor and its tasks", async (probe) => {
    const group = await launchGroup(probe, [SLEEPER]);
    const [id = ""] = group.ids;
    await followGrouped(probe, group.framework, id, "TASK_RUNNING");
    await haveStarted(probe, group);
    const { frameworks } = await probe.masterState();
    const ofMaster = frameworks.find((framework) => framework.id === group.framework.id);
    probe.note("executors on the master", ofMaster?.executors);
    probe.note("used_resources on the master", ofMaster?.used_resources);
    const executor = (await probe.agentState()).frameworks
      .flatMap((framework) => framework.executors)
      .find((one) => one.id === group.executor.executor_id.value);
    probe.note("resources on the agent", executor?.resources);
    probe.note("executor on the agent", outlineOf(executor, 1));
    for (const show_nested of [false, true]) {
      const containers = await containersOf(probe, group, show_nested);
      probe.note(show_nested ? "with nested ones" : "without nested ones", containers);
    }
    await group.framework.teardown();
  }),

  scenario("group-refusals", "a group with anything wrong in it is TASK_ERROR as a whole", async (probe) => {
    const small = [scalar("cpus", 0.1), scalar("mem", 32)];
    const disk = scalar("disk", 32);
    const executors: Partial<ExecutorInfo>[] = [
      { type: "UNKNOWN" },
      { command: { value: "true" } },
      { type: "CUSTOM" },
      { resources: [] },
      { resources: small },
      { resources: [scalar("cpus", 0.005), scalar("mem", 32), disk] },
      { resources: [scalar("cpus", 0.1), scalar("mem", 16.5), disk] },
      { resources: [scalar("cpus", -1), scalar("mem", 32), disk] },
      { framework_id: { value: "nobody" } },
      { executor_id: { value: "a/b" } },
      { container: { type: "DOCKER", docker: { image: "none" } } },
      { container: { type: "MESOS", mesos: { image: { type: "DOCKER", docker: { name: "none" } } } } },
      { shutdown_grace_period: { nanoseconds: -1 } },
    ];
    const tasks: Partial<TaskInfo>[] = [
      { resources: [] },
      { agent_id: { value: "nobody" } },
      { container: { type: "DOCKER", docker: { image: "none" } } },
      { executor: { executor_id: { value: "another" } } },
      { kill_policy: { grace_period: { nanoseconds: -1 } } },
      { check: { type: "COMMAND" } },
    ];
    for (const changes of executors) await refused(probe, changes, {});
    for (const changes of tasks) await refused(probe, {}, changes);
  }),

  scenario("group-other-executor", "an executor that runs cannot be described otherwise", async (probe) => {
    const group = await launchGroup(probe, [SLEEPER]);
    const { framework } = group;
    const [first = ""] = group.ids;
    await followGrouped(probe, framework, first, "TASK_RUNNING");
    await haveStarted(probe, group);
    const { event } = await framework.stream.wait(
      (one) => one.type === "OFFERS" && one.offers.offers.some(({ executor_ids = [] }) => executor_ids.length > 0),
    );
    const [offer] = event.type === "OFFERS" ? event.offers.offers : [];
    if (offer === undefined) throw new Error("an OFFERS event without an offer");
    const tasks = groupTasks(probe, offer, ["true"], 2);
    await acceptGroup({ framework, offer, executor: { ...group.executor, name: "different" }, tasks });
    await followGrouped(probe, framework, tasks[0]?.task_id.value ?? "", "TASK_ERROR");
    await framework.teardown();
  }),
];

/** As GET_CONTAINERS shows the containers of the group's executor, and those inside it. */
async function containersOf(probe: Probe, { framework }: TaskGroup, show_nested: boolean): Promise<unknown[]> {
  const { json } = await probe.quietly("agent", {
    ...{ method: "POST", path: OPERATOR_PATH, headers: JSON_HEADERS },
    body: { type: "GET_CONTAINERS", get_containers: { show_nested } },
  });
  const { containers } = (json as { get_containers: { containers: ListedContainer[] } }).get_containers;
  const parent = containers.find(({ framework_id }) => framework_id?.value === framework.id)?.container_id.value;
  const own = containers.filter(
    ({ container_id, container_status }) =>
      container_id.value === parent || container_status.container_id?.parent?.value === parent,
  );
  return own.map((container) => ({
    ...(outlineOf(container, 1) as object),
    container_status: outlineOf(container.container_status, 2),
  }));
}

interface ListedContainer {
  framework_id?: { value: string };
  container_id: ContainerID;
  container_status: ContainerStatus;
}

/** The shells of its tasks have begun: before, a signal would not reach them. */
async function haveStarted(probe: Probe, group: TaskGroup): Promise<void> {
  const sandbox = await groupSandbox(probe, group);
  for (const id of group.ids) {
    const path = filesPath("browse", `${sandbox}/tasks/${id}`);
    await probe.comesTrue(async () => {
      const { json } = await probe.quietly("agent", { method: "GET", path });
      return Array.isArray(json) && (json as { path: string }[]).some((file) => file.path.endsWith("/started"));
    });
  }
}

/** A group of two, of which the first task or the executor is changed. */
async function refused(probe: Probe, ofExecutor: Partial<ExecutorInfo>, ofTask: Partial<TaskInfo>): Promise<void> {
  const framework = await subscribe(probe);
  const offer = await framework.offer();
  const [first, second] = groupTasks(probe, offer, [SLEEPER, SLEEPER]);
  if (first === undefined || second === undefined) throw new Error("a group without tasks");
  const id = freshId("executor");
  probe.hide(id, "<EXECUTOR>");
  const executor = defaultExecutor(framework, id, ofExecutor);
  await acceptGroup({ framework, offer, executor, tasks: [{ ...first, ...ofTask }, second] });
  for (const task of [first, second]) await followGrouped(probe, framework, task.task_id.value, "TASK_ERROR");
  await framework.teardown();
}
