import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { afterEach, describe, expect, it } from "vitest";
import type { ExecutorAssignment } from "../../../src/engine/containerizer/assignment.ts";
import { ExecutorHosts } from "../../../src/engine/containerizer/executor-hosts.ts";
import { FakeClock } from "../support/fake-clock.ts";

/** Tells the process number 4711 for every assignment, ends each executor whose container is named so, and dies on demand. */
const PROGRAM = `
require("node:readline").createInterface({ input: process.stdin }).on("line", (line) => {
  const { containerId } = JSON.parse(line);
  const tell = (report) => console.log(JSON.stringify({ containerId, ...report }));
  if (containerId === "fails") return tell({ code: 1, signal: null });
  tell({ pid: 4711 });
  if (containerId === "ends") tell({ code: 0, signal: null });
  if (containerId === "breaks") process.kill(process.pid, "SIGKILL");
});
`;

const programs: ChildProcess[] = [];
const pool = {
  take: () => {
    const child = spawn(process.execPath, ["-e", PROGRAM], { stdio: ["pipe", "pipe", "inherit"] });
    programs.push(child);
    return Promise.resolve(child);
  },
};
afterEach(() => {
  for (const child of programs.splice(0)) child.kill("SIGKILL");
});

const assigned = (containerId: string): ExecutorAssignment => ({ containerId }) as ExecutorAssignment;

describe("executors that share a program", () => {
  it("are started in the one that is there, up to its limit", async () => {
    const hosts = new ExecutorHosts({ pool, clock: new FakeClock(), limit: 2 });
    const started = await Promise.all(["a", "b", "c"].map((id) => hosts.start(assigned(id))));
    expect(started.map(({ pid }) => pid)).toEqual([4711, 4711, 4711]);
    expect(programs).toHaveLength(2);
  });

  it("end one by one", async () => {
    const hosts = new ExecutorHosts({ pool, clock: new FakeClock(), limit: 2 });
    const { exited } = await hosts.start(assigned("ends"));
    expect(await exited).toMatchObject({ code: 0, signal: null });
  });

  it("end all together with their program, and the next one gets another", async () => {
    const hosts = new ExecutorHosts({ pool, clock: new FakeClock(), limit: 9 });
    const lives = await hosts.start(assigned("lives"));
    const breaks = await hosts.start(assigned("breaks"));
    expect(await breaks.exited).toEqual({ code: null, signal: "SIGKILL" });
    expect(await lives.exited).toEqual({ code: null, signal: "SIGKILL" });
    await hosts.start(assigned("next"));
    expect(programs).toHaveLength(2);
  });

  it("are not there when their process could not be started", async () => {
    const hosts = new ExecutorHosts({ pool, clock: new FakeClock(), limit: 9 });
    await expect(hosts.start(assigned("fails"))).rejects.toThrow("Failed to fork executor");
    expect((await hosts.start(assigned("works"))).pid).toBe(4711);
  });

  it("leave a program that ends when there has been nothing to do for long", async () => {
    const clock = new FakeClock();
    const hosts = new ExecutorHosts({ pool, clock, limit: 9 });
    await (
      await hosts.start(assigned("ends"))
    ).exited;
    await clock.advance(20_000);
    await (
      await hosts.start(assigned("ends"))
    ).exited;
    await clock.advance(20_000);
    expect(programs).toHaveLength(1);
    await clock.advance(20_000);
    const [program] = programs;
    if (program?.exitCode === null) await once(program, "exit");
    await hosts.start(assigned("again"));
    expect(programs).toHaveLength(2);
  });
});
