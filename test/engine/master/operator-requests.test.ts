import { describe, expect, it } from "vitest";
import { ask, startMaster } from "../support/master-harness.ts";

const body = (value: unknown) => ({ body: Buffer.from(typeof value === "string" ? value : JSON.stringify(value)) });

async function call(type: string, part: object): Promise<{ status: number; body?: unknown }> {
  const headers = { "content-type": "application/json" };
  const content = body({ type, [type.toLowerCase()]: part });
  return ask(await startMaster(), "POST", "/api/v1", { headers, ...content });
}

describe("requests for what this engine does not keep", () => {
  it.each(["/quota", "/maintenance/schedule", "/maintenance/status"])("finds nothing at %s", async (path) => {
    expect(await ask(await startMaster(), "GET", path)).toMatchObject({ status: 200, json: {} });
  });

  it.each([
    ["POST", "/reserve", "", "Missing 'slaveId' query parameter in the request body"],
    ["POST", "/unreserve", "slaveId=nope", "Missing 'resources' query parameter in the request body"],
    ["POST", "/create-volumes", "slaveId=nope", "Missing 'volumes' query parameter in the request body"],
    ["POST", "/destroy-volumes", "slaveId=nope&volumes=[]", "No agent found with specified ID"],
    [
      "POST",
      "/reserve",
      "slaveId=nope&resources={",
      "Error parsing 'resources' query parameter in the request body: syntax error at line 1 near: ",
    ],
    [
      "POST",
      "/unreserve",
      "slaveId=nope&resources={",
      "Error in parsing 'resources' query parameter in the request body: syntax error at line 1 near: ",
    ],
    ["POST", "/quota", "{", "Failed to parse set quota request JSON '{': syntax error at line 1 near: "],
    ["POST", "/quota", '{"role":"q"}', "Failed to validate set quota request: QuotaInfo with empty 'guarantee'"],
    [
      "DELETE",
      "/master/quota/none",
      "",
      "Failed to remove quota for path '/master/quota/none': Role 'none' has no quota set",
    ],
    ["POST", "/maintenance/schedule", "[]", "Unexpected JSON type parsed"],
    ["POST", "/machine/down", "[]", "List of machines is empty"],
    ["POST", "/machine/up", '[{"hostname":"x"}]', `Machine '{"hostname":"x"}' is not part of a maintenance schedule`],
  ])("refuses in Mesos's words: %s %s %s", async (method, path, given, words) => {
    expect(await ask(await startMaster(), method, path, body(given))).toMatchObject({ status: 400, body: words });
  });

  it.each([
    ["RESERVE_RESOURCES", { agent_id: { value: "nope" }, resources: [] }, "No agent found with specified ID"],
    ["SET_QUOTA", { quota_request: {} }, /QuotaInfo with invalid role: Role names cannot be the empty string$/],
    ["START_MAINTENANCE", {}, "List of machines is empty"],
    [
      ...(["UPDATE_MAINTENANCE_SCHEDULE", { schedule: { windows: [{ unavailability: { start: {} } }] } }] as const),
      /Missing required fields/,
    ],
    ["DRAIN_AGENT", { agent_id: { value: "nope" } }, "Unknown agent"],
    ["DEACTIVATE_AGENT", { agent_id: { value: "nope" } }, "Unknown agent"],
  ])("refuses the call %s in Mesos's words", async (type, part, words) => {
    const answer = await call(type, part);
    expect(answer.status).toBe(400);
    expect(answer.body).toMatch(words);
  });

  it("says that it does not do quota", async () => {
    const answer = await call("UPDATE_QUOTA", { quota_configs: [{ role: "r1", limits: { cpus: { value: 1 } } }] });
    expect(answer.status).toBe(501);
    expect(answer.body).toMatch(/not supported/);
  });

  it("takes what changes nothing", async () => {
    expect((await call("UPDATE_MAINTENANCE_SCHEDULE", { schedule: {} })).status).toBe(200);
    expect((await call("UPDATE_QUOTA", { quota_configs: [{ role: "r1" }] })).status).toBe(200);
  });
});
