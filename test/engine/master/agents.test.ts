import { describe, expect, it } from "vitest";
import { AgentSession } from "../../../src/engine/master/agent-session.ts";
import type { RegistryStore } from "../../../src/engine/master/registrar.ts";
import { scalarOf, scalarResource } from "../../../src/mesos/resources.ts";
import { addExecutor } from "../../../src/engine/master/tasks.ts";
import { settle } from "../support/fake-clock.ts";
import { ask, startMaster, TestAgent, TestFramework, type TestMaster } from "../support/master-harness.ts";

const PINGS = ["--agent_ping_timeout=1secs", "--max_agent_ping_timeouts=3"];

/** A store that outlives the master. */
function keptStore(): RegistryStore {
  let kept: Buffer | undefined;
  return { read: () => Promise.resolve(kept), write: (pieces) => Promise.resolve(void (kept = Buffer.concat(pieces))) };
}

async function running(info = {}, args = PINGS) {
  const test = await startMaster({ args });
  const agent = await new TestAgent(test).register();
  const framework = new TestFramework(test, { checkpoint: true, failover_timeout: 60, ...info });
  await settle();
  await framework.launch({});
  await agent.update(framework.id, "t1", "TASK_RUNNING");
  framework.events.length = 0;
  return { test, agent, framework };
}

const partitionAware = { capabilities: [{ type: "PARTITION_AWARE" }] };

describe("an agent that does not answer its pings", () => {
  it("stays while it answers", async () => {
    const { test, agent } = await running();
    for (let second = 0; second < 10; second++) {
      await agent.send({ type: "PONG" });
      await test.clock.advance(1_000);
    }
    expect(test.master.context.state.agents.size).toBe(1);
  });

  it.each([
    [{}, "TASK_LOST"],
    [partitionAware, "TASK_UNREACHABLE"],
  ])("is unreachable, and so are its tasks (%j)", async (info, state) => {
    const { test, agent, framework } = await running(info);
    await agent.disconnect();
    await test.clock.advance(4_000);
    expect(framework.updates).toMatchObject([
      { state, source: "SOURCE_MASTER", reason: "REASON_AGENT_REMOVED", message: "health check timed out" },
    ]);
    expect(framework.updates[0]).not.toHaveProperty("uuid");
    expect(framework.events.at(-1)).toEqual({ type: "FAILURE", failure: { agent_id: { value: agent.id } } });
    framework.call({ type: "RECONCILE", reconcile: { tasks: [{ task_id: { value: "t1" } }] } });
    expect(framework.updates.at(-1)?.message).toBe("Reconciliation: Task is unknown");
  });

  it("brings its tasks back with it", async () => {
    const { test, agent, framework } = await running();
    const [task] = [...(test.master.context.state.frameworks.get(framework.id)?.tasks.values() ?? [])].map((t) => ({
      ...t,
      statuses: [...t.statuses],
    }));
    await agent.disconnect();
    await test.clock.advance(4_000);
    const info = test.master.context.state.frameworks.get(framework.id)!.info;
    await new TestAgent(test, { id: agent.id }).reregister([task!], [info]);
    expect(framework.updates.at(-1)).toMatchObject({
      ...{ state: "TASK_RUNNING", source: "SOURCE_MASTER", reason: "REASON_AGENT_REREGISTERED" },
      message: "Unreachable agent re-reregistered",
    });
    await test.clock.advance(6_000);
    const offered = framework.offers.at(-1)?.resources?.find(({ name }) => name === "cpus");
    expect(offered?.scalar?.value).toBe(3);
  });
});

