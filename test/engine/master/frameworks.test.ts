import { IncomingMessage, ServerResponse } from "node:http";
import { Socket } from "node:net";
import { setImmediate as nextTurn } from "node:timers/promises";
import { describe, expect, it } from "vitest";
import { settle } from "../support/fake-clock.ts";
import { ask, MASTER_ID, startMaster, TestAgent, TestFramework } from "../support/master-harness.ts";

const capable = (...types: string[]) => ({ capabilities: types.map((type) => ({ type })) });

describe("subscribing", () => {
  it("answers with an ID, a heartbeat at once and every 15 seconds", async () => {
    const test = await startMaster();
    const framework = new TestFramework(test);
    expect(framework.id).toBe(`${MASTER_ID}-0000`);
    expect(framework.types).toEqual(["SUBSCRIBED", "HEARTBEAT"]);
    await test.clock.advance(30_000);
    expect(framework.types.slice(2)).toEqual(["HEARTBEAT", "HEARTBEAT"]);
  });

  it("is over at once where the framework has hung up before it was answered", async () => {
    const test = await startMaster();
    const call = { type: "SUBSCRIBE", subscribe: { framework_info: { user: "root", name: "gone" } } };
    const headers = { "content-type": "application/json" };
    const body = Buffer.from(JSON.stringify(call));
    const { stream } = await ask(test, "POST", "/api/v1/scheduler", { headers, body });
    const response = new ServerResponse(new IncomingMessage(new Socket()));
    response.destroy();
    stream?.(response);
    expect(test.master.context.state.frameworks.size).toBe(1);
    await nextTurn();
    await test.clock.advance(0);
    expect(test.master.context.state.frameworks.size).toBe(0);
  });

  it("counts IDs up, and takes one that the framework brings", async () => {
    const test = await startMaster();
    new TestFramework(test);
    expect(new TestFramework(test).id).toBe(`${MASTER_ID}-0001`);
    expect(new TestFramework(test, { id: { value: "mine" } }).id).toBe("mine");
  });

  it.each([
    [{ roles: ["dev"] }, "'FrameworkInfo.roles' must not be set when the framework is not MULTI_ROLE capable"],
    [
      { role: "dev", ...capable("MULTI_ROLE") },
      "'FrameworkInfo.role' must not be set when the framework is MULTI_ROLE capable",
    ],
    [
      { roles: ["a b"], ...capable("MULTI_ROLE") },
      "'FrameworkInfo.roles' contains invalid role: Role component 'a b' is invalid because it contains backspace or whitespace",
    ],
    [{ roles: ["a", "a"], ...capable("MULTI_ROLE") }, "'FrameworkInfo.roles' contains duplicate items: { a }"],
    [{ role: "/a" }, "'FrameworkInfo.role' is not a valid role: Role '/a' cannot start with a slash"],
    [{ id: { value: "a/b" } }, "'a/b' contains invalid characters"],
    [{ failover_timeout: Number.POSITIVE_INFINITY }, "The framework failover_timeout (inf) is invalid"],
  ])("refuses %j by an ERROR, and closes the stream", async (info, message) => {
    const framework = new TestFramework(await startMaster(), info);
    expect(framework.errors).toEqual([message]);
    expect(framework.closed).toBe(true);
  });

  it("refuses roles to suppress that the framework does not have", async () => {
    const framework = new TestFramework(await startMaster(), {}, ["dev"]);
    expect(framework.errors).toEqual(["Suppressed roles { dev } are not contained in the set of roles"]);
  });
});

describe("a framework that loses its stream", () => {
  it("is removed once its failover timeout is over, and never taken back", async () => {
    const test = await startMaster();
    const framework = new TestFramework(test, { failover_timeout: 60 });
    framework.disconnect();
    await test.clock.advance(59_000);
    expect(test.master.context.state.frameworks.size).toBe(1);
    await test.clock.advance(1_000);
    expect(test.master.context.state.frameworks.size).toBe(0);
    expect(new TestFramework(test, { id: { value: framework.id } }).errors).toEqual(["Framework has been removed"]);
  });

  it("is offered everything again when it subscribes in time", async () => {
    const test = await startMaster();
    await new TestAgent(test).register();
    const before = new TestFramework(test, { failover_timeout: 60 });
    await settle();
    before.disconnect();
    const after = new TestFramework(test, { failover_timeout: 60, id: { value: before.id } });
    await test.clock.advance(120_000);
    expect(after.id).toBe(before.id);
    expect(after.offers).toHaveLength(1);
  });

  it("gives way to its own newer subscription", async () => {
    const test = await startMaster();
    const before = new TestFramework(test, { failover_timeout: 60 });
    const after = new TestFramework(test, { failover_timeout: 60, id: { value: before.id } });
    expect(before.errors).toEqual(["Framework failed over"]);
    expect(before.closed).toBe(true);
    before.disconnect();
    expect(after.closed).toBe(false);
    expect(test.master.context.state.frameworks.get(after.id)?.state).toBe("active");
  });
});

describe("UPDATE_FRAMEWORK", () => {
  const update = (framework: TestFramework, info: object) =>
    framework.call({
      type: "UPDATE_FRAMEWORK",
      update_framework: { framework_info: { user: "root", name: "x", id: { value: framework.id }, ...info } },
    });

  it("changes roles, and takes back offers of those that are gone", async () => {
    const test = await startMaster();
    await new TestAgent(test).register();
    const framework = new TestFramework(test, { roles: ["a"], ...capable("MULTI_ROLE") });
    await settle();
    expect(update(framework, { roles: ["b"], ...capable("MULTI_ROLE") })).toBeUndefined();
    await settle();
    expect(framework.types).toContain("RESCIND");
    expect(framework.offers.at(-1)?.allocation_info).toEqual({ role: "b" });
  });

  it("does not change whom it runs as", async () => {
    const framework = new TestFramework(await startMaster());
    expect(update(framework, { user: "nobody" })).toBe(
      "FrameworkInfo update is not valid: Updating 'FrameworkInfo.user' is unsupported; attempted to update from 'root' to 'nobody'",
    );
  });
});
