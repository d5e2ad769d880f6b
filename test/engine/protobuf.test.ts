import { readFileSync } from "node:fs";
import type { Server } from "node:http";
import { afterEach, describe, expect, it } from "vitest";
import { agentRoutes } from "../../src/engine/agent/endpoints.ts";
import type { HttpRoutes } from "../../src/engine/common/http-routes.ts";
import { listen } from "../../src/engine/common/http-server.ts";
import { uuidToBase64 } from "../../src/mesos/ids.ts";
import { decodeMessage } from "../../src/mesos/protobuf/codec.ts";
import { UNKNOWN_FIELDS } from "../../src/mesos/protobuf/unknown-fields.ts";
import type { Offer, TaskStatus } from "../../src/mesos/types.ts";
import { withoutEmptyLists } from "../mesos/protobuf/without-empty-lists.ts";
import { commandTask, FRAMEWORK, runTask, startTestAgent } from "./support/agent-harness.ts";
import { sessionsOf } from "./support/test-sessions.ts";
import { settle } from "./support/fake-clock.ts";
import { aTask, startMaster, TestAgent, TestFramework } from "./support/master-harness.ts";
import { EventReader, post, PROTOBUF, ProtobufFramework } from "./support/protobuf-client.ts";

/** Fields 999 and 1000, which no message has. */
const LATER = Buffer.from("ba3e05" + Buffer.from("later").toString("hex") + "c03e07", "hex").toString("base64");
const JSON_TYPE = "application/json";

const servers: Server[] = [];
afterEach(() => {
  for (const server of servers.splice(0)) {
    server.closeAllConnections();
    server.close();
  }
});

async function serve(routes: HttpRoutes): Promise<string> {
  const { server, port } = await listen(routes, { ip: "127.0.0.1", port: 0 });
  servers.push(server);
  return `http://127.0.0.1:${port}`;
}

const subscribeCall = (info: object = {}) => ({
  type: "SUBSCRIBE",
  subscribe: { framework_info: { user: "root", name: "proto", ...info } },
});

async function answerOf(url: string, type: string, headers: Record<string, string> = {}): Promise<Response> {
  return post(`${url}/api/v1`, { message: "master.Call", call: { type }, headers });
}

async function reportOf(url: string, type: string): Promise<object> {
  const response = await answerOf(url, type);
  expect(response.headers.get("content-type")).toBe(PROTOBUF);
  return decodeMessage("master.Response", new Uint8Array(await response.arrayBuffer()));
}