describe("an agent that comes back though its tasks were lost", () => {
  const tasksOf = (test: TestMaster, framework: TestFramework) => {
    const { tasks, unreachableTasks, completedTasks } = test.master.context.state.frameworks.get(framework.id)!;
    const ids = [[...tasks.keys()], [...unreachableTasks.keys()], completedTasks.map(({ task_id }) => task_id.value)];
    return { running: ids[0], unreachable: ids[1], completed: ids[2] };
  };

  it("leaves none out of reach, whether it reports it or not", async () => {
    const { test, agent, framework } = await running(partitionAware);
    await agent.disconnect();
    await test.clock.advance(4_000);
    expect(tasksOf(test, framework)).toEqual({ running: [], unreachable: ["t1"], completed: [] });
    await new TestAgent(test, { id: agent.id }).reregister();
    expect(tasksOf(test, framework)).toEqual({ running: [], unreachable: [], completed: [] });
  });

  it("has those that run again among the running ones only", async () => {
    const { test, agent, framework } = await running();
    const { tasks, info } = test.master.context.state.frameworks.get(framework.id)!;
    const reported = [...tasks.values()].map((task) => ({ ...task, statuses: [...task.statuses] }));
    await agent.send({ type: "UNREGISTER" });
    expect(tasksOf(test, framework)).toEqual({ running: [], unreachable: [], completed: ["t1"] });
    await new TestAgent(test, { id: agent.id }).reregister(reported, [info]);
    expect(tasksOf(test, framework)).toEqual({ running: ["t1"], unreachable: [], completed: [] });
  });
});

it.each([
  ["registered", (test: TestMaster) => new TestAgent(test).register()],
  ["unregistered", (_: TestMaster, agent: TestAgent) => agent.send({ type: "UNREGISTER" })],
])("counts an agent that is removed because one %s", async (reason, remove) => {
  const test = await startMaster();
  await remove(test, await new TestAgent(test).register());
  const metrics = (await ask(test, "GET", "/metrics/snapshot")).json as Record<string, number>;
  const removals = Object.entries(metrics).filter(([name, times]) => name.includes("/slave_removals") && times > 0);
  expect(removals).toEqual([
    ["master/slave_removals", 1],
    [`master/slave_removals/reason_${reason}`, 1],
  ]);
});

describe("an agent that no master knows any more", () => {
  it("brings its tasks back with it", async () => {
    const first = await running(partitionAware);
    const known = first.test.master.context.state.frameworks.get(first.framework.id)!;
    const test = await startMaster();
    const framework = new TestFramework(test, { ...partitionAware, id: { value: first.framework.id } });
    await new TestAgent(test, { id: first.agent.id }).reregister([...known.tasks.values()], [known.info]);
    expect(framework.updates).toMatchObject([
      {
        ...{ state: "TASK_RUNNING", source: "SOURCE_MASTER", reason: "REASON_AGENT_REREGISTERED" },
        message: "Unknown agent reregistered",
      },
    ]);
  });
});

describe("an agent that merely loses its connection", () => {
  it("costs frameworks that do not checkpoint their tasks", async () => {
    const { agent, framework } = await running({ checkpoint: false });
    await agent.disconnect();
    expect(framework.updates).toMatchObject([
      { state: "TASK_LOST", reason: "REASON_AGENT_DISCONNECTED", message: "Agent a1 disconnected" },
    ]);
  });

  it("is asked about tasks that it does not report, and told again to kill", async () => {
    const { test, agent, framework } = await running();
    const tasks = [...(test.master.context.state.frameworks.get(framework.id)?.tasks.values() ?? [])];
    await agent.disconnect();
    framework.call({ type: "KILL", kill: { task_id: { value: "t1" } } });
    const silent = await new TestAgent(test, { id: agent.id }).reregister();
    expect(silent.heard("REREGISTERED")).toMatchObject([
      { reregistered: { unknown_tasks: [{ task_id: { value: "t1" } }] } },
    ]);
    const honest = await new TestAgent(test, { id: agent.id }).reregister(tasks);
    expect(honest.heard("KILL_TASK")).toHaveLength(1);
  });

  it.each([
    ["keeps", "that it still has", true],
    ["gives back", "whose end went astray with the connection", false],
  ])("%s what an executor holds %s", async (_does, _which, living) => {
    const { test, agent, framework } = await running();
    const { frameworks, agents } = test.master.context.state;
    const { tasks, info } = frameworks.get(framework.id)!;
    const known = agents.get(agent.id)!;
    const executor_info = { executor_id: { value: "own" }, resources: [scalarResource("cpus", 1)] };
    addExecutor(frameworks.get(framework.id)!, known, executor_info);
    await agent.disconnect();
    const reported = living ? [{ executor_info, framework_id: { value: framework.id } }] : [];
    await new TestAgent(test, { id: agent.id }).reregister([...tasks.values()], [info], reported);
    expect(known.executors.has(framework.id)).toBe(living);
    expect(scalarOf(known.used.get(framework.id) ?? [], "cpus")).toBe(living ? 2 : 1);
  });
});

