import { describe, expect, it } from "vitest";
import { watchedOnDemand } from "../../../src/client/explain/explain-on-demand.ts";
import { explainer } from "../../../src/client/explain/explain.ts";
import { pretty } from "../../../src/client/explain/pretty.ts";
import { HttpClient } from "../../../src/client/http.ts";
import { encodeRecord } from "../../../src/mesos/recordio.ts";
import { json, ScriptedMaster, status } from "../scripted-master.ts";

const master = "http://127.0.0.1:5050";

function watched(hidden: string[] = []) {
  const printed: string[] = [];
  let nowMs = 0;
  return {
    printed,
    watcher: explainer({ print: (lines) => printed.push(...lines), hidden: () => hidden, nowMs: () => (nowMs += 5) }),
  };
}

const asked = (id: number) => ({ id, method: "POST", url: `${master}/api/v1/scheduler`, headers: {}, body: "{}" });
const event = (type: string) => encodeRecord(JSON.stringify({ type }));

describe("an explainer that joins later", () => {
  it("hears of exchanges that are open, of nothing that is over, and of what follows until it leaves", () => {
    const onDemand = watchedOnDemand();
    const { watcher } = onDemand;
    watcher.asked(asked(1));
    watcher.answered({ id: 1, status: 200, headers: {}, streams: true });
    watcher.received({ id: 1, bytes: event("SUBSCRIBED") });
    watcher.asked(asked(2));
    watcher.ended({ id: 2 });
    const late = watched();
    const leave = onDemand.join(late.watcher);
    const heads = () => late.printed.filter((line) => /^[→←⇠×]/.test(line));
    expect(heads()).toEqual([expect.stringMatching(/^→ POST/), expect.stringMatching(/^← 200/)]);
    // It has come within a record: the next one is whole.
    watcher.received({ id: 1, bytes: event("OFFERS").subarray(5) });
    watcher.received({ id: 1, bytes: event("HEARTBEAT") });
    expect(heads().slice(2)).toEqual(["⇠ HEARTBEAT"]);
    leave();
    watcher.received({ id: 1, bytes: event("HEARTBEAT") });
    watcher.ended({ id: 1 });
    expect(heads().slice(2)).toEqual(["⇠ HEARTBEAT"]);
  });
});

describe("an explainer", () => {
  it("prints a subscription and its events as they come in, however they are split", () => {
    const { printed, watcher } = watched();
    const body = JSON.stringify({ type: "SUBSCRIBE", subscribe: { framework_info: { user: "me", name: "web" } } });
    watcher.asked({
      id: 1,
      method: "POST",
      url: `${master}/api/v1/scheduler`,
      headers: { Accept: "application/json" },
      body,
    });
    watcher.answered({ id: 1, status: 200, headers: { "mesos-stream-id": "s-1", date: "now" }, streams: true });
    const uuid = { status: { task_id: { value: "web.1" }, state: "TASK_RUNNING", uuid: "AA==" } };
    const events = [{ type: "HEARTBEAT" }, { type: "UPDATE", update: uuid }, { type: "NEW_ONE" }];
    const stream = Buffer.concat(events.map((event) => encodeRecord(JSON.stringify(event))));
    for (const byte of stream) watcher.received({ id: 1, bytes: Buffer.from([byte]) });
    watcher.ended({ id: 1 });
    expect(printed).toEqual([
      "→ SUBSCRIBE  POST http://127.0.0.1:5050/api/v1/scheduler",
      expect.stringMatching(/^  Registers the framework/),
      "  Accept: application/json",
      '  {"type":"SUBSCRIBE","subscribe":{"framework_info":{"user":"me","name":"web"}}}',
      "← 200 OK to SUBSCRIBE, after 5 ms",
      expect.stringMatching(/^  The stream is open/),
      "  mesos-stream-id: s-1",
      "⇠ HEARTBEAT",
      expect.stringMatching(/^  The connection is alive/),
      "⇠ UPDATE web.1 TASK_RUNNING",
      "  The task runs.",
      `  ${JSON.stringify({ update: uuid })}`,
      "⇠ NEW_ONE",
      "  An event that is new to this version.",
      "× The master has closed the stream.",
      "  It is opened anew.",
    ]);
  });

  it("shows neither who proves what nor the values of secrets", async () => {
    const scripted = await ScriptedMaster.start();
    scripted.on("/state", json({ password: "hunter2" }));
    scripted.on("/files/read?path=x", status(401, "no hunter2 for you"));
    const { printed, watcher } = watched(["hunter2", ""]);
    await using http = new HttpClient({ credentials: { principal: "me", secret: "pass" }, watcher });
    await http.json({ url: `${scripted.url}/state` });
    await http.request({ url: `${scripted.url}/files/read?path=x` });
    const text = printed.join("\n");
    expect(text).toContain("  Authorization: Basic (hidden)");
    expect(text).toContain('  {"password":"(hidden)"}');
    expect(text).toContain("Reads a file of the agent's");
    expect(text).toContain('"no (hidden) for you"');
    expect(text).not.toMatch(/hunter2|bWU6cGFzcw|pass"/);
    const { url } = scripted;
    await scripted[Symbol.asyncDispose]();
    await http.request({ url: `${url}/state` }).catch(() => undefined);
    expect(printed.at(-2)).toMatch(/^× GET \/state: .*ECONNREFUSED/);
  });
});

describe("JSON for people", () => {
  it("has on one line what fits there, and the beginning of what is long", () => {
    expect(pretty({ a: [1, 2, 3, 4, 5], b: null })).toEqual(['{"a":[1,2,3,"… 2 more"],"b":null}']);
    const long = pretty({ text: "x".repeat(200), list: [{ name: "y".repeat(60) }, { name: "z".repeat(60) }] });
    expect(long).toEqual([
      "{",
      `  "text": "${"x".repeat(100)}…",`,
      '  "list": [',
      `    {"name":"${"y".repeat(60)}"},`,
      `    {"name":"${"z".repeat(60)}"}`,
      "  ]",
      "}",
    ]);
    const fields = Object.fromEntries(Array.from({ length: 50 }, (_, i) => [`field-${i}`, i]));
    expect(pretty(fields)).toHaveLength(41);
    expect(pretty(fields).at(-1)).toBe("… 12 more lines");
  });
});
