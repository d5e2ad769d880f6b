import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import type { Executor } from "../../../src/engine/agent/book.ts";
import { LaunchError } from "../../../src/engine/containerizer/containers.ts";
import type { ExecutorInfo } from "../../../src/mesos/types.ts";
import { settle } from "../support/fake-clock.ts";
import {
  acknowledge,
  AGENT_ID,
  commandTask,
  FakeContainers,
  FRAMEWORK,
  runTask,
  startTestAgent,
  type TestAgent,
  TestExecutor,
  updatesOf,
} from "../support/agent-harness.ts";

const framework_id = { value: "framework-0000" };

describe("an agent with a command task", () => {
  it("launches an executor named like the task, in a sandbox laid out as Mesos does", async () => {
    const test = startTestAgent();
    const executor = await runTask(test, commandTask("t1"));
    const [launch] = test.containers.launched;
    const runs = join(test.workDir, "slaves", AGENT_ID, "frameworks/framework-0000/executors/t1/runs");
    expect(launch?.assignment.sandbox).toBe(join(runs, executor.containerId));
    expect(readdirSync(executor.directory)).toEqual(["stderr", "stdout"]);
    expect(readdirSync(runs)).toContain("latest");
    expect(executor.info.name).toBe("Command Executor (Task: t1) (Command: sh -c 'sleep 60')");
  });

  it("gives the executor the agent's variables but for its flags, and what executors are told", async () => {
    const test = startTestAgent();
    await runTask(test, commandTask("t1"));
    const environment = test.containers.launched[0]?.assignment.environment;
    expect(environment).toMatchObject({
      SECRET_OF_AGENT: "1",
      MESOS_EXECUTOR_ID: "t1",
      MESOS_CHECKPOINT: "0",
      MESOS_AGENT_ENDPOINT: "127.0.0.1:5051",
      MESOS_SLAVE_PID: "slave(1)@127.0.0.1:5051",
      MESOS_EXECUTOR_SHUTDOWN_GRACE_PERIOD: "5secs",
    });
    expect(environment).not.toHaveProperty("MESOS_WORK_DIR");
  });

  it("delivers the task once the executor has subscribed", async () => {
    const test = startTestAgent();
    const executor = new TestExecutor(test, await runTask(test, commandTask("t1")));
    expect(executor.types()).toEqual(["SUBSCRIBED", "LAUNCH"]);
  });

  it("completes updates with what only it knows, and acknowledges them to the executor", async () => {
    const test = startTestAgent();
    const executor = new TestExecutor(test, await runTask(test, commandTask("t1")));
    executor.update("t1", "TASK_RUNNING");
    expect(executor.types()).toEqual(["SUBSCRIBED", "LAUNCH", "ACKNOWLEDGED"]);
    const [update] = updatesOf(test);
    expect(update?.status).not.toHaveProperty("executor_id");
    expect(update).toMatchObject({
      latest_state: "TASK_RUNNING",
      status: {
        agent_id: { value: AGENT_ID },
        container_status: {
          container_id: { value: executor.executor.containerId },
          executor_pid: 4711,
          network_infos: [{ ip_addresses: [{ ip_address: "127.0.0.1" }] }],
        },
      },
    });
  });

  it("passes on what executor an update names", async () => {
    const test = startTestAgent();
    const executor = new TestExecutor(test, await runTask(test, commandTask("t1")));
    executor.update("t1", "TASK_RUNNING", { executor_id: { value: "t1" } });
    expect(updatesOf(test)[0]?.status.executor_id).toEqual({ value: "t1" });
  });

  it("tells of a container inside the executor's as the executor does", async () => {
    const test = startTestAgent();
    const executor = new TestExecutor(test, await runTask(test, commandTask("t1")));
    const container_status = { container_id: { value: "n1", parent: { value: "c1" } }, executor_pid: 12 };
    executor.update("t1", "TASK_RUNNING", { container_status });
    expect(updatesOf(test)[0]?.status.container_status).toEqual(container_status);
  });

  it("keeps an executor that has ended until its last update is acknowledged", async () => {
    const test = startTestAgent();
    const executor = new TestExecutor(test, await runTask(test, commandTask("t1")));
    const uuid = executor.update("t1", "TASK_FINISHED");
    test.agent.executors.exited(executor.executor, 0);
    expect(test.agent.report().tasks).toMatchObject([{ state: "TASK_FINISHED" }]);
    acknowledge(test, "t1", uuid);
    expect(test.agent.book.frameworks.size).toBe(0);
    expect(test.agent.book.completedFrameworks[0]?.completedExecutors[0]?.completed).toHaveLength(1);
  });

  it("reports a container that could not be launched in Mesos's words", async () => {
    const containers = new FakeContainers();
    containers.failure = new LaunchError("Failed to fetch all URIs for container 'x': exited with status 1");
    const test = startTestAgent({ containers });
    test.agent.handle({ type: "RUN_TASK", run_task: { framework: FRAMEWORK, task: commandTask("t1") } });
    await settle();
    expect(updatesOf(test)[0]?.status).toMatchObject({
      state: "TASK_FAILED",
      source: "SOURCE_AGENT",
      reason: "REASON_CONTAINER_LAUNCH_FAILED",
      message: "Failed to launch container: Failed to fetch all URIs for container 'x': exited with status 1",
    });
  });

  it("fails the task of an executor that dies without a word", async () => {
    const test = startTestAgent();
    const executor = new TestExecutor(test, await runTask(test, commandTask("t1")));
    test.agent.executors.exited(executor.executor, 9);
    expect(updatesOf(test)[0]?.status).toMatchObject({ state: "TASK_FAILED", reason: "REASON_EXECUTOR_TERMINATED" });
  });

  it("destroys an executor that does not subscribe in time", async () => {
    const test = startTestAgent();
    const executor = await runTask(test, commandTask("t1"));
    await test.clock.advance(60_000);
    expect(test.containers.destroyed).toEqual([executor.containerId]);
    test.agent.executors.exited(executor, 9);
    expect(updatesOf(test)[0]?.status).toMatchObject({
      reason: "REASON_EXECUTOR_REGISTRATION_TIMEOUT",
      message: "Executor did not register within 1mins",
    });
  });
});

