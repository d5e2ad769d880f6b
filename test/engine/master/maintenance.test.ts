import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { fileStore } from "../../../src/engine/master/registry-stores.ts";
import type { SchedulerEvent } from "../../../src/mesos/scheduler-api.ts";
import type { InverseOffer } from "../../../src/mesos/types.ts";
import { settle } from "../support/fake-clock.ts";
import { ask, startMaster, TestAgent, TestFramework, type TestMaster } from "../support/master-harness.ts";

const MACHINE = { hostname: "a1", ip: "127.0.0.1" };
const UNAVAILABILITY = { start: { nanoseconds: 5e18 }, duration: { nanoseconds: 3600e9 } };
const SCHEDULE = { windows: [{ machine_ids: [MACHINE], unavailability: UNAVAILABILITY }] };

const post = async (test: TestMaster, path: string, body: unknown) => {
  const answer = await ask(test, "POST", path, { body: Buffer.from(JSON.stringify(body)) });
  await settle();
  return answer;
};
const status = async (test: TestMaster) => (await ask(test, "GET", "/maintenance/status")).json;

const inverseOffers = ({ events }: TestFramework): InverseOffer[] =>
  events.flatMap((event: SchedulerEvent) =>
    event.type === "INVERSE_OFFERS" ? event.inverse_offers.inverse_offers : [],
  );

async function scheduled(info = {}) {
  const test = await startMaster();
  const agent = await new TestAgent(test).register();
  const framework = new TestFramework(test, info);
  await settle();
  expect((await post(test, "/maintenance/schedule", SCHEDULE)).status).toBe(200);
  return { test, agent, framework };
}

describe("maintenance", () => {
  it("offers what is scheduled with its times, and asks for it back", async () => {
    const { test, agent, framework } = await scheduled();
    expect(framework.types.slice(-3)).toEqual(["RESCIND", "OFFERS", "INVERSE_OFFERS"]);
    expect(framework.offers.at(-1)?.unavailability).toEqual(UNAVAILABILITY);
    expect(inverseOffers(framework)).toMatchObject([
      { framework_id: { value: framework.id }, agent_id: { value: agent.id }, unavailability: UNAVAILABILITY },
    ]);
    await test.clock.advance(5_000);
    expect(inverseOffers(framework)).toHaveLength(1);
    expect(await status(test)).toEqual({ draining_machines: [{ id: MACHINE }] });
  });

  it("asks again when a refusal has run out, and tells the operator the last answer", async () => {
    const { test, framework } = await scheduled();
    const ids = inverseOffers(framework).map(({ id }) => id);
    framework.call({
      type: "DECLINE_INVERSE_OFFERS",
      decline_inverse_offers: { inverse_offer_ids: ids, filters: { refuse_seconds: 3 } },
    });
    expect(await status(test)).toMatchObject({
      draining_machines: [{ statuses: [{ status: "DECLINE", framework_id: { value: framework.id } }] }],
    });
    await test.clock.advance(2_000);
    expect(inverseOffers(framework)).toHaveLength(1);
    await test.clock.advance(3_000);
    expect(inverseOffers(framework)).toHaveLength(2);
    const [, second] = inverseOffers(framework);
    if (second)
      framework.call({ type: "ACCEPT_INVERSE_OFFERS", accept_inverse_offers: { inverse_offer_ids: [second.id] } });
    expect(await status(test)).toMatchObject({ draining_machines: [{ statuses: [{ status: "ACCEPT" }] }] });
    framework.call({ type: "TEARDOWN" });
    expect(await status(test)).toEqual({ draining_machines: [{ id: MACHINE }] });
  });

  it("asks nobody who holds nothing on the machine", async () => {
    const test = await startMaster();
    await new TestAgent(test).register();
    const framework = new TestFramework(test);
    await settle();
    await framework.decline(3600);
    await post(test, "/maintenance/schedule", SCHEDULE);
    await test.clock.advance(3_000);
    expect(inverseOffers(framework)).toEqual([]);
  });

  it("asks a new instance of the framework again", async () => {
    const { test, framework } = await scheduled({ failover_timeout: 60 });
    framework.disconnect();
    const next = new TestFramework(test, { id: { value: framework.id }, failover_timeout: 60 });
    await test.clock.advance(1_000);
    expect(inverseOffers(next)).toHaveLength(1);
  });

  it.each([
    ["any framework", {}],
    ["one with PARTITION_AWARE", { capabilities: [{ type: "PARTITION_AWARE" }] }],
  ])(
    "takes a machine down with all that runs there of %s, and lets no agent back until it is up",
    async (_of, info) => {
      const { test, agent, framework } = await scheduled(info);
      await framework.launch({});
      await test.clock.advance(6_000);
      expect((await post(test, "/machine/down", [MACHINE])).status).toBe(200);
      expect(agent.heard("SHUTDOWN")).toMatchObject([{ shutdown: { message: "Operator initiated 'Machine DOWN'" } }]);
      expect(framework.types.slice(-4)).toEqual(["UPDATE", "RESCIND", "RESCIND_INVERSE_OFFER", "FAILURE"]);
      expect(framework.updates.at(-1)).toMatchObject({
        ...{ state: "TASK_LOST", reason: "REASON_AGENT_REMOVED" },
        message: "Agent a1 removed: Operator initiated 'Machine DOWN'",
      });
      expect(await status(test)).toEqual({ down_machines: [MACHINE] });
      const back = await new TestAgent(test).register();
      const known = await new TestAgent(test, { id: agent.id }).reregister();
      for (const refused of [back, known])
        expect(refused.heard("SHUTDOWN")).toEqual([{ type: "SHUTDOWN", shutdown: { message: "Machine is `DOWN`" } }]);
      expect((await post(test, "/machine/up", [MACHINE])).status).toBe(200);
      expect(await status(test)).toEqual({});
      expect((await new TestAgent(test).register()).heard("REGISTERED")).toHaveLength(1);
    },
  );

  it("is known to the next leader", async () => {
    const store = fileStore(join(mkdtempSync(join(tmpdir(), "maintenance-")), "registry"));
    const test = await startMaster({ store });
    const other = { hostname: "a2" };
    const both = { windows: [{ machine_ids: [MACHINE, other], unavailability: UNAVAILABILITY }] };
    await post(test, "/maintenance/schedule", both);
    await post(test, "/machine/down", [other]);
    const next = await startMaster({ store, id: "22222222-2222-4333-8444-555555555555" });
    expect((await ask(next, "GET", "/maintenance/schedule")).json).toEqual(both);
    expect(await status(next)).toEqual({ draining_machines: [{ id: MACHINE }], down_machines: [other] });
  });
});
