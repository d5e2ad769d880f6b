import { describe, expect, it } from "vitest";
import type { TaskInfo } from "../../../src/mesos/types.ts";
import { scalarResource, rangesResource } from "../../../src/mesos/resources.ts";
import { settle } from "../support/fake-clock.ts";
import { ask, aTask, startMaster, TestAgent, TestFramework } from "../support/master-harness.ts";

async function cluster(info = {}) {
  const test = await startMaster();
  const agent = await new TestAgent(test).register();
  const framework = new TestFramework(test, info);
  await settle();
  return { test, agent, framework };
}

describe("a task", () => {
  it("goes to its agent with resources allocated to the offer's role", async () => {
    const { agent, framework } = await cluster();
    await framework.launch({});
    expect(agent.heard("RUN_TASK")).toMatchObject([
      {
        run_task: {
          framework: { id: { value: framework.id } },
          task: { task_id: { value: "t1" }, resources: [{ allocation_info: { role: "*" } }, {}] },
        },
      },
    ]);
  });

  it("is told of, acknowledged, and then remembered as completed", async () => {
    const { test, agent, framework } = await cluster();
    await framework.launch({});
    await agent.update(framework.id, "t1", "TASK_RUNNING");
    const { uuid = "" } = await agent.update(framework.id, "t1", "TASK_FINISHED");
    expect(framework.updates.map(({ state }) => state)).toEqual(["TASK_RUNNING", "TASK_FINISHED"]);
    const known = test.master.context.state.frameworks.get(framework.id);
    expect(known?.tasks.size).toBe(1);
    const acknowledge = { agent_id: { value: agent.id }, task_id: { value: "t1" }, uuid };
    framework.call({ type: "ACKNOWLEDGE", acknowledge });
    expect(agent.heard("ACKNOWLEDGE")).toMatchObject([{ acknowledge: { uuid } }]);
    expect(known?.tasks.size).toBe(0);
    expect(known?.completedTasks).toHaveLength(1);
  });

  it("frees its resources when it ends, acknowledged or not", async () => {
    const { agent, framework } = await cluster();
    await framework.launch({});
    await agent.update(framework.id, "t1", "TASK_FAILED");
    framework.call({ type: "REVIVE" });
    await settle();
    expect(framework.offers.at(-1)?.resources).toMatchObject([{}, { scalar: { value: 4 } }, {}, {}]);
  });

  it("is killed by its agent; one that nobody knows is told of at once", async () => {
    const { agent, framework } = await cluster();
    await framework.launch({});
    framework.call({ type: "KILL", kill: { task_id: { value: "t1" } } });
    expect(agent.heard("KILL_TASK")).toMatchObject([{ kill_task: { task_id: { value: "t1" } } }]);
    framework.call({ type: "KILL", kill: { task_id: { value: "ghost" } } });
    expect(framework.updates).toMatchObject([
      { task_id: { value: "ghost" }, state: "TASK_LOST", message: "Reconciliation: Task is unknown" },
    ]);
  });

  it("ends with its framework", async () => {
    const { test, agent, framework } = await cluster();
    await framework.launch({});
    framework.call({ type: "TEARDOWN" });
    expect(framework.closed).toBe(true);
    expect(agent.heard("SHUTDOWN_FRAMEWORK")).toHaveLength(1);
    const [completed] = test.master.context.state.completedFrameworks.values();
    expect(completed?.completedTasks).toMatchObject([{ state: "TASK_KILLED" }]);
  });
});