describe("an agent asked to kill", () => {
  const kill = (id: string) => ({ type: "KILL_TASK" as const, kill_task: { framework_id, task_id: { value: id } } });

  it("hands the request to the task's executor", async () => {
    const test = startTestAgent();
    const executor = new TestExecutor(test, await runTask(test, commandTask("t1")));
    test.agent.handle(kill("t1"));
    expect(executor.events.at(-1)).toEqual({ type: "KILL", kill: { task_id: { value: "t1" } } });
  });

  it("answers itself for a task that no executor has yet", async () => {
    const test = startTestAgent();
    const executor = await runTask(test, commandTask("t1"));
    test.agent.handle(kill("t1"));
    expect(updatesOf(test)[0]?.status).toMatchObject({
      state: "TASK_KILLED",
      reason: "REASON_TASK_KILLED_DURING_LAUNCH",
    });
    expect(test.containers.destroyed).toEqual([executor.containerId]);
  });

  it("says that a task it does not know is lost", () => {
    const test = startTestAgent();
    test.agent.handle(kill("ghost"));
    expect(updatesOf(test)[0]?.status).toMatchObject({ state: "TASK_LOST", source: "SOURCE_AGENT" });
  });

  it("shuts executors of a framework down that is gone, and by force after the grace period", async () => {
    const test = startTestAgent();
    const executor = new TestExecutor(test, await runTask(test, commandTask("t1")));
    test.agent.handle({ type: "SHUTDOWN_FRAMEWORK", shutdown_framework: { framework_id } });
    expect(executor.types().at(-1)).toBe("SHUTDOWN");
    await test.clock.advance(5_000);
    expect(test.containers.destroyed).toEqual([executor.executor.containerId]);
    test.agent.executors.exited(executor.executor, 9);
    expect(test.agent.book.frameworks.size).toBe(0);
    expect(updatesOf(test)).toEqual([]);
  });

  it("ends itself after its executors when it is told to", async () => {
    const test = startTestAgent();
    const executor = await runTask(test, commandTask("t1"));
    test.agent.handle({ type: "SHUTDOWN", shutdown: { message: "gone" } });
    expect(test.ends).toEqual([]);
    test.agent.executors.exited(executor, 9);
    expect(test.ends).toEqual(["gone"]);
  });
});

describe("an agent and its master", () => {
  it("keeps its identity on disk", () => {
    const { workDir } = startTestAgent();
    const info: unknown = JSON.parse(readFileSync(join(workDir, "meta/slaves/latest/slave.info"), "utf8"));
    expect(info).toMatchObject({ id: { value: AGENT_ID } });
  });

  it("settles tasks that the master believes to be here", () => {
    const test = startTestAgent();
    const unknown_tasks = [{ framework_id, task_id: { value: "ghost" } }];
    const reregistered = { agent_id: { value: AGENT_ID }, total_ping_timeout_seconds: 75, unknown_tasks };
    test.agent.handle({ type: "REREGISTERED", reregistered });
    expect(updatesOf(test)[0]?.status).toMatchObject({
      state: "TASK_LOST",
      reason: "REASON_RECONCILIATION",
      message: "Task was not received by the agent",
    });
  });

  it("keeps nothing on disk for frameworks that do not checkpoint", async () => {
    const test = startTestAgent();
    await runTask(test, commandTask("t1"));
    expect(existsSync(join(test.workDir, "meta/slaves", AGENT_ID, "frameworks"))).toBe(false);
  });
});

