// What the scheduler endpoint answers to requests that are wrong before any framework is involved.
import { SCHEDULER_PATH, STREAM_ID_HEADER } from "../../../src/mesos/scheduler-api.ts";
import { subscribe } from "../probe/framework.ts";
import { JSON_HEADERS } from "../probe/probe.ts";
import { scenario } from "./scenario.ts";

const properSubscribe = { type: "SUBSCRIBE", subscribe: { framework_info: { user: "root", name: "x" } } };
const accept = { Accept: "application/json" };
const nobody = { framework_id: { value: "nobody" } };
const madeUpStreamId = { [STREAM_ID_HEADER]: "11111111-1111-1111-1111-111111111111" };

export const httpScenarios = [
  scenario("http-method", "the scheduler endpoint takes POST alone", async (probe) => {
    for (const method of ["GET", "PUT", "DELETE"]) await probe.exchange("master", { method, path: SCHEDULER_PATH });
  }),

  scenario("http-media-types", "media types other than JSON and protobuf are refused", async (probe) => {
    const cases: [label: string, headers: Record<string, string>][] = [
      ["no Content-Type", accept],
      ["Content-Type text/plain", { ...accept, "Content-Type": "text/plain" }],
      ["Content-Type with charset", { ...accept, "Content-Type": "application/json; charset=utf-8" }],
      ["Accept text/html", { "Content-Type": "application/json", Accept: "text/html" }],
    ];
    for (const [label, headers] of cases) await probe.schedulerCall(properSubscribe, { headers, label });
  }),

  scenario("http-bad-json", "a body that is no call is refused with the place where it goes wrong", async (probe) => {
    const cases = [
      ["empty body", ""],
      ["not JSON", "{nope"],
      ["array", "[]"],
      ["number", "7"],
      ["no type", "{}"],
      ["unknown type", '{"type":"FLY"}'],
      ["wrong field type", '{"type":"SUBSCRIBE","subscribe":"yes"}'],
      ["unknown field is ignored", '{"type":"TEARDOWN","framework_id":{"value":"nobody"},"colour":"blue"}'],
    ] as const;
    for (const [label, body] of cases) await probe.schedulerCall(body, { label });
  }),

  scenario("http-call-validation", "a call that lacks what it needs is told what that is", async (probe) => {
    const calls = [
      { type: "SUBSCRIBE" },
      { type: "SUBSCRIBE", subscribe: {} },
      { type: "SUBSCRIBE", subscribe: { framework_info: { name: "no user" } } },
      {
        type: "SUBSCRIBE",
        framework_id: { value: "a" },
        subscribe: { framework_info: { user: "root", name: "x", id: { value: "b" } } },
      },
      { type: "TEARDOWN" },
      { type: "ACCEPT", ...nobody },
      { type: "ACCEPT", ...nobody, accept: { offer_ids: [] } },
      { type: "DECLINE", ...nobody },
      { type: "KILL", ...nobody },
      { type: "KILL", ...nobody, kill: { task_id: { value: "t" } } },
      {
        type: "ACKNOWLEDGE",
        ...nobody,
        acknowledge: { agent_id: { value: "a" }, task_id: { value: "t" }, uuid: "bm90LWEtdXVpZA==" },
      },
      { type: "RECONCILE", ...nobody },
      { type: "MESSAGE", ...nobody },
      { type: "TEARDOWN", ...nobody },
    ];
    for (const call of calls) await probe.schedulerCall(call, { label: JSON.stringify(call) });
  }),

  scenario(
    "http-stream-id",
    "calls need the stream ID of their subscription, and SUBSCRIBE needs none",
    async (probe) => {
      const headers = { ...JSON_HEADERS, ...madeUpStreamId };
      await probe.schedulerCall(properSubscribe, { headers, label: "SUBSCRIBE with a stream ID" });
      const framework = await subscribe(probe);
      const revive = { type: "REVIVE", framework_id: { value: framework.id } };
      await probe.schedulerCall(revive, { label: "REVIVE without stream ID" });
      await probe.schedulerCall(revive, { headers, label: "REVIVE with another stream ID" });
      await framework.call({ type: "REVIVE" });
      await framework.teardown();
    },
  ),
];