describe("a launch that cannot be", () => {
  const offered =
    "ports(allocated: *):[9000-9010]; cpus(allocated: *):4; mem(allocated: *):4096; disk(allocated: *):10000";
  const few = [scalarResource("cpus", 0.1), scalarResource("mem", 32)];
  const invalid: [string, Partial<TaskInfo>, string][] = [
    [
      "more than offered",
      { resources: [scalarResource("cpus", 4000)] },
      `Total resources cpus(allocated: *):4000 required by task and its executor is more than available ${offered}`,
    ],
    [
      "a port not offered",
      { resources: [...few, rangesResource("ports", [{ begin: 80, end: 80 }])] },
      "Total resources cpus(allocated: *):0.1; mem(allocated: *):32; ports(allocated: *):[80-80]" +
        ` required by task and its executor is more than available ${offered}`,
    ],
    ["nothing", { resources: [] }, "Task uses no resources"],
    ["a path as its ID", { task_id: { value: "has/slash" } }, "'has/slash' contains invalid characters"],
    [
      "a health check that says nothing",
      { health_check: { type: "HTTP" } },
      "Task uses invalid health check: Expecting 'http' to be set for HTTP health check",
    ],
  ];
  it.each(invalid)("is told of as TASK_ERROR: %s", async (_what, task, message) => {
    const { agent, framework } = await cluster();
    await framework.launch(task);
    const expected = { state: "TASK_ERROR", reason: "REASON_TASK_INVALID", source: "SOURCE_MASTER", message };
    expect(framework.updates).toMatchObject([expected]);
    expect(framework.updates[0]).not.toHaveProperty("uuid");
    expect(agent.heard("RUN_TASK")).toEqual([]);
  });

  it("names the agent that was meant", async () => {
    const { agent, framework } = await cluster();
    await framework.launch({ agent_id: { value: "other" } });
    expect(framework.updates[0]?.message).toBe(`Task uses invalid agent other while agent ${agent.id} is expected`);
  });

  it.each([
    [{}, "TASK_LOST"],
    [{ capabilities: [{ type: "PARTITION_AWARE" }] }, "TASK_DROPPED"],
  ])("is told of when its offer is used up (%j)", async (info, state) => {
    const { framework } = await cluster(info);
    const [offer] = framework.offers;
    await framework.launch({});
    const operation = {
      type: "LAUNCH" as const,
      launch: { task_infos: [aTask(offer!, { task_id: { value: "t2" } })] },
    };
    framework.call({ type: "ACCEPT", accept: { offer_ids: [offer!.id], operations: [operation] } });
    const message = `Task launched with invalid offers: Offer ${offer!.id.value} is no longer valid`;
    expect(framework.updates).toMatchObject([{ state, reason: "REASON_INVALID_OFFERS", message }]);
  });
});

