import { describe, expect, it } from "vitest";
import type { RegistryStore } from "../../../src/engine/master/registrar.ts";
import { settle } from "../support/fake-clock.ts";
import { ask, aTask, startMaster, TestAgent, TestFramework, type TestMaster } from "../support/master-harness.ts";

const put = (test: TestMaster, body: string) => ask(test, "PUT", "/weights", { body: Buffer.from(body) });
const shown = async (test: TestMaster): Promise<unknown> => (await ask(test, "GET", "/master/weights")).json;

describe("weights", () => {
  it("are none at first, then as set, and can be changed", async () => {
    const test = await startMaster();
    expect(await shown(test)).toEqual([]);
    const answer = await put(test, '[{"role":"gold","weight":2.5},{"role":"gold/mine","weight":3}]');
    expect(answer).toEqual({ status: 200, json: undefined });
    await put(test, '[{"role":"gold","weight":2}]');
    expect(await shown(test)).toEqual([
      { role: "gold", weight: 2 },
      { role: "gold/mine", weight: 3 },
    ]);
  });

  const failed = "Failed to validate update weights request JSON";
  it.each([
    ["{", "Failed to parse update weights request JSON '{': syntax error at line 1 near: "],
    ['{"role":"b"}', `Failed to parse update weights request JSON '{"role":"b"}': Unexpected JSON type parsed`],
    [
      '[{"role":"b"}]',
      `Failed to convert weights JSON array to protobuf '[{"role":"b"}]': Missing required fields: weight`,
    ],
    ['[{"weight":1}]', `${failed}: Invalid role '': Role names cannot be the empty string`],
    ['[{"role":"/x","weight":2}]', `${failed}: Invalid role '/x': Role '/x' cannot start with a slash`],
    [
      '[{"role":"a","weight":1},{"role":"b","weight":0}]',
      `${failed} for role 'b': Invalid weight '0': Weights must be positive`,
    ],
  ])("are all refused for one that cannot be: %s", async (body, words) => {
    const test = await startMaster();
    expect(await put(test, body)).toMatchObject({ status: 400, body: words });
    expect(await shown(test)).toEqual([]);
  });

  it("are got and set, nothing else", async () => {
    expect(await ask(await startMaster(), "POST", "/weights")).toMatchObject({
      status: 405,
      headers: { Allow: "GET, PUT" },
      body: "405 Method Not Allowed. Expecting one of { 'GET', 'PUT' }, but received 'POST'.",
    });
  });

  it("of the registry count more than those of --weights", async () => {
    let kept: Buffer | undefined;
    const store: RegistryStore = {
      read: () => Promise.resolve(kept),
      write: (pieces) => Promise.resolve(void (kept = Buffer.concat(pieces))),
    };
    const args = ["--weights=gold=2,tin=0.5"];
    const first = await startMaster({ store, args });
    expect(await shown(first)).toEqual([
      { role: "gold", weight: 2 },
      { role: "tin", weight: 0.5 },
    ]);
    await put(first, '[{"role":"gold","weight":7}]');
    expect(await shown(await startMaster({ store, args }))).toEqual([{ role: "gold", weight: 7 }]);
  });

  it("take offers back once a role has them that frameworks are in, so that they are felt at once", async () => {
    const test = await startMaster();
    await new TestAgent(test).register();
    const framework = new TestFramework(test, { role: "gold" });
    await settle();
    await put(test, '[{"role":"nobody","weight":2}]');
    await settle();
    expect(framework.types).not.toContain("RESCIND");
    await put(test, '[{"role":"gold","weight":2}]');
    await settle();
    expect(framework.types.slice(-2)).toEqual(["RESCIND", "OFFERS"]);
  });

  it("share a machine among two hungry frameworks", async () => {
    const test = await startMaster({ args: ["--weights=gold=3"] });
    await new TestAgent(test).register();
    const hungry = { gold: new TestFramework(test, { role: "gold" }), tin: new TestFramework(test, { role: "tin" }) };
    const launched = { gold: 0, tin: 0 };
    await settle();
    // Whoever holds the offer takes one of the four processors, and gives the rest back.
    for (let round = 0; round < 4; round++) {
      const offers = [...test.master.context.state.offers.values()];
      expect(offers).toHaveLength(1);
      const { offer, role } = offers[0]!;
      const task = aTask(offer, { task_id: { value: `${role}-${round}` } });
      const operations = [{ type: "LAUNCH" as const, launch: { task_infos: [task] } }];
      const accept = { offer_ids: [offer.id], operations, filters: { refuse_seconds: 0 } };
      hungry[role as "gold" | "tin"].call({ type: "ACCEPT", accept });
      launched[role as "gold" | "tin"]++;
      await settle();
      await test.clock.advance(1000);
      for (const outstanding of [...test.master.context.state.offers.values()])
        hungry[outstanding.role as "gold" | "tin"].call({
          ...{ type: "DECLINE", decline: { offer_ids: [outstanding.offer.id], filters: { refuse_seconds: 0 } } },
        });
      await test.clock.advance(1000);
    }
    expect(launched).toEqual({ gold: 3, tin: 1 });
  });
});
