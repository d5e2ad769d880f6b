import { describe, expect, it } from "vitest";
import { ask, startMaster } from "../support/master-harness.ts";

const leader = { id: "other", ip: 1, port: 5060, hostname: "m2", pid: "master@10.0.0.2:5060" };

describe("a master that does not lead", () => {
  it.each(["/state", "/redirect", "/api/v1/scheduler"])("has nobody to send to from %s at first", async (path) => {
    const answer = await ask(await startMaster({ lead: false }), "GET", path);
    expect(answer).toMatchObject({ status: 503, body: "No leader elected" });
  });

  it.each([
    ["/state", "//m2:5060/master/state"],
    ["/tasks?limit=1", "//m2:5060/master/tasks?limit=1"],
    ["/api/v1/scheduler", "//m2:5060/master/api/v1/scheduler"],
    ["/redirect", "//m2:5060"],
  ])("sends %s to the leader, without a scheme", async (path, location) => {
    const test = await startMaster({ lead: false });
    test.master.follow(leader);
    expect(await ask(test, "GET", path)).toMatchObject({ status: 307, headers: { Location: location } });
  });

  it("answers for itself on /health, /flags and /metrics/snapshot", async () => {
    const test = await startMaster({ lead: false });
    expect((await ask(test, "GET", "/health")).status).toBe(200);
    expect((await ask(test, "GET", "/flags")).json).toMatchObject({ flags: { agent_ping_timeout: "15secs" } });
    expect((await ask(test, "GET", "/metrics/snapshot")).json).toMatchObject({ "master/elected": 0 });
  });
});

describe("a master that leads without a quorum", () => {
  it("shows its state, but takes no framework", async () => {
    const test = await startMaster({ lead: false });
    void test.master.lead(new Promise(() => {}));
    expect((await ask(test, "GET", "/state")).status).toBe(200);
    expect(await ask(test, "POST", "/api/v1/scheduler")).toMatchObject({
      ...{ status: 503, body: "Master has not finished recovery" },
    });
  });
});
