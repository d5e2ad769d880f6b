import { expect, it } from "vitest";
import { agentRoutes } from "../../../src/engine/agent/endpoints.ts";
import type { HttpAnswer } from "../../../src/engine/common/http.ts";
import { startTestAgent } from "../support/agent-harness.ts";
import { sessionsOf } from "../support/test-sessions.ts";

const WAIT = { status: 503, body: "Agent has not finished recovery" };

it("says of itself only after its recovery what it will know by then, and the rest at once, as Mesos does", async () => {
  const test = startTestAgent();
  const { agent, clock } = test;
  let recovered = false;
  const routes = agentRoutes({
    ...{ agent, clock, sessions: sessionsOf(test), flags: {}, pid: "slave(1)@127.0.0.1:5051", startTime: 0 },
    ...{ masterHostname: () => "m1", isRegistered: () => recovered, isRecovered: () => recovered },
  });
  const ask = async (method: string, path: string, body = ""): Promise<HttpAnswer | undefined> =>
    await routes.find(path)?.({
      ...{ method, path, query: new URLSearchParams(), remote: "127.0.0.1:1" },
      ...{ headers: { "content-type": "application/json" }, body: Buffer.from(body) },
    });
  const health = JSON.stringify({ type: "GET_HEALTH" });
  expect(await ask("GET", "/state")).toMatchObject(WAIT);
  expect(await ask("GET", "/slave(1)/state")).toMatchObject(WAIT);
  expect(await ask("POST", "/api/v1", health)).toMatchObject(WAIT);
  expect(await ask("GET", "/api/v1")).toMatchObject(WAIT);
  expect(await ask("POST", "/api/v1/executor")).toMatchObject(WAIT);
  expect(await ask("GET", "/containers")).toMatchObject({ status: 200, body: "[]" });
  for (const path of ["/health", "/flags", "/metrics/snapshot"])
    expect(await ask("GET", path)).toMatchObject({ status: 200 });
  recovered = true;
  expect(await ask("GET", "/state")).toMatchObject({ status: 200 });
  expect(await ask("POST", "/api/v1", health)).toMatchObject({ status: 200 });
});
