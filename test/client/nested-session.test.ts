import { describe, expect, it } from "vitest";
import { HttpClient } from "../../src/client/http.ts";
import { runInContainer } from "../../src/client/nested-session.ts";
import { encodeRecord } from "../../src/mesos/recordio.ts";
import { json, ScriptedMaster, status } from "./scripted-master.ts";

const said = (type: string, text: string) =>
  encodeRecord(JSON.stringify({ type: "DATA", data: { type, data: Buffer.from(text).toString("base64") } }));

async function run(agent: ScriptedMaster) {
  const output: string[] = [];
  await using http = new HttpClient();
  const status = await runInContainer(http, {
    agentUrl: agent.url,
    containerId: "task",
    command: ["ls", "/"],
    onOutput: (kind, bytes) => output.push(`${kind}: ${bytes.toString()}`),
    signal: AbortSignal.timeout(60_000),
  });
  return { status, output };
}

describe("a command in the container of a task", () => {
  it.each([
    [3 << 8, 3],
    [9, 137],
    [undefined, 0],
  ])("gives what it writes and how it ends: %s → %s", async (exitStatus, expected) => {
    await using agent = await ScriptedMaster.start();
    agent.on("/api/v1", (response, { body }) => {
      if ((body as { type: string }).type === "WAIT_CONTAINER")
        json({ type: "WAIT_CONTAINER", wait_container: { exit_status: exitStatus } })(response, agent.received[0]!);
      else
        response.end(Buffer.concat([said("STDOUT", "a\n"), encodeRecord('{"type":"CONTROL"}'), said("STDERR", "b")]));
    });
    expect(await run(agent)).toEqual({ status: expected, output: ["stdout: a\n", "stderr: b"] });
    const [launch, wait] = agent.received.map(({ body }) => body as Record<string, { container_id: object }>);
    const session = launch!["launch_nested_container_session"]!;
    expect(session).toMatchObject({
      container_id: { parent: { value: "task" } },
      command: { shell: false, value: "ls", arguments: ["ls", "/"] },
    });
    expect(wait!["wait_container"]!.container_id).toEqual(session.container_id);
  });

  it.each([501, 406])("is refused where the agent does not do such things: %s", async (code) => {
    await using agent = await ScriptedMaster.start();
    agent.on("/api/v1", status(code, "no"));
    await expect(run(agent)).rejects.toMatchObject({ code: "EXEC_UNSUPPORTED" });
  });

  it("is an error of the agent's where that says so", async () => {
    await using agent = await ScriptedMaster.start();
    agent.on("/api/v1", status(403, ""));
    await expect(run(agent)).rejects.toMatchObject({ code: "FORBIDDEN" });
  });
});
