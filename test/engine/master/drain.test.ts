import { describe, expect, it } from "vitest";
import { settle } from "../support/fake-clock.ts";
import { ask, startMaster, TestAgent, TestFramework, type TestMaster } from "../support/master-harness.ts";

const ask1 = (test: TestMaster, type: string, agentId: string, part: object = {}) =>
  ask(test, "POST", "/api/v1", {
    headers: { "content-type": "application/json" },
    body: Buffer.from(JSON.stringify({ type, [type.toLowerCase()]: { agent_id: { value: agentId }, ...part } })),
  });
const agentIn = async (test: TestMaster): Promise<unknown> =>
  ((await ask(test, "GET", "/slaves")).json as { slaves: unknown[] }).slaves[0];

/** A registry that the next leader finds as the last one left it. */
function sharedStore() {
  let stored: Buffer | undefined;
  const write = (pieces: readonly Buffer[]): Promise<void> => {
    const data = Buffer.concat(pieces);
    stored = data;
    return Promise.resolve();
  };
  return { read: () => Promise.resolve(stored), write };
}

async function withTask() {
  const store = sharedStore();
  const test = await startMaster({ store });
  const agent = await new TestAgent(test).register();
  const framework = new TestFramework(test, { checkpoint: true, failover_timeout: 100 });
  await settle();
  await framework.launch({ name: "t1" });
  return { store, test, agent, framework };
}

describe("draining an agent", () => {
  it("takes it out of offers, has its tasks killed, and is over when they are", async () => {
    const { test, agent, framework } = await withTask();
    const [task] = test.master.context.state.frameworks.get(framework.id)!.tasks.values();
    expect((await ask1(test, "DRAIN_AGENT", agent.id, { max_grace_period: { seconds: 3, nanos: 5 } })).status).toBe(
      200,
    );
    const config = { max_grace_period: { nanoseconds: 3_000_000_005 }, mark_gone: false };
    expect(agent.heard("DRAIN")).toEqual([{ type: "DRAIN", drain: config }]);
    const shown = { active: false, deactivated: true, drain_info: { state: "DRAINING", config } };
    expect(await agentIn(test)).toMatchObject({
      ...shown,
      estimated_drain_start_time_seconds: test.clock.nowMs() / 1000,
    });
    expect(await ask1(test, "REACTIVATE_AGENT", agent.id)).toMatchObject({
      ...{ status: 400, body: "Agent is still in the DRAINING state" },
    });
    const { uuid } = await agent.update(framework.id, task!.task_id.value, "TASK_KILLED");
    const acknowledged = { agent_id: { value: agent.id }, task_id: task!.task_id, uuid: uuid! };
    framework.call({ type: "ACKNOWLEDGE", acknowledge: acknowledged });
    await settle();
    expect(await agentIn(test)).toMatchObject({ drain_info: { state: "DRAINED" } });
    expect((await ask1(test, "REACTIVATE_AGENT", agent.id)).status).toBe(200);
    expect(await agentIn(test)).not.toHaveProperty("drain_info");
  });

  it("goes on under another leader", async () => {
    const { store, test, agent } = await withTask();
    const [task] = [...test.master.context.state.frameworks.values()].flatMap(({ tasks }) => [...tasks.values()]);
    const frameworks = [...test.master.context.state.frameworks.values()].map(({ info }) => info);
    await ask1(test, "DRAIN_AGENT", agent.id);
    const next = await startMaster({ store });
    const back = await new TestAgent(next, { id: agent.id }).reregister([task!], frameworks);
    expect(await agentIn(next)).toMatchObject({ active: false, drain_info: { state: "DRAINING" } });
    expect(back.heard("DRAIN")).toHaveLength(1);
  });

  it("can be asked for while the agent is away", async () => {
    const { store, test, agent } = await withTask();
    const next = await startMaster({ store });
    expect((await ask1(next, "DRAIN_AGENT", agent.id)).status).toBe(200);
    const back = await new TestAgent(next, { id: agent.id }).reregister();
    expect(back.heard("DRAIN")).toHaveLength(1);
    expect(await agentIn(next)).toMatchObject({ drain_info: { state: "DRAINED" } });
    expect(test.master.leadership.elected).toBe(true);
  });

  it("gives the agent up afterwards if so asked", async () => {
    const test = await startMaster();
    const agent = await new TestAgent(test).register();
    await ask1(test, "DRAIN_AGENT", agent.id, { mark_gone: true });
    await settle();
    expect(agent.heard("SHUTDOWN")).toHaveLength(1);
    expect(await ask1(test, "DRAIN_AGENT", agent.id)).toMatchObject({ status: 400, body: "Unknown agent" });
  });
});

describe("deactivating an agent", () => {
  it("lasts until it is reactivated, whoever leads", async () => {
    const { store, test, agent } = await withTask();
    expect((await ask1(test, "DEACTIVATE_AGENT", agent.id)).status).toBe(200);
    const next = await startMaster({ store });
    await new TestAgent(next, { id: agent.id }).reregister();
    expect(await agentIn(next)).toMatchObject({ active: false, deactivated: true });
    expect((await ask1(next, "REACTIVATE_AGENT", agent.id)).status).toBe(200);
    expect(await agentIn(next)).toMatchObject({ active: true, deactivated: false });
  });

  it.each(["nope", undefined])("is not undone where it was not done: %s", async (id) => {
    const { test, agent } = await withTask();
    const answer = await ask1(test, "REACTIVATE_AGENT", id ?? agent.id);
    expect(answer).toMatchObject({ status: 400, body: "Agent is not deactivated" });
  });
});
