import { describe, expect, it } from "vitest";
import { waitUntilReady } from "../../src/client/readiness.ts";
import { impatientClock } from "./fake-clock.ts";
import { json, ScriptedMaster, status, subscribed } from "./scripted-master.ts";

const agent = (id: string, active: boolean) => ({ id, active, hostname: "127.0.0.1", attributes: {}, resources: {} });

describe("a cluster", () => {
  it("is ready once a master takes subscriptions and all agents are active", async () => {
    await using master = await ScriptedMaster.start();
    master.onSubscribe(status(503, "No leader elected"));
    master.onSubscribe(status(503, "Master has not finished recovery"));
    const answers = [
      [],
      [agent("a1", false)],
      [agent("a1", true), agent("a2", false)],
      [agent("a1", true), agent("a2", true)],
    ];
    master.on("/slaves", (response, request) => json({ slaves: answers.shift() ?? [] })(response, request));
    const reasons: string[] = [];
    const ready = waitUntilReady({
      master: master.url,
      expectedAgents: 2,
      signal: new AbortController().signal,
      onWaiting: (reason) => reasons.push(reason),
      clock: impatientClock,
    });
    (await master.stream()).send(subscribed("probe"));
    expect(await ready).toEqual({ leader: master.url, agents: [agent("a1", true), agent("a2", true)] });
    expect(reasons).toEqual([
      expect.stringContaining("No leader elected"),
      expect.stringContaining("Master has not finished recovery"),
      "0 of 2 agents are active",
      "1 of 2 agents are active",
    ]);
    expect(await master.call("TEARDOWN")).toEqual({ type: "TEARDOWN", framework_id: { value: "probe" } });
    expect((await master.call("SUBSCRIBE")).subscribe.suppressed_roles).toEqual(["*"]);
  });

  it("is waited for no longer than the signal allows", async () => {
    await using master = await ScriptedMaster.start();
    const abort = new AbortController();
    master.onSubscribe(status(503, "Master has not finished recovery"));
    const ready = waitUntilReady({
      master: master.url,
      expectedAgents: 1,
      signal: abort.signal,
      onWaiting: () => abort.abort(new Error("the master died")),
      clock: impatientClock,
    });
    await expect(ready).rejects.toThrow("the master died");
  });

  it("that refuses subscriptions for good is an error, not a reason to wait", async () => {
    await using master = await ScriptedMaster.start();
    master.onSubscribe(status(401, "no"));
    const ready = waitUntilReady({ master: master.url, expectedAgents: 0, signal: new AbortController().signal });
    await expect(ready).rejects.toMatchObject({ code: "UNAUTHENTICATED" });
  });
});
