import type { AddressInfo } from "node:net";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { ExecutorEvent } from "../../../src/engine/agent/executor-messages.ts";
import { DefaultExecutor } from "../../../src/engine/executor/default-executor.ts";
import type { StartedTask, TaskExit, TaskRun } from "../../../src/engine/executor/task-run.ts";
import type { FrameworkInfo, KillPolicy, TaskInfo, TaskStatus } from "../../../src/mesos/types.ts";
import { assignment } from "../containerizer/fixtures.ts";
import { FakeClock } from "../support/fake-clock.ts";
import { ScriptedAgent } from "./scripted-agent.ts";

/** One task's container, which does what a test says. */
interface FakeRun {
  containerId: string;
  kills: number[];
  start: (started: StartedTask) => void;
  fail: (error: Error) => void;
  exit: (exit: TaskExit) => void;
}

let agent: ScriptedAgent;
let clock: FakeClock;
let runs: Map<string, FakeRun>;
let launchFailures: Map<string, Error>;
let exitCode: number | undefined;

beforeEach(async () => {
  agent = new ScriptedAgent();
  clock = new FakeClock();
  runs = new Map();
  launchFailures = new Map();
  exitCode = undefined;
  await new Promise<void>((resolve) => agent.server.listen(0, "127.0.0.1", resolve));
});
afterEach(() => {
  agent.server.closeAllConnections();
  agent.server.close();
});

function launch(info: TaskInfo, containerId: string): Promise<TaskRun> {
  const failure = launchFailures.get(info.task_id.value);
  if (failure !== undefined) return Promise.reject(failure);
  const fake: FakeRun = { containerId, kills: [], start: () => {}, fail: () => {}, exit: () => {} };
  const started = new Promise<StartedTask>((resolve, reject) => Object.assign(fake, { start: resolve, fail: reject }));
  const exited = new Promise<TaskExit>((resolve) => (fake.exit = resolve));
  runs.set(info.task_id.value, fake);
  agent.changed();
  return Promise.resolve({
    subject: "Command",
    started,
    exited,
    kill: (graceMs) => {
      fake.kills.push(graceMs);
      agent.changed();
    },
    reach: (port) => ({ host: "127.0.0.1", port }),
    commandBeside: ([file = "", ...args]) => ({ file, args }),
  });
}

async function startExecutor(capabilities: FrameworkInfo["capabilities"] = [], checkpoint = false): Promise<void> {
  const { port } = agent.server.address() as AddressInfo;
  new DefaultExecutor({
    assignment: {
      ...assignment(),
      agent: { ip: "127.0.0.1", port, hostname: "a1", path: "/api/v1/executor" },
      checkpoint,
    },
    containers: { launch, environmentOf: () => ({}) },
    say: () => {},
    clock,
    onDone: (code) => {
      exitCode ??= code;
      agent.changed();
    },
  });
  await agent.until(() => agent.subscriptions().length > 0);
  agent.send({
    type: "SUBSCRIBED",
    subscribed: {
      framework_info: { user: "root", name: "f", capabilities },
      executor_info: { executor_id: { value: "e" } },
      agent_info: { hostname: "a1" },
      container_id: { value: "c1" },
    },
  });
}

const taskOf = (id: string, over: Partial<TaskInfo> = {}): TaskInfo => ({
  ...{ name: id, task_id: { value: id }, agent_id: { value: "a1" }, command: { value: "sleep 1" } },
  ...over,
});

const launchGroup = (tasks: TaskInfo[]): ExecutorEvent => ({
  type: "LAUNCH_GROUP",
  launch_group: { task_group: { tasks } },
});

/** Runs a group up to TASK_RUNNING of all its tasks. */
async function runGroup(...tasks: TaskInfo[]): Promise<void> {
  agent.send(launchGroup(tasks));
  const ids = tasks.map(({ task_id }) => task_id.value);
  await agent.until(() => ids.every((id) => runs.has(id)));
  ids.forEach((id, index) => runs.get(id)?.start({ pid: 100 + index }));
  await agent.until(() => ids.every((id) => statusOf(id, "TASK_RUNNING") !== undefined));
}