describe("a framework that speaks protobuf", () => {
  it("subscribes, is offered, launches, is told and tears down", async () => {
    const test = await startMaster();
    const agent = await new TestAgent(test).register();
    const url = await serve(test.master.routes);
    const framework = await ProtobufFramework.subscribe(url, subscribeCall());
    const offers = (await framework.events.next("OFFERS"))?.["offers"] as { offers: Offer[] };
    const offer = offers.offers[0] as Offer;
    expect(offer.agent_id).toEqual({ value: agent.id });

    const task = aTask(offer, { data: "AP8=", kill_policy: { grace_period: { nanoseconds: 5_000_000_000 } } });
    const operations = [{ type: "LAUNCH", launch: { task_infos: [task] } }];
    const accepted = await framework.call({ type: "ACCEPT", accept: { offer_ids: [offer.id], operations } });
    expect(accepted.status).toBe(202);
    await settle();
    expect(agent.heard("RUN_TASK")[0]?.run_task.task).toMatchObject(task);

    const sent = await agent.update(framework.id, "t1", "TASK_RUNNING");
    const update = (await framework.events.next("UPDATE"))?.["update"] as { status: TaskStatus };
    expect(update.status).toMatchObject({ state: "TASK_RUNNING", source: "SOURCE_EXECUTOR", uuid: sent.uuid });
    const acknowledge = { agent_id: offer.agent_id, task_id: task.task_id, uuid: sent.uuid };
    expect((await framework.call({ type: "ACKNOWLEDGE", acknowledge })).status).toBe(202);
    await settle();
    expect(agent.heard("ACKNOWLEDGE")[0]?.acknowledge.uuid).toBe(sent.uuid);

    expect((await framework.call({ type: "TEARDOWN" })).status).toBe(202);
    expect(await framework.events.next("UPDATE")).toBeUndefined();
  });

  it("is taken by the very bytes that a real Mesos took", async () => {
    const url = await serve((await startMaster()).master.routes);
    const bytes = readFileSync(new URL("../mesos/protobuf/samples/subscribe-call.bin", import.meta.url));
    expect((await ProtobufFramework.subscribe(url, bytes)).id).toMatch(/-0000$/);
  });

  it("may write in one encoding and hear in the other", async () => {
    const test = await startMaster();
    const url = `${await serve(test.master.routes)}/api/v1/scheduler`;
    const call = subscribeCall();
    const hears = await post(url, { message: "scheduler.Call", call, headers: { "Content-Type": JSON_TYPE } });
    expect(hears.headers.get("content-type")).toBe(PROTOBUF);
    expect(await new EventReader(hears, "scheduler.Event").next("SUBSCRIBED")).toMatchObject({
      subscribed: { heartbeat_interval_seconds: 15, master_info: { port: 5050 } },
    });
    const writes = await post(url, { message: "scheduler.Call", call, headers: { Accept: JSON_TYPE } });
    expect(writes.headers.get("content-type")).toBe(JSON_TYPE);
    expect(await new EventReader(writes, undefined).next("HEARTBEAT")).toEqual({ type: "HEARTBEAT" });
  });

  it("has fields that nobody here knows come back in the state and to its executors", async () => {
    const test = await startMaster();
    const agent = await new TestAgent(test).register();
    const url = await serve(test.master.routes);
    const framework = await ProtobufFramework.subscribe(url, subscribeCall({ [UNKNOWN_FIELDS]: LATER }));
    const offers = (await framework.events.next("OFFERS"))?.["offers"] as { offers: Offer[] };
    const offer = offers.offers[0] as Offer;
    const task = aTask(offer, { [UNKNOWN_FIELDS]: LATER });
    const operations = [{ type: "LAUNCH", launch: { task_infos: [task] } }];
    await framework.call({ type: "ACCEPT", accept: { offer_ids: [offer.id], operations } });
    await settle();
    expect(agent.heard("RUN_TASK")[0]?.run_task).toMatchObject({
      task: { [UNKNOWN_FIELDS]: LATER },
      framework: { [UNKNOWN_FIELDS]: LATER },
    });
    expect(await reportOf(url, "GET_FRAMEWORKS")).toMatchObject({
      get_frameworks: { frameworks: [{ framework_info: { name: "proto", [UNKNOWN_FIELDS]: LATER } }] },
    });
  });

  it.each<[string, Buffer]>([
    ["an empty body", Buffer.alloc(0)],
    ["JSON", Buffer.from('{"type":"SUBSCRIBE"}')],
    ["half a call", Buffer.from("1001", "hex")],
  ])("is refused in Mesos's words when it sends %s", async (what, body) => {
    const url = `${await serve((await startMaster()).master.routes)}/api/v1/scheduler`;
    const response = await post(url, { message: "scheduler.Call", call: body });
    const words = {
      "an empty body": "Failed to validate scheduler::Call: Expecting 'type' to be present",
      "half a call": "Failed to validate scheduler::Call: Expecting 'subscribe' to be present",
    }[what];
    expect([response.status, await response.text()]).toEqual([400, words ?? "Failed to parse body into Call protobuf"]);
  });
});

describe("the operator API in protobuf", () => {
  it.each([
    ["GET_HEALTH", { get_health: { healthy: true } }],
    ["GET_VERSION", { get_version: { version_info: { version: "1.12.0" } } }],
    ["GET_AGENTS", { get_agents: { agents: [{ active: true, agent_info: { hostname: "a1" } }] } }],
    ["GET_STATE", { get_state: { get_agents: { agents: [{ active: true }] } } }],
    ["GET_FLAGS", { get_flags: {} }],
    ["GET_MASTER", { get_master: { master_info: { port: 5050 } } }],
    ["GET_ROLES", { get_roles: {} }],
    ["GET_MAINTENANCE_SCHEDULE", { get_maintenance_schedule: { schedule: {} } }],
  ])("answers %s, and loses nothing of what it says in JSON", async (type, part) => {
    const test = await startMaster();
    await new TestAgent(test).register();
    const url = await serve(test.master.routes);
    const report = await reportOf(url, type);
    expect(report).toMatchObject({ type, ...part });
    const json = (await (await answerOf(url, type, { Accept: JSON_TYPE })).json()) as object;
    expect(report).toEqual(withoutEmptyLists(json));
  });

  it.each(["GET_STATE", "GET_TASKS", "GET_FRAMEWORKS", "GET_ROLES"])("loses nothing of a task in %s", async (type) => {
    const test = await startMaster();
    const agent = await new TestAgent(test).register();
    const framework = new TestFramework(test, { labels: { labels: [{ key: "k", value: "v" }] } });
    await settle();
    const discovery = { visibility: "CLUSTER", ports: { ports: [{ number: 80, name: "http" }] } };
    await framework.launch({ labels: { labels: [{ key: "k" }] }, discovery });
    await agent.update(framework.id, "t1", "TASK_RUNNING");
    const url = await serve(test.master.routes);
    const json = (await (await answerOf(url, type, { Accept: JSON_TYPE })).json()) as object;
    expect(await reportOf(url, type)).toEqual(withoutEmptyLists(json));
    expect(JSON.stringify(json)).toContain(framework.id);
  });

  it("asks for the part of GET_METRICS, and has no stream ID for its streams", async () => {
    const url = await serve((await startMaster()).master.routes);
    const refused = await answerOf(url, "GET_METRICS");
    expect(await refused.text()).toBe("Failed to validate master::Call: Expecting 'get_metrics' to be present");
    expect((await answerOf(url, "SUBSCRIBE")).headers.has("mesos-stream-id")).toBe(false);
  });

  it("streams events", async () => {
    const test = await startMaster();
    const url = await serve(test.master.routes);
    const events = new EventReader(await answerOf(url, "SUBSCRIBE"), "master.Event");
    expect(await events.next("SUBSCRIBED")).toMatchObject({ subscribed: { heartbeat_interval_seconds: 15 } });
    await new TestAgent(test).register();
    expect(await events.next("AGENT_ADDED")).toMatchObject({
      agent_added: { agent: { agent_info: { hostname: "a1" }, active: true } },
    });
  });

  it("refuses what is no call, and who takes neither encoding", async () => {
    const url = await serve((await startMaster()).master.routes);
    const bad = await post(`${url}/api/v1`, { message: "master.Call", call: Buffer.from("{}") });
    expect([bad.status, await bad.text()]).toEqual([400, "Failed to parse body into Call protobuf"]);
    for (const accept of ["text/html", `${PROTOBUF};q=0`]) {
      const refused = await answerOf(url, "GET_HEALTH", { Accept: accept });
      expect(refused.status).toBe(406);
    }
  });
});

