import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { Readable } from "node:stream";
import { describe, expect, it } from "vitest";
import { HttpClient } from "../../src/client/http.ts";
import { type NestedCommand, runInContainer } from "../../src/client/nested-session.ts";
import { encodeRecord, RecordIoDecoder } from "../../src/mesos/recordio.ts";
import { FakeClock } from "./fake-clock.ts";
import { json, ScriptedMaster, status } from "./scripted-master.ts";

const said = (type: string, text: string) =>
  encodeRecord(JSON.stringify({ type: "DATA", data: { type, data: Buffer.from(text).toString("base64") } }));

async function run(agent: { url: string }, over: Partial<NestedCommand> = {}) {
  const output: string[] = [];
  await using http = new HttpClient();
  const status = await runInContainer(http, {
    agentUrl: agent.url,
    containerId: "task",
    command: ["ls", "/"],
    onOutput: (kind, bytes) => void output.push(`${kind}: ${bytes.toString()}`),
    signal: AbortSignal.timeout(60_000),
    ...over,
  });
  return { status, output };
}

/** The calls that an agent got, by type, and the streams that it got. */
function received(agent: ScriptedMaster) {
  const bodies = agent.received.map(({ body }) => body);
  const call = (type: string) =>
    bodies.find((body) => (body as { type?: string }).type === type) as Record<string, { container_id: object }>;
  const streams = bodies.filter((body) => Array.isArray(body)) as Attached[][];
  return { call, streams };
}

interface Attached {
  attach_container_input: { type: string; container_id?: object; process_io?: { data?: { data: string } } };
}

/** Answers as an agent whose command ends once it has its input, or at once. */
function agentThat(agent: ScriptedMaster, waitsFor: "input" | "nothing", exitStatus: number | undefined = 0): void {
  let ended: () => void = () => {};
  const end = new Promise<void>((resolve) => (ended = resolve));
  agent.on("/api/v1", (response, { body }) => {
    if (Array.isArray(body)) {
      ended();
      response.end();
    } else if ((body as { type: string }).type === "WAIT_CONTAINER")
      json({ type: "WAIT_CONTAINER", wait_container: { exit_status: exitStatus } })(response, agent.received[0]!);
    else {
      response.flushHeaders();
      const written = Buffer.concat([said("STDOUT", "a\n"), encodeRecord('{"type":"CONTROL"}'), said("STDERR", "b")]);
      void (waitsFor === "input" ? end : Promise.resolve()).then(() => response.end(written));
    }
  });
}