const statusOf = (id: string, state: TaskStatus["state"]): TaskStatus | undefined =>
  agent.statuses.find((status) => status.task_id.value === id && status.state === state);

async function untilState(id: string, state: TaskStatus["state"]): Promise<TaskStatus> {
  await agent.until(() => statusOf(id, state) !== undefined);
  return statusOf(id, state)!;
}

const kill = (id: string, kill_policy?: KillPolicy): void =>
  agent.send({ type: "KILL", kill: { task_id: { value: id }, ...(kill_policy && { kill_policy }) } });

const states = (): string[] => agent.statuses.map(({ task_id, state }) => `${task_id.value} ${state}`);

describe("the default executor", () => {
  it("tells of every task in its own container, and ends when all is acknowledged", async () => {
    await startExecutor();
    await runGroup(taskOf("g1"), taskOf("g2"));
    expect(states().slice(0, 2)).toEqual(["g1 TASK_STARTING", "g2 TASK_STARTING"]);
    const container_id = { value: runs.get("g1")?.containerId, parent: { value: "c1" } };
    expect(statusOf("g1", "TASK_STARTING")?.container_status).toEqual({ container_id });
    expect(statusOf("g1", "TASK_RUNNING")?.container_status).toEqual({
      container_id,
      executor_pid: 100,
      network_infos: [{ ip_addresses: [{ protocol: "IPv4", ip_address: "127.0.0.1" }] }],
    });
    for (const id of ["g1", "g2"]) runs.get(id)?.exit({ code: 0 });
    await untilState("g2", "TASK_FINISHED");
    expect(statusOf("g1", "TASK_FINISHED")).toMatchObject({
      message: "Command exited with status 0",
      container_status: { container_id },
    });
    expect(exitCode).toBeUndefined();
    for (const status of agent.statuses) agent.acknowledge(status);
    await agent.until(() => exitCode !== undefined);
    expect(exitCode).toBe(0);
  });

  it("lets a group go on whose task has finished", async () => {
    await startExecutor();
    await runGroup(taskOf("g1"), taskOf("g2"));
    runs.get("g1")?.exit({ code: 0 });
    await untilState("g1", "TASK_FINISHED");
    expect(runs.get("g2")?.kills).toEqual([]);
  });

  it("kills the rest of a group when a task fails", async () => {
    await startExecutor();
    await runGroup(taskOf("g1"), taskOf("g2", { kill_policy: { grace_period: { nanoseconds: 1e9 } } }));
    runs.get("g1")?.exit({ code: 3 });
    expect(await untilState("g1", "TASK_FAILED")).toMatchObject({ message: "Command exited with status 3" });
    await agent.until(() => runs.get("g2")?.kills.length === 1);
    expect(runs.get("g2")?.kills).toEqual([1_000]);
    runs.get("g2")?.exit({ signal: "SIGTERM" });
    expect(await untilState("g2", "TASK_KILLED")).toMatchObject({
      message: "Command terminated with signal Terminated",
    });
  });

  it("ends a group of which one task is killed, even if that exits with 0", async () => {
    await startExecutor([{ type: "TASK_KILLING_STATE" }]);
    await runGroup(taskOf("g1"), taskOf("g2"));
    kill("g1", { grace_period: { nanoseconds: 2e9 } });
    await untilState("g1", "TASK_KILLING");
    expect(runs.get("g1")?.kills).toEqual([2_000]);
    runs.get("g1")?.exit({ code: 0 });
    await untilState("g1", "TASK_KILLED");
    await untilState("g2", "TASK_KILLING");
    expect(runs.get("g2")?.kills).toEqual([3_000]);
  });

  it("leaves other groups alone", async () => {
    await startExecutor();
    await runGroup(taskOf("g1"));
    await runGroup(taskOf("h1"), taskOf("h2"));
    runs.get("h1")?.exit({ code: 1 });
    await untilState("h1", "TASK_FAILED");
    runs.get("h2")?.exit({ signal: "SIGTERM" });
    await untilState("h2", "TASK_KILLED");
    for (const status of agent.statuses) agent.acknowledge(status);
    runs.get("g1")?.exit({ code: 0 });
    await untilState("g1", "TASK_FINISHED");
    expect(runs.get("g1")?.kills).toEqual([]);
  });

  it("fails a task whose container cannot be made, and kills the others once they run", async () => {
    launchFailures.set("g1", new Error("Unsupported container image type: DOCKER"));
    await startExecutor();
    agent.send(launchGroup([taskOf("g1"), taskOf("g2")]));
    expect(await untilState("g1", "TASK_FAILED")).toMatchObject({
      message: "Unsupported container image type: DOCKER",
    });
    await agent.until(() => runs.get("g2")?.kills.length === 1);
    runs.get("g2")?.exit({ signal: "SIGTERM" });
    await untilState("g2", "TASK_KILLED");
  });

  it("tells of the end of tasks that were killed for one that was unhealthy", async () => {
    await startExecutor();
    const health_check = {
      type: "COMMAND" as const,
      command: { value: "false" },
      ...{ delay_seconds: 0, interval_seconds: 0, grace_period_seconds: 0, consecutive_failures: 1 },
    };
    await runGroup(taskOf("g1", { health_check }), taskOf("g2"));
    while (runs.get("g1")?.kills.length !== 1) {
      await clock.advance(10);
      await new Promise((resolve) => setImmediate(resolve));
    }
    // It is killed once the update is on its way, which may arrive later.
    await agent.until(() => agent.statuses.some(({ reason }) => reason !== undefined));
    expect(agent.statuses.find(({ reason }) => reason !== undefined)).toMatchObject({
      reason: "REASON_TASK_HEALTH_CHECK_STATUS_UPDATED",
      healthy: false,
    });
    runs.get("g1")?.exit({ signal: "SIGTERM" });
    expect(await untilState("g1", "TASK_KILLED")).toMatchObject({ healthy: false });
    await agent.until(() => runs.get("g2")?.kills.length === 1);
    runs.get("g2")?.exit({ signal: "SIGTERM" });
    expect(await untilState("g2", "TASK_KILLED")).toMatchObject({ healthy: false });
  });

  it("kills everything when it is shut down, and takes no more", async () => {
    await startExecutor();
    await runGroup(taskOf("g1"), taskOf("g2"));
    agent.send({ type: "SHUTDOWN" });
    await agent.until(() => [...runs.values()].every(({ kills }) => kills.length === 1));
    agent.send(launchGroup([taskOf("late")]));
    for (const id of ["g1", "g2"]) runs.get(id)?.exit({ signal: "SIGTERM" });
    await untilState("g2", "TASK_KILLED");
    for (const status of agent.statuses) agent.acknowledge(status);
    await agent.until(() => exitCode !== undefined);
    expect(runs.has("late")).toBe(false);
  });

  it("tells an agent that comes back what it may not know", async () => {
    await startExecutor([], true);
    await runGroup(taskOf("g1"));
    agent.acknowledge(agent.statuses[0]);
    await runGroup(taskOf("g2"));
    agent.disconnect();
    while (agent.subscriptions().length < 2) {
      await clock.advance(100);
      await new Promise((resolve) => setImmediate(resolve));
    }
    const { unacknowledged_tasks = [], unacknowledged_updates = [] } = agent.subscriptions()[1]!.subscribe;
    expect(unacknowledged_tasks.map(({ task_id }) => task_id.value)).toEqual(["g2"]);
    expect(unacknowledged_updates.map(({ status }) => `${status.task_id.value} ${status.state}`)).toEqual([
      "g1 TASK_RUNNING",
      "g2 TASK_STARTING",
      "g2 TASK_RUNNING",
    ]);
  });

  it("ends with an agent that does not come back", async () => {
    await startExecutor();
    await runGroup(taskOf("g1"));
    agent.disconnect();
    await agent.until(() => runs.get("g1")?.kills.length === 1);
    runs.get("g1")?.exit({ signal: "SIGTERM" });
    await agent.until(() => exitCode !== undefined);
    expect(exitCode).toBe(0);
  });
});
