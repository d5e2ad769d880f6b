import type { AddressInfo } from "node:net";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { ExecutorEvent } from "../../../src/engine/agent/executor-messages.ts";
import { CommandExecutor } from "../../../src/engine/executor/command-executor.ts";
import type { StartedTask, TaskExit, TaskRun } from "../../../src/engine/executor/task-run.ts";
import type { FrameworkInfo, TaskInfo } from "../../../src/mesos/types.ts";
import { assignment, task } from "../containerizer/fixtures.ts";
import { FakeClock } from "../support/fake-clock.ts";
import { ScriptedAgent } from "./scripted-agent.ts";

let agent: ScriptedAgent;
let clock: FakeClock;
let kills: number[];
let run: { start: (started: StartedTask) => void; fail: (error: Error) => void; exit: (exit: TaskExit) => void };
let exitCode: number | undefined;

function fakeTask(): TaskRun {
  const started = new Promise<StartedTask>((resolve, reject) => Object.assign(run, { start: resolve, fail: reject }));
  const exited = new Promise<TaskExit>((resolve) => Object.assign(run, { exit: resolve }));
  return {
    subject: "Command",
    started,
    exited,
    kill: (graceMs) => kills.push(graceMs),
    reach: (port) => ({ host: "127.0.0.1", port }),
    commandBeside: ([file = "", ...args]) => ({ file, args }),
  };
}

async function startExecutor(over: { checkpoint?: boolean } = {}): Promise<void> {
  const { port } = agent.server.address() as AddressInfo;
  new CommandExecutor({
    assignment: {
      ...assignment(),
      agent: { ip: "127.0.0.1", port, hostname: "a1", path: "/api/v1/executor" },
      ...over,
    },
    output: { stdout: 1, stderr: 2, say: () => {}, complain: () => {}, close: () => {} },
    clock,
    startTask: fakeTask,
    onDone: (code) => {
      exitCode ??= code;
      agent.changed();
    },
  });
  await agent.until(() => agent.subscriptions().length > 0);
}

function subscribed(capabilities: FrameworkInfo["capabilities"] = []): ExecutorEvent {
  const framework_info = { user: "root", name: "f", capabilities };
  const executor_info = { executor_id: { value: "t1" } };
  return {
    type: "SUBSCRIBED",
    subscribed: { framework_info, executor_info, agent_info: { hostname: "a1" }, container_id: { value: "c1" } },
  };
}

/** Runs a task up to TASK_RUNNING. */
async function runTask(over: Partial<TaskInfo> = {}, capabilities: FrameworkInfo["capabilities"] = []): Promise<void> {
  agent.send(subscribed(capabilities));
  agent.send({ type: "LAUNCH", launch: { task: task(over) } });
  await agent.until(() => agent.statuses.length === 1);
  run.start({});
  await agent.until(() => agent.statuses.length === 2);
}

beforeEach(async () => {
  agent = new ScriptedAgent();
  clock = new FakeClock();
  kills = [];
  exitCode = undefined;
  run = { start: () => {}, fail: () => {}, exit: () => {} };
  await new Promise<void>((resolve) => agent.server.listen(0, "127.0.0.1", resolve));
});
afterEach(() => {
  agent.server.closeAllConnections();
  agent.server.close();
});

describe("the command executor", () => {
  it("tells that a task starts, runs and how it ended, and ends when that is acknowledged", async () => {
    await startExecutor();
    await runTask();
    run.exit({ code: 7 });
    await agent.until(() => agent.statuses.length === 3);
    expect(agent.statuses.map(({ state, message }) => [state, message])).toEqual([
      ["TASK_STARTING", undefined],
      ["TASK_RUNNING", undefined],
      ["TASK_FAILED", "Command exited with status 7"],
    ]);
    for (const status of agent.statuses) agent.acknowledge(status);
    await agent.until(() => exitCode !== undefined);
    expect(exitCode).toBe(0);
  });

  it("fails a task that cannot be started, with the reason", async () => {
    await startExecutor();
    agent.send(subscribed());
    agent.send({ type: "LAUNCH", launch: { task: task() } });
    await agent.until(() => agent.statuses.length === 1);
    run.fail(new Error("Failed to bind on 127.0.0.1:9000: Address already in use"));
    await agent.until(() => agent.statuses.length === 2);
    expect(agent.statuses[1]).toMatchObject({
      state: "TASK_FAILED",
      message: "Failed to bind on 127.0.0.1:9000: Address already in use",
    });
  });

  it.each([
    ["three seconds, where nobody says anything", {}, {}, 3_000],
    ["the task's grace period", { kill_policy: { grace_period: { nanoseconds: 2e9 } } }, {}, 2_000],
    [
      "the call's before the task's",
      { kill_policy: { grace_period: { nanoseconds: 2e9 } } },
      { kill_policy: { grace_period: { nanoseconds: 1e9 } } },
      1_000,
    ],
  ])("kills with %s", async (_what, over, kill, graceMs) => {
    await startExecutor();
    await runTask(over);
    agent.send({ type: "KILL", kill: { task_id: { value: "t1" }, ...kill } });
    await clockUntil(() => kills.length > 0);
    expect(kills).toEqual([graceMs]);
    run.exit({ signal: "SIGTERM" });
    await agent.until(() => agent.statuses.length === 3);
    expect(agent.statuses[2]).toMatchObject({
      state: "TASK_KILLED",
      message: "Command terminated with signal Terminated",
    });
  });

  it("says TASK_KILLING only to frameworks that know it", async () => {
    await startExecutor();
    await runTask({}, [{ type: "TASK_KILLING_STATE" }]);
    agent.send({ type: "KILL", kill: { task_id: { value: "t1" } } });
    await agent.until(() => agent.statuses.length === 3);
    expect(agent.statuses[2]?.state).toBe("TASK_KILLING");
  });

  it("ends with its agent unless it checkpoints", async () => {
    await startExecutor();
    agent.send(subscribed());
    agent.disconnect();
    await agent.until(() => exitCode !== undefined);
    expect(exitCode).toBe(0);
  });

  it("comes back to its agent with what it could not say", async () => {
    await startExecutor({ checkpoint: true });
    await runTask();
    agent.acknowledge(agent.statuses[0]);
    agent.disconnect();
    run.exit({ code: 0 });
    await clockUntil(() => agent.subscriptions().length === 2);
    const updates = agent.subscriptions()[1]?.subscribe.unacknowledged_updates?.map(({ status }) => status.state);
    expect(updates).toEqual(["TASK_RUNNING", "TASK_FINISHED"]);
  });
});

/** Lets the executor's time pass until something has happened. */
async function clockUntil(condition: () => boolean): Promise<void> {
  while (!condition()) await clock.advance(20);
}