describe("a command in the container of a task", () => {
  it.each([
    [3 << 8, 3],
    [9, 137],
    [undefined, 0],
  ])("gives what it writes and how it ends: %s → %s", async (exitStatus, expected) => {
    await using agent = await ScriptedMaster.start();
    agentThat(agent, "nothing", exitStatus);
    expect(await run(agent)).toEqual({ status: expected, output: ["stdout: a\n", "stderr: b"] });
    const session = received(agent).call("LAUNCH_NESTED_CONTAINER_SESSION")["launch_nested_container_session"]!;
    expect(session).toMatchObject({
      container_id: { parent: { value: "task" } },
      command: { shell: false, value: "ls", arguments: ["ls", "/"] },
    });
    expect(received(agent).call("WAIT_CONTAINER")["wait_container"]!.container_id).toEqual(session.container_id);
  });

  it.each([
    ["what there is and then its end", ["one", "two"]],
    ["its end at once where there is none", undefined],
  ])("has for input %s", async (_, words) => {
    await using agent = await ScriptedMaster.start();
    agentThat(agent, "input");
    const bytes = Readable.from((words ?? []).map((word) => Buffer.from(word)));
    await run(agent, words === undefined ? {} : { input: { bytes } });
    const { call, streams } = received(agent);
    const [first, ...rest] = streams[0]!.map((record) => record.attach_container_input);
    const launched = call("LAUNCH_NESTED_CONTAINER_SESSION")["launch_nested_container_session"]!;
    expect(first).toEqual({ type: "CONTAINER_ID", container_id: launched.container_id });
    const typed = rest.map(({ process_io: io }) => Buffer.from(io!.data!.data, "base64").toString());
    expect(typed).toEqual([...(words ?? []), ""]);
  });

  it("has a terminal's size and its changes, and an EOT at the end", async () => {
    const records: Attached["attach_container_input"][] = [];
    const whole = () => records.length >= 4;
    let resized: () => void = () => {};
    const size = { rows: 20, columns: 70 };
    const server = createServer((request, response) => {
      if (request.headers["content-type"] === "application/recordio") {
        const decoder = new RecordIoDecoder();
        request.on("data", (chunk: Buffer) => {
          for (const record of decoder.push(chunk))
            records.push((JSON.parse(Buffer.from(record).toString()) as Attached).attach_container_input);
          if (records.length === 3) resized();
        });
        return;
      }
      let text = "";
      request.on("data", (chunk: Buffer) => (text += chunk.toString()));
      request.on("end", () => {
        if (text.includes("WAIT_CONTAINER")) return response.end('{"wait_container":{"exit_status":0}}');
        response.flushHeaders();
        const look = setInterval(() => {
          if (!whole()) return;
          clearInterval(look);
          response.end();
        }, 5);
      });
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    let listening = true;
    const terminal = {
      size: () => ({ ...size }),
      onResize: (listener: () => void) => {
        resized = () => {
          size.rows = 21;
          listener();
        };
        return () => (listening = false);
      },
    };
    await run({ url }, { input: { bytes: Readable.from([]), terminal } });
    server.close();
    const control = (rows: number) => ({
      process_io: { control: { type: "TTY_INFO", tty_info: { window_size: { rows, columns: 70 } } } },
    });
    const eot = { process_io: { data: { data: Buffer.from("\u0004").toString("base64") } } };
    expect(records.slice(1)).toMatchObject([control(20), eot, control(21)]);
    expect(listening).toBe(false);
  });

  it("is given up where its input is refused", async () => {
    await using agent = await ScriptedMaster.start();
    agent.on("/api/v1", (response, { body }) => {
      if (Array.isArray(body)) response.writeHead(403).end();
      else response.flushHeaders();
    });
    await expect(run(agent)).rejects.toMatchObject({ code: "FORBIDDEN" });
  });

  it("is cut off with its connection", async () => {
    await using agent = await ScriptedMaster.start();
    agent.on("/api/v1", (response, { body }) => {
      if ((body as { type?: string }).type !== "LAUNCH_NESTED_CONTAINER_SESSION") return;
      response.flushHeaders();
      setImmediate(() => response.destroy());
    });
    await expect(run(agent)).rejects.toMatchObject({ code: "EXEC_CUT_OFF" });
  });

  it("is given up when an agent sends nothing for long, not even a heartbeat", async () => {
    await using agent = await ScriptedMaster.start();
    const clock = new FakeClock();
    agent.on("/api/v1", (response) => response.flushHeaders());
    const running = run(agent, { clock });
    running.catch(() => undefined);
    await clock.asleepFor(100_000);
    clock.advance(100_000);
    await expect(running).rejects.toMatchObject({ code: "EXEC_CUT_OFF" });
    await expect(running).rejects.toThrow("it has sent nothing for a long time");
  });

  it("is given up when an agent does not tell for long how it ended", async () => {
    await using agent = await ScriptedMaster.start();
    const clock = new FakeClock();
    agent.on("/api/v1", (response, { body }) => {
      if ((body as { type?: string }).type === "LAUNCH_NESTED_CONTAINER_SESSION") response.end(said("STDOUT", "a"));
    });
    const running = run(agent, { clock });
    const refused = expect(running).rejects.toMatchObject({ code: "EXEC_CUT_OFF" });
    await agent.call("WAIT_CONTAINER" as "SUBSCRIBE");
    const time = setInterval(() => clock.advance(100_000), 20);
    await refused;
    clearInterval(time);
  });

  it("may be read as slowly as one likes: that is no silence of the agent's", async () => {
    await using agent = await ScriptedMaster.start();
    const clock = new FakeClock();
    agentThat(agent, "nothing", 3 << 8);
    const output: string[] = [];
    const onOutput = async (_kind: string, bytes: Buffer) => {
      clock.advance(1_000_000);
      await new Promise((resolve) => setTimeout(resolve, 20));
      output.push(bytes.toString());
    };
    expect((await run(agent, { clock, onOutput })).status).toBe(3);
    expect(output).toEqual(["a\n", "b"]);
  });

  it("that is not answered in JSON has words about the agent", async () => {
    await using agent = await ScriptedMaster.start();
    agent.on("/api/v1", (response, { body }) => {
      if ((body as { type?: string }).type === "LAUNCH_NESTED_CONTAINER_SESSION") response.end(encodeRecord("<html>"));
    });
    await expect(run(agent)).rejects.toMatchObject({
      code: "EVENT_MALFORMED",
      hint: "Check that the address is that of a Mesos agent.",
    });
  });

  it("ends with the signal, whose reason comes out", async () => {
    await using agent = await ScriptedMaster.start();
    const leaving = new AbortController();
    agent.on("/api/v1", (response) => {
      response.flushHeaders();
      leaving.abort(new Error("enough"));
    });
    await expect(run(agent, { signal: leaving.signal })).rejects.toThrow("enough");
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