describe("an agent that is drained", () => {
  const drain = (test: TestAgent, mark_gone = false): void =>
    test.agent.handle({ type: "DRAIN", drain: { mark_gone, max_grace_period: { nanoseconds: 1e9 } } });
  const AWARE = { ...FRAMEWORK, capabilities: [{ type: "PARTITION_AWARE" }] };

  it("says why it has tasks killed, until it is empty", async () => {
    const test = startTestAgent();
    const executor = new TestExecutor(test, await runTask(test, commandTask("t1")));
    drain(test);
    expect(executor.types()).toContain("KILL");
    expect(test.agent.drain).toMatchObject({ config: { mark_gone: false } });
    executor.update("t1", "TASK_KILLED");
    expect(updatesOf(test).at(-1)?.status).toMatchObject({ state: "TASK_KILLED", reason: "REASON_AGENT_DRAINING" });
    test.agent.handle({ type: "SHUTDOWN_FRAMEWORK", shutdown_framework: { framework_id: FRAMEWORK.id! } });
    test.agent.executors.exited(executor.executor, 0);
    expect(test.agent.drain).toBeUndefined();
  });

  it.each([
    { framework: FRAMEWORK, state: "TASK_KILLED" },
    { framework: AWARE, state: "TASK_GONE_BY_OPERATOR" },
  ])("and given up, says $state", async ({ framework, state }) => {
    const test = startTestAgent();
    const executor = new TestExecutor(test, await runTask(test, commandTask("t1"), framework));
    drain(test, true);
    executor.update("t1", "TASK_KILLED");
    expect(updatesOf(test).at(-1)?.status).toMatchObject({ state, reason: "REASON_AGENT_DRAINING" });
  });
});

describe("an agent with a task group", () => {
  const executor: ExecutorInfo = { executor_id: { value: "e1" }, type: "DEFAULT", framework_id };
  const launch = async (test: TestAgent): Promise<Executor> => {
    const tasks = ["g1", "g2"].map((id) => commandTask(id));
    test.agent.handle({ type: "RUN_TASK_GROUP", run_task_group: { framework: FRAMEWORK, executor, tasks } });
    await settle();
    return test.agent.book.executor(framework_id.value, "e1")!;
  };

  it("launches the default executor with what it needs to launch tasks itself", async () => {
    const test = startTestAgent();
    await launch(test);
    expect(test.containers.launched[0]?.assignment.groups).toMatchObject({ role: "*", user: "root" });
  });

  it("delivers the group as a whole once the executor has subscribed, and another one later", async () => {
    const test = startTestAgent();
    const subscribed = new TestExecutor(test, await launch(test));
    const later = [commandTask("g3")];
    test.agent.handle({ type: "RUN_TASK_GROUP", run_task_group: { framework: FRAMEWORK, executor, tasks: later } });
    const groups = subscribed.events.flatMap((event) =>
      event.type === "LAUNCH_GROUP" ? [event.launch_group.task_group.tasks.map(({ name }) => name)] : [],
    );
    expect(groups).toEqual([["g1", "g2"], ["g3"]]);
  });

  it("kills all of it when one task is killed before the executor has subscribed", async () => {
    const test = startTestAgent();
    const { containerId } = await launch(test);
    test.agent.handle({
      type: "KILL_TASK",
      kill_task: { framework_id, task_id: { value: "g2" } },
    });
    const message = "A task within the task group was killed before delivery to the executor";
    expect(updatesOf(test).map(({ status }) => [status.task_id.value, status.state, status.message])).toEqual([
      ["g1", "TASK_KILLED", message],
      ["g2", "TASK_KILLED", message],
    ]);
    expect(test.containers.destroyed).toEqual([containerId]);
  });

  it("tells that the executor has failed, and then of its tasks", async () => {
    const test = startTestAgent();
    const { containerId } = await launch(test);
    const running = test.agent.book.executorOfContainer(containerId)!;
    new TestExecutor(test, running);
    test.sent.length = 0;
    test.agent.executors.exited(running, 9);
    expect(test.sent.map(({ type }) => type)).toEqual(["EXITED_EXECUTOR", "UPDATE", "UPDATE"]);
    expect(updatesOf(test)[0]?.status).toMatchObject({
      state: "TASK_FAILED",
      reason: "REASON_EXECUTOR_TERMINATED",
      message: "Executor terminated",
    });
  });
});
