// Whoever is attached to commands in containers, with real processes; what agents answer about them is held to recordings
// (test/e2e/conformance.test.ts).
import { existsSync, mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { silentLog } from "../../../src/engine/common/log.ts";
import type { ContainerNote } from "../../../src/engine/containerizer/container-note.ts";
import type { ProcessIo } from "../../../src/engine/sessions/process-io.ts";
import type { OutputReader, Session } from "../../../src/engine/sessions/session.ts";
import { Sessions } from "../../../src/engine/sessions/sessions.ts";
import type { CommandInfo, ContainerInfo } from "../../../src/mesos/types.ts";
import { FakeClock } from "../support/fake-clock.ts";

const TERMINAL = { type: "MESOS" as const, tty_info: {} };

let sandbox: string;
let note: ContainerNote;
let clock: FakeClock;
let sessions: Sessions;
beforeEach(() => {
  sandbox = mkdtempSync(join(tmpdir(), "sessions-"));
  clock = new FakeClock();
  note = {
    ...{ containerId: "task", frameworkId: "f", executorId: "e", sandbox, runtime: { kind: "posix" } },
  };
  sessions = new Sessions({
    ...{ clock, log: silentLog, env: process.env, runtimeDir: sandbox },
    noteOf: (containerId) => (containerId === "task" ? note : undefined),
    runtimes: { prepare: () => Promise.resolve({ kind: "posix" }) },
  });
});
afterEach(() => sessions.close());

let launched = 0;

async function launch(value: string, container?: ContainerInfo): Promise<Session> {
  const id = { value: `session-${launched++}`, parent: { value: "task" } };
  const command: CommandInfo = { value };
  const session = await sessions.launch(id, { command, container });
  if (session === undefined) throw new Error("no session");
  return session;
}

/** Takes all there is, or as long as `room` says so. */
class Reader implements OutputReader {
  text = "";
  ended = false;
  heartbeats = 0;
  drained: () => void = () => {};
  room = true;

  send({ type, data }: ProcessIo, drained: () => void): boolean {
    if (type === "CONTROL") this.heartbeats++;
    this.text += Buffer.from(data?.data ?? "", "base64").toString("utf8");
    this.drained = drained;
    return this.room;
  }

  end(): void {
    this.ended = true;
  }
}

function read(session: Session): Reader {
  const reader = new Reader();
  session.attach(reader);
  return reader;
}

describe("a command in a container", () => {
  it("keeps what it writes for the first who is attached, and loses nothing of it", async () => {
    const session = await launch("seq 1 100000");
    const reader = read(session);
    expect(await session.ended).toBe(0);
    expect(reader.text).toBe(Array.from({ length: 100_000 }, (_, index) => `${index + 1}\n`).join(""));
    expect(reader.ended).toBe(true);
  });

  it("waits for whoever reads slowly, and ends when that one has gone", async () => {
    const session = await launch("seq 1 100000");
    const slow = new Reader();
    slow.room = false;
    const detach = session.attach(slow);
    await expect.poll(() => slow.text).not.toBe("");
    const quick = read(session);
    expect(quick.text).toBe("");
    slow.drained();
    await expect.poll(() => quick.text).not.toBe("");
    detach();
    expect(await session.ended).toBe(0);
    expect(quick.text.endsWith("\n100000\n")).toBe(true);
  });

  it("sends a heartbeat every 30 seconds to all who are attached, until its end", async () => {
    const session = await launch("read x");
    const readers = [read(session), read(session)];
    await clock.advance(29_999);
    expect(readers.map(({ heartbeats }) => heartbeats)).toEqual([0, 0]);
    await clock.advance(60_001);
    expect(readers.map(({ heartbeats }) => heartbeats)).toEqual([3, 3]);
    session.endInput();
    await session.ended;
    await clock.advance(60_000);
    expect(readers.map(({ heartbeats }) => heartbeats)).toEqual([3, 3]);
  });

  it("ends with all that it has started, also where that would hold its output open", async () => {
    const session = await launch("sleep 1000 & setsid sleep 1000 & echo $! begun; read x");
    const reader = read(session);
    await expect.poll(() => reader.text).toMatch(/begun\n$/);
    const apart = Number(reader.text.split(" ")[0]);
    session.endInput();
    expect(await session.ended).toBe(1 << 8);
    if (existsSync(`/proc/${apart}`)) process.kill(apart, "SIGKILL");
  });

  it.each(["containerGone", "close"] as const)("ends with the container: %s", async (how) => {
    const session = await launch("exec sleep 1000");
    const reader = read(session);
    if (how === "close") sessions.close();
    else sessions.containerGone("task");
    expect(await session.ended).toBe(9);
    expect(reader.ended).toBe(true);
  });

  it("is refused where the container goes while its user is looked up", async () => {
    const notes = new Map([["task", note]]);
    let find: () => void = () => {};
    const found = new Promise<void>((resolve) => (find = resolve));
    const here = new Sessions({
      ...{ clock, log: silentLog, env: process.env, runtimeDir: sandbox },
      noteOf: (containerId) => notes.get(containerId),
      runtimes: { prepare: () => found.then(() => ({ kind: "posix" })) },
    });
    const id = { value: "late", parent: { value: "task" } };
    const launching = here.launch(id, { command: { value: "sleep 1000", user: "root" }, container: undefined });
    notes.clear();
    here.containerGone("task");
    find();
    const refused = expect(launching).rejects.toThrow("Root container task not found");
    await launching.catch(() => undefined);
    expect(here.find(id)).toBeUndefined();
    here.close();
    await refused;
  });

  it("hears signals, and nothing of those that come too late", async () => {
    const session = await launch("trap 'echo heard; exit 4' TERM; echo ready; while :; do sleep 0.01; done");
    const reader = read(session);
    await expect.poll(() => reader.text).toBe("ready\n");
    session.kill(15);
    expect(await session.ended).toBe(4 << 8);
    session.kill(9);
    expect(reader.text).toBe("ready\nheard\n");
  });
});

describe("a command on a terminal", () => {
  it("has words with quotes and spaces as they were given", async () => {
    const id = { value: "quoted", parent: { value: "task" } };
    const words = ["sh", "-c", 'printf "%s|" "$@"', "sh", "it's", 'a "b"  c', "$HOME", "\\", ""];
    const command = { shell: false, value: "sh", arguments: words };
    const session = await sessions.launch(id, { command, container: TERMINAL });
    const reader = read(session!);
    await session!.ended;
    expect(reader.text).toBe('it\'s|a "b"  c|$HOME|\\||');
  });

  it("has the size that it is given, before what is typed next", async () => {
    const session = await launch("read x; stty size; test -t 0; exit $?", TERMINAL);
    const reader = read(session);
    await session.resize({ rows: 20, columns: 70 });
    await session.write(Buffer.from("\n"));
    expect(await session.ended).toBe(0);
    expect(reader.text).toContain("20 70\r\n");
    await session.resize({ rows: 1, columns: 1 });
  });

  it("is told of a signal that ends it", async () => {
    const session = await launch("kill -TERM $$", TERMINAL);
    read(session);
    expect(await session.ended).toBe(15);
  });
});