describe("the next leader", () => {
  it("expects the agents of the registry, and takes tasks and frameworks from them", async () => {
    const store = keptStore();
    const first = await startMaster({ store });
    const agent = await new TestAgent(first).register();
    const framework = new TestFramework(first, { checkpoint: true, failover_timeout: 60 });
    await settle();
    await framework.launch({});
    await agent.update(framework.id, "t1", "TASK_RUNNING");
    const known = first.master.context.state.frameworks.get(framework.id)!;

    const second = await startMaster({ store, id: "99999999-2222-4333-8444-555555555555" });
    expect([...second.master.context.state.recoveredAgents.keys()]).toEqual([agent.id]);
    await new TestAgent(second, { id: agent.id }).reregister([...known.tasks.values()], [known.info]);
    expect(second.master.context.state.recoveredAgents.size).toBe(0);
    expect(second.master.context.state.frameworks.get(framework.id)?.state).toBe("recovered");
    const again = new TestFramework(second, { checkpoint: true, id: { value: framework.id } });
    again.call({ type: "RECONCILE", reconcile: { tasks: [] } });
    expect(again.updates).toMatchObject([{ state: "TASK_RUNNING", message: "Reconciliation: Latest task state" }]);
    await settle();
    expect(again.offers[0]?.resources).toMatchObject([{}, { name: "cpus", scalar: { value: 3 } }, {}, {}]);
  });

  it("does not wait for an agent whose place another has taken", async () => {
    const store = keptStore();
    await new TestAgent(await startMaster({ store })).register();
    const test = await startMaster({ store });
    await new TestAgent(test).register();
    expect(test.master.context.state.recoveredAgents.size).toBe(0);
  });

  it("does not say what became of a task while its agent may still come back", async () => {
    const store = keptStore();
    await new TestAgent(await startMaster({ store })).register();
    const test = await startMaster({ store });
    const framework = new TestFramework(test);
    framework.call({ type: "RECONCILE", reconcile: { tasks: [{ task_id: { value: "t1" } }] } });
    expect(framework.updates).toEqual([]);
    await test.clock.advance(600_000);
    framework.call({ type: "RECONCILE", reconcile: { tasks: [{ task_id: { value: "t1" } }] } });
    expect(framework.updates).toHaveLength(1);
  });
});