describe("a task group", () => {
  const executor = {
    ...{ executor_id: { value: "e1" }, type: "DEFAULT" as const },
    resources: [scalarResource("cpus", 0.1), scalarResource("mem", 32), scalarResource("disk", 10)],
  };
  const group = (framework: TestFramework, changes = {}, taskChanges: Partial<TaskInfo> = {}) => {
    const [offer] = framework.offers;
    const tasks = ["g1", "g2"].map((value) => aTask(offer!, { task_id: { value }, ...taskChanges }));
    const framework_id = { value: framework.id };
    const launch_group = { executor: { ...executor, framework_id, ...changes }, task_group: { tasks } };
    const operations = [{ type: "LAUNCH_GROUP" as const, launch_group }];
    framework.call({ type: "ACCEPT", accept: { offer_ids: [offer!.id], operations } });
  };

  it("goes to the agent as a whole, with its executor", async () => {
    const { test, agent, framework } = await cluster();
    group(framework);
    expect(agent.heard("RUN_TASK_GROUP")).toMatchObject([
      { run_task_group: { executor: { framework_id: { value: framework.id } }, tasks: [{}, {}] } },
    ]);
    expect(test.master.context.state.agents.get(agent.id)?.executors.get(framework.id)?.has("e1")).toBe(true);
  });

  it("holds what its tasks and its executor hold", async () => {
    const { test, framework } = await cluster();
    group(framework);
    for (const path of ["/state", "/state-summary", "/frameworks"])
      expect((await ask(test, "GET", path)).json).toMatchObject({
        frameworks: [{ used_resources: { cpus: 2.1, mem: 160, disk: 10 } }],
      });
  });

  it("fails as a whole", async () => {
    const { framework } = await cluster();
    group(framework, { resources: [] });
    const expected = { state: "TASK_ERROR", reason: "REASON_TASK_GROUP_INVALID" };
    expect(framework.updates).toMatchObject([expected, expected]);
    expect(framework.updates[0]?.message).toBe("Executor 'e1' uses less CPUs (None) than the minimum required (0.01)");
  });

  it.each([
    [{ type: undefined }, {}, "'ExecutorInfo.type' must be set"],
    [{ type: "UNKNOWN" }, {}, "Unknown executor type"],
    [{ command: { value: "x" } }, {}, "'ExecutorInfo.command' must not be set for 'DEFAULT' executor"],
    [{ type: "CUSTOM" }, {}, "'ExecutorInfo.command' must be set for 'CUSTOM' executor"],
    [{ framework_id: undefined }, {}, "'ExecutorInfo.framework_id' must be set"],
    [{ executor_id: { value: "a/b" } }, {}, "'a/b' contains invalid characters"],
    [{ container: { type: "DOCKER" } }, {}, "'ExecutorInfo.container.type' must be 'MESOS' for 'DEFAULT' executor"],
    [
      { container: { type: "MESOS", mesos: { image: { type: "DOCKER", docker: { name: "i" } } } } },
      {},
      "'ExecutorInfo.container.mesos.image' must not be set for 'DEFAULT' executor",
    ],
    [{ shutdown_grace_period: { nanoseconds: -1 } }, {}, "ExecutorInfo's 'shutdown_grace_period' must be non-negative"],
    [
      { resources: [scalarResource("cpus", 0.1), scalarResource("mem", 16.5), scalarResource("disk", 1)] },
      {},
      "Executor 'e1' uses less memory (16MB) than the minimum required (32MB)",
    ],
    [
      { resources: [scalarResource("cpus", -1)] },
      {},
      "Resource 'cpus:-1' is invalid: Invalid scalar resource: value <= 0",
    ],
    [
      {},
      { container: { type: "DOCKER" as const } },
      "Task 'g1' is invalid: Docker ContainerInfo is not supported on the task",
    ],
    [{}, { resources: [] }, "Task 'g1' is invalid: Task uses no resources"],
    [{}, { task_id: { value: "g1" } }, "Task 'g1' is invalid: Task has duplicate ID: g1"],
    [
      {},
      { executor: { executor_id: { value: "e2" } } },
      "The `ExecutorInfo` of task 'g1' is different from executor 'e1'",
    ],
  ])("says what is wrong (%j, %j)", async (changes, taskChanges, message) => {
    const { framework, agent } = await cluster();
    group(framework, changes, taskChanges);
    const expected = { state: "TASK_ERROR", reason: "REASON_TASK_GROUP_INVALID", message };
    expect(framework.updates).toMatchObject([expected, expected]);
    expect(agent.heard("RUN_TASK_GROUP")).toEqual([]);
  });

  it("cannot be launched by an executor that another description made", async () => {
    const { framework } = await cluster();
    const [offer] = framework.offers;
    const framework_id = { value: framework.id };
    const operations = ["", "another"].map((name, index) => ({
      type: "LAUNCH_GROUP" as const,
      launch_group: {
        executor: { ...executor, framework_id, ...(name === "" ? {} : { name }) },
        task_group: { tasks: [aTask(offer!, { task_id: { value: `g${index}` } })] },
      },
    }));
    framework.call({ type: "ACCEPT", accept: { offer_ids: [offer!.id], operations } });
    expect(framework.updates[0]?.message).toMatch(
      /^ExecutorInfo is not compatible with existing ExecutorInfo with same ExecutorID\.\n-+\nExisting ExecutorInfo:\nexecutor_id \{\n {2}value: "e1"\n\}\n/,
    );
    expect(framework.updates[0]?.message).toMatch(/\nname: "another"\ntype: DEFAULT\n\n-+\n$/);
  });

  it("gives the executor's resources back when it exits, and tells of it", async () => {
    const { agent, framework } = await cluster();
    group(framework);
    const exited = { framework_id: { value: framework.id }, executor_id: { value: "e1" }, status: 256 };
    await agent.send({ type: "EXITED_EXECUTOR", exited_executor: exited });
    expect(framework.events.at(-2) ?? framework.events.at(-1)).toBeDefined();
    const failure = { agent_id: { value: agent.id }, executor_id: { value: "e1" }, status: 256 };
    expect(framework.events).toContainEqual({ type: "FAILURE", failure });
  });
});