describe("an executor that speaks protobuf", () => {
  it("subscribes, is given its task with fields that nobody here knows, and is heard", async () => {
    const test = startTestAgent();
    const executor = await runTask(test, { ...commandTask("t1"), [UNKNOWN_FIELDS]: LATER });
    const url = await serve(routesOf(test));
    const ids = { framework_id: { value: executor.frameworkId }, executor_id: executor.info.executor_id };
    const call = (parts: object) =>
      post(`${url}/api/v1/executor`, { message: "executor.Call", call: { ...ids, ...parts } });
    const response = await call({ type: "SUBSCRIBE", subscribe: {} });
    expect(response.headers.get("content-type")).toBe(PROTOBUF);
    const events = new EventReader(response, "executor.Event");
    expect(await events.next("SUBSCRIBED")).toMatchObject({ subscribed: { framework_info: { name: FRAMEWORK.name } } });
    expect(await events.next("LAUNCH")).toMatchObject({
      launch: { task: { task_id: { value: "t1" }, [UNKNOWN_FIELDS]: LATER } },
    });
    const status = { task_id: { value: "t1" }, state: "TASK_RUNNING", source: "SOURCE_EXECUTOR" };
    const uuid = uuidToBase64("8a3e62b5-0ad5-4cd4-a0a8-7a5d49a4c1a1");
    expect((await call({ type: "UPDATE", update: { status: { ...status, uuid } } })).status).toBe(202);
    expect(test.sent).toContainEqual(
      expect.objectContaining({
        type: "UPDATE",
        update: expect.objectContaining({
          status: expect.objectContaining({ state: "TASK_RUNNING", uuid }) as object,
        }) as object,
      }),
    );
    const refused = await call({ type: "UPDATE", update: { status } });
    expect(await refused.text()).toBe("Failed to validate Executor::Call: Expecting 'uuid' to be present");
  });

  it("is answered by the agent's operator API, too", async () => {
    const url = await serve(routesOf(startTestAgent()));
    const answer = await post(`${url}/api/v1`, { message: "agent.Call", call: { type: "GET_AGENT" } });
    expect(decodeMessage("agent.Response", new Uint8Array(await answer.arrayBuffer()))).toMatchObject({
      type: "GET_AGENT",
      get_agent: { agent_info: { hostname: "a1", port: 5051 } },
    });
    const refused = await post(`${url}/api/v1`, { message: "agent.Call", call: Buffer.from("{}") });
    expect([refused.status, await refused.text()]).toEqual([400, "Failed to parse body into a protobuf object"]);
  });
});

function routesOf(test: ReturnType<typeof startTestAgent>): HttpRoutes {
  const { agent, clock } = test;
  const times = { startTime: 0, masterHostname: () => "m1", isRegistered: () => true, isRecovered: () => true };
  return agentRoutes({ agent, clock, sessions: sessionsOf(test), flags: {}, pid: "slave(1)@127.0.0.1:5051", ...times });
}
