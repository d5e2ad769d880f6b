import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { ExecutorCall } from "../../../src/engine/agent/executor-messages.ts";
import { AgentConnection } from "../../../src/engine/executor/agent-connection.ts";
import { FakeClock } from "../support/fake-clock.ts";
import { ScriptedAgent } from "./scripted-agent.ts";

let agent: ScriptedAgent;
let clock: FakeClock;
let connection: AgentConnection;
let lost: string[];
let heard: string[];

const ids = { framework_id: { value: "f1" }, executor_id: { value: "e1" } };
const update = (id: string): ExecutorCall => ({
  ...ids,
  type: "UPDATE",
  update: { status: { task_id: { value: id }, state: "TASK_FAILED", uuid: id } },
});
const told = (): string[] => agent.statuses.map(({ task_id }) => task_id.value);

function connect(recoveryTimeoutMs = 60_000): void {
  const { port } = agent.server.address() as AddressInfo;
  connection = new AgentConnection({
    agent: { ip: "127.0.0.1", port, path: "/api/v1/executor" },
    subscribeCall: () => ({ ...ids, type: "SUBSCRIBE", subscribe: {} }),
    onEvent: (event) => {
      heard.push(event.type);
      agent.changed();
    },
    onLost: (reason) => lost.push(reason),
    recoveryTimeoutMs,
    clock,
  });
}

beforeEach(async () => {
  clock = new FakeClock();
  lost = [];
  heard = [];
  agent = new ScriptedAgent();
  await once(agent.server.listen(0, "127.0.0.1"), "listening");
});
afterEach(() => {
  connection.close();
  agent.server.close();
  agent.server.closeAllConnections();
});

describe("a connection to the agent", () => {
  it("tells, once it is subscribed, what its SUBSCRIBE came too early for", async () => {
    const answer = agent.holdSubscriptions();
    connect();
    await agent.until(() => agent.subscriptions().length === 1);
    connection.send(update("t1"));
    connection.send(update("t2"));
    expect(told()).toEqual([]);
    answer();
    await agent.until(() => told().length === 2);
    expect(told()).toEqual(["t1", "t2"]);
  });

  it("leaves to the next SUBSCRIBE what was there before that", async () => {
    const answer = agent.holdSubscriptions();
    connect();
    await agent.until(() => agent.subscriptions().length === 1);
    connection.send(update("t1"));
    agent.server.closeAllConnections();
    answer();
    while (agent.subscriptions().length < 2) await clock.advance(20);
    connection.send(update("t2"));
    await agent.until(() => told().length === 1);
    expect(told()).toEqual(["t2"]);
  });

  it("asks on at an agent that does not know it: its own may come back to that address", async () => {
    agent.subscribeStatus = 400;
    connect(Infinity);
    while (agent.subscriptions().length < 3) await clock.advance(500);
    expect(lost).toEqual([]);
    agent.subscribeStatus = 200;
    const refused = agent.subscriptions().length;
    while (agent.subscriptions().length === refused) await clock.advance(500);
    agent.send({ type: "SHUTDOWN" });
    await agent.until(() => heard.length === 1);
  });

  it("is lost where every agent refuses it until its recovery timeout is over", async () => {
    agent.subscribeStatus = 400;
    const begunMs = clock.nowMs();
    connect();
    while (lost.length === 0) await clock.advance(500);
    expect(clock.nowMs() - begunMs).toBeGreaterThanOrEqual(60_000);
  });
});