describe("agents and operators", () => {
  const J = { "content-type": "application/json" };
  const operate = (test: Awaited<ReturnType<typeof startMaster>>, call: object) =>
    ask(test, "POST", "/api/v1", { headers: J, body: Buffer.from(JSON.stringify(call)) });

  it("drains an agent, and brings it back", async () => {
    const { test, agent, framework } = await running();
    const agent_id = { value: agent.id };
    expect((await operate(test, { type: "DRAIN_AGENT", drain_agent: { agent_id } })).status).toBe(200);
    expect(agent.heard("DRAIN")).toHaveLength(1);
    const shown = async () => ((await ask(test, "GET", "/slaves")).json as { slaves: object[] }).slaves[0];
    expect(await shown()).toMatchObject({ active: false, deactivated: true, drain_info: { state: "DRAINING" } });
    const { uuid = "" } = await agent.update(framework.id, "t1", "TASK_KILLED");
    framework.call({ type: "ACKNOWLEDGE", acknowledge: { agent_id, task_id: { value: "t1" }, uuid } });
    expect(await shown()).toMatchObject({ drain_info: { state: "DRAINED", config: { mark_gone: false } } });
    await operate(test, { type: "REACTIVATE_AGENT", reactivate_agent: { agent_id } });
    expect(await shown()).toMatchObject({ active: true, deactivated: false });
    expect(await shown()).not.toHaveProperty("drain_info");
  });

  it("gives an agent up for good", async () => {
    const { test, agent, framework } = await running(partitionAware);
    const agent_id = { value: agent.id };
    expect((await operate(test, { type: "MARK_AGENT_GONE", mark_agent_gone: { agent_id } })).status).toBe(200);
    expect(agent.heard("SHUTDOWN")).toHaveLength(1);
    expect(framework.updates).toMatchObject([{ state: "TASK_GONE_BY_OPERATOR" }]);
    const back = await new TestAgent(test, { id: agent.id }).reregister();
    expect(back.heard("SHUTDOWN")).toEqual([{ type: "SHUTDOWN", shutdown: { message: "Agent has been marked gone" } }]);
  });

  it.each([{}, partitionAware])(
    "loses the tasks of one that unregisters, whatever the framework knows (%j)",
    async (info) => {
      const { agent, framework } = await running(info);
      await agent.send({ type: "UNREGISTER" });
      expect(framework.updates).toMatchObject([
        {
          ...{ state: "TASK_LOST", source: "SOURCE_MASTER", reason: "REASON_AGENT_REMOVED" },
          message: "Agent a1 removed: the agent unregistered",
        },
      ]);
    },
  );

  it.each([
    [{}, "TASK_LOST", "REASON_AGENT_REMOVED"],
    [partitionAware, "TASK_GONE_BY_OPERATOR", "REASON_AGENT_REMOVED_BY_OPERATOR"],
  ])("gives an agent up that is out of reach, and what ran on it (%j)", async (info, state, reason) => {
    const { test, agent, framework } = await running(info);
    await agent.disconnect();
    await test.clock.advance(4_000);
    const call = { type: "MARK_AGENT_GONE", mark_agent_gone: { agent_id: { value: agent.id } } };
    expect((await operate(test, call)).status).toBe(200);
    expect(framework.updates.at(-1)).toMatchObject({ state, reason, message: "Agent has been marked gone" });
    expect(framework.updates).toHaveLength(2);
    const known = test.master.context.state.frameworks.get(framework.id);
    expect([known?.unreachableTasks.size, known?.completedTasks.length]).toEqual([0, 1]);
    const back = await new TestAgent(test, { id: agent.id }).reregister();
    expect(back.heard("SHUTDOWN")).toEqual([{ type: "SHUTDOWN", shutdown: { message: "Agent has been marked gone" } }]);
    expect((await operate(test, call)).status).toBe(200);
    expect(framework.updates).toHaveLength(2);
  });

  it("knows no agent of another name", async () => {
    const answer = await operate(await startMaster(), {
      ...{ type: "MARK_AGENT_GONE", mark_agent_gone: { agent_id: { value: "nope" } } },
    });
    expect(answer).toMatchObject({ status: 404, body: "Agent 'nope' not found" });
  });
});

it("lets go of an agent's connection over which nobody registers", async () => {
  const test = await startMaster();
  let closed = 0;
  const silent = { closed: false, send: () => {}, close: () => (closed += 1) };
  new AgentSession(test.master.context).attach(silent);
  await new TestAgent(test).register();
  await test.clock.advance(14_000);
  expect(closed).toBe(0);
  await test.clock.advance(2_000);
  expect(closed).toBe(1);
  expect(test.master.context.state.agents.size).toBe(1);
});
