// A cluster's life: brought up twice, mended, interrupted, killed half-way, taken down from whatever state; alone and with others.
import { spawn, type ChildProcess } from "node:child_process";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { chmod, readFile, rm, writeFile } from "node:fs/promises";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import type { DemoReport } from "../../src/report/report.ts";
import { DEFAULT_NGINX_IMAGE } from "../../src/scheduler/nginx-app.ts";
import { dockerAnswers } from "./support/docker.ts";
import type { DownOutput, Failure, StatusOutput, UpOutput } from "./support/json.ts";
import { mayMakeNamespaces, ordinaryUser, type OrdinaryUser } from "./support/ordinary-user.ts";
import { holdUp, isAlive, pidOf } from "./support/signals.ts";
import { until } from "./support/until.ts";
import { Workplace } from "./support/workplace.ts";

const runtimes = ["runc", ...(dockerAnswers ? ["docker"] : [])];

let place: Workplace;
let strangers: ChildProcess[];
beforeEach(async () => {
  place = await Workplace.create();
  strangers = [];
});
afterEach(async () => {
  for (const stranger of strangers) stranger.kill("SIGKILL");
  await place.remove();
});

/** Resolves when down has removed everything, and all of it at once. */
async function expectDownLeavesNothing(): Promise<string[]> {
  const { exitCode, output } = await place.json<DownOutput>("down");
  expect(output).toMatchObject({ ok: true });
  expect(exitCode).toBe(0);
  expect(place.leftovers()).toEqual([]);
  return output.removed;
}

async function expectAllRuns(...args: string[]): Promise<void> {
  const { output } = await place.json<StatusOutput>("status", ...args);
  expect(output.nodes.map(({ state }) => state)).toEqual(["running", "running", "running"]);
  expect(output.leader?.agents.map(({ active }) => active)).toEqual([true]);
}

async function end(pid: number): Promise<void> {
  process.kill(pid, "SIGKILL");
  await until(`process ${pid} has ended`, () => !isAlive(pid));
}

describe("up", () => {
  it("does nothing the second time", async () => {
    const first = await place.json<UpOutput>("up", "--containers", "runc");
    expect(first.output.started).toEqual(["zookeeper-1", "master-1", "agent-1"]);
    const pids = await place.pids();
    expect(Object.keys(pids)).toEqual(["zookeeper-1", "master-1", "agent-1"]);
    const second = await place.json<UpOutput>("up", "--containers", "runc");
    expect(second.exitCode).toBe(0);
    expect(second.output).toEqual({ ...first.output, started: [] });
    expect(await place.pids()).toEqual(pids);
    await expectAllRuns();
    expect((await expectDownLeavesNothing()).length).toBeGreaterThan(3);
  });

  it.each(["agent-1", "master-1"])("after the death of %s starts that part alone", async (node) => {
    await place.run("up", "--containers", "runc");
    const before = await place.pids();
    await end(before[node]!);
    const seen = (await place.json<StatusOutput>("status")).output;
    expect(seen.ok).toBe(false);
    expect(seen.nodes.filter(({ state }) => state === "dead").map(({ name }) => name)).toEqual([node]);
    const { exitCode, output, stderr } = await place.json<UpOutput>("up");
    expect(stderr).not.toContain("Error");
    expect(exitCode).toBe(0);
    expect(output.started).toEqual([node]);
    const after = await place.pids();
    expect(after[node]).not.toBe(before[node]);
    expect({ ...after, [node]: 0 }).toEqual({ ...before, [node]: 0 });
    await expectAllRuns();
    await expectDownLeavesNothing();
  });

  it("after the death of ZooKeeper starts it, and a master only if that has ended without it", async () => {
    await place.run("up", "--containers", "runc");
    const before = await place.pids();
    await end(before["zookeeper-1"]!);
    const { exitCode, output } = await place.json<UpOutput>("up");
    expect(exitCode).toBe(0);
    const masterEnded = !isAlive(before["master-1"]!);
    expect(output.started).toEqual(["zookeeper-1", ...(masterEnded ? ["master-1"] : [])]);
    expect((await place.pids())["agent-1"]).toBe(before["agent-1"]);
    await expectAllRuns();
    // Without ZooKeeper for as long as its session lasts, a master ends, as Mesos's own does.
    const { "zookeeper-1": zookeeper, "master-1": master } = await place.pids();
    await end(zookeeper!);
    await until("the master has ended", () => !isAlive(master!));
    expect((await place.json<UpOutput>("up")).output.started).toEqual(["zookeeper-1", "master-1"]);
    await expectAllRuns();
    await expectDownLeavesNothing();
  });

  it("mends also what dies while it mends", async () => {
    await place.run("up", "--containers", "runc");
    const before = await place.pids();
    await end(before["master-1"]!);
    const cli = place.launch("up", "--json");
    // The new master cannot lead before ZooKeeper answers, so there is time for another death.
    process.kill(before["zookeeper-1"]!, "SIGSTOP");
    await cli.said("✓ Processes are started · master-1");
    await end(before["agent-1"]!);
    process.kill(before["zookeeper-1"]!, "SIGCONT");
    const { exitCode, stdout } = await cli.end();
    expect(exitCode).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ started: ["master-1", "agent-1"] });
    await expectAllRuns();
    await expectDownLeavesNothing();
  });

  it("refuses another description of a cluster that runs, and takes one that adds an agent", async () => {
    await place.run("up", "--containers", "runc");
    const before = await place.pids();
    await place.write("other.yaml", "agents: [{ attributes: { rack: c3po } }]");
    const refused = await place.json<Failure>("up", "--cluster", "other.yaml");
    expect(refused.exitCode).toBe(1);
    expect(refused.output.error).toMatchObject({ code: "CLUSTER_CHANGED" });
    expect(refused.output.error.message).toContain("agent-1: --attributes");
    await place.write("more.yaml", "agents: 2");
    const more = await place.json<UpOutput>("up", "--cluster", "more.yaml");
    expect(more.output.started).toEqual(["agent-2"]);
    expect(await place.pids()).toMatchObject(before);
    await expectDownLeavesNothing();
  });

  it("of which two run at once starts everything once", async () => {
    const both = await Promise.all([1, 2].map(() => place.json<UpOutput | Failure>("up", "--containers", "runc")));
    const starts = both.flatMap(({ output }) => (output.ok && output.started.length > 0 ? [output.started] : []));
    expect(starts).toEqual([["zookeeper-1", "master-1", "agent-1"]]);
    for (const { exitCode, output } of both.filter(({ exitCode }) => exitCode !== 0)) {
      expect(exitCode).toBe(1);
      expect(output).toMatchObject({ error: { code: "CLUSTER_BUSY" } });
    }
    await expectAllRuns();
    await expectDownLeavesNothing();
  });

  it("removes first what runs of a cluster whose folder was removed by hand", async () => {
    await place.run("up", "--containers", "runc");
    const before = Object.values(await place.pids());
    await rm(place.path(".mesos-up"), { recursive: true });
    const { exitCode, output } = await place.json<UpOutput>("up", "--containers", "runc");
    expect(exitCode).toBe(0);
    expect(output.started).toHaveLength(3);
    expect(before.filter(isAlive)).toEqual([]);
    await expectDownLeavesNothing();
  });
});

describe("down", () => {
  it("says that there is nothing, where there is nothing", async () => {
    for (let time = 1; time <= 2; time++) {
      const { exitCode, output } = await place.json<DownOutput>("down");
      expect(exitCode).toBe(0);
      expect(output).toEqual({ ok: true, name: "demo", removed: [] });
    }
    expect(readdirSync(place.folder)).toEqual([]);
  });

  it("may be called twice", async () => {
    await place.run("up", "--containers", "runc");
    expect((await expectDownLeavesNothing()).some((thing) => thing.startsWith("process zookeeper-1"))).toBe(true);
    expect(await expectDownLeavesNothing()).toEqual([]);
  });

  it.each([
    ["Programs and ports are chosen", undefined],
    ["Processes are started", "zookeeper-1"],
    ["ZooKeeper answers", "master-1"],
    ["A master leads and accepts frameworks", "agent-1"],
  ])('removes everything after kill -9 of up when "%s"', async (step, next) => {
    const cli = place.launch("up", "--containers", "runc");
    const [held] = await Promise.all([next && holdUp(place, next), cli.said(`✓ ${step}`)]);
    cli.killHard();
    expect((await cli.end()).signal).toBe("SIGKILL");
    if (held) process.kill(held, "SIGCONT");
    await expectDownLeavesNothing();
  });

  it("removes everything after kill -9 of up in the middle of starting processes", async () => {
    const cli = place.launch("up", "--containers", "runc");
    await pidOf(place, "zookeeper-1");
    cli.killHard();
    await cli.end();
    await expectDownLeavesNothing();
  });

  it.each(runtimes)("removes nginx under %s after kill -9 of the demo that launched it", async (runtime) => {
    const cli = place.launch("demo", "--containers", runtime);
    await cli.said("✓ nginx is launched");
    cli.killHard();
    await cli.end();
    await expectDownLeavesNothing();
  });

  it.each(runtimes)("removes everything after kill -9 of every part, with nginx under %s", async (runtime) => {
    await place.run("demo", "--containers", runtime, "--keep");
    for (const pid of Object.values(await place.pids())) process.kill(pid, "SIGKILL");
    await expectDownLeavesNothing();
  });

  it.each([
    ...runtimes.map((runtime) => ({ runtime, what: "missing", act: (file: string) => rm(file) })),
    { runtime: "runc", what: "cut off", act: (file: string) => writeFile(file, '{"version":1,"owner":"ab') },
    { runtime: "runc", what: "of another version", act: (file: string) => writeFile(file, '{"version":99}') },
  ])("removes everything, nginx under $runtime too, when cluster.json is $what", async ({ runtime, act }) => {
    const file = await place.ownPorts("32010-32019");
    const { report } = await place.demo("--containers", runtime, "--cluster", file, "--keep");
    expect((await fetch(report.check!.url)).status).toBe(200);
    await act(place.state("cluster.json"));
    await expectDownLeavesNothing();
    await expect(fetch(report.check!.url)).rejects.toThrow();
  });

  it.each(runtimes)("removes everything, nginx under %s too, when the whole folder is gone", async (runtime) => {
    await place.run("demo", "--containers", runtime, "--keep");
    await rm(place.path(".mesos-up"), { recursive: true });
    await expectDownLeavesNothing();
  });

  it("is what other commands ask for when cluster.json is damaged", async () => {
    await place.run("up", "--containers", "runc");
    await writeFile(place.state("cluster.json"), "damaged");
    for (const command of ["up", "status", "demo"]) {
      const { exitCode, output } = await place.json<Failure>(command);
      expect(exitCode).toBe(1);
      expect(output.error).toMatchObject({ code: "STATE_DAMAGED" });
      expect(output.error.hint).toContain("mesos-up down");
    }
    await expectDownLeavesNothing();
  });

  /** A process of the test's own, with the words given on its command line. */
  function stranger(...words: string[]): number {
    const child = spawn(process.execPath, ["-e", "setInterval(() => {}, 1000)", ...words], {
      cwd: place.folder,
      stdio: "ignore",
    });
    strangers.push(child);
    return child.pid!;
  }

  it("leaves a process alone whose command line looks like one of the cluster's", async () => {
    await place.run("up", "--containers", "runc");
    const command = readFileSync(`/proc/${(await place.pids())["agent-1"]}/cmdline`, "utf8")
      .split("\0")
      .slice(1, -1);
    const pid = stranger(...command);
    await until("the stranger runs", () => readFileSync(`/proc/${pid}/cmdline`, "utf8").includes("mesos-agent"));
    expect((await place.run("down")).exitCode).toBe(0);
    expect(isAlive(pid)).toBe(true);
    // It works in the folder, so it is the one thing that is found there.
    expect(place.leftovers()).toEqual([expect.stringContaining(`process ${pid} `)]);
  });

  it.each([
    ["process ID", false],
    ["process ID and start", true],
  ])("leaves a process alone that has the %s of a recorded one", async (_, withStart) => {
    await place.run("up", "--containers", "runc");
    const { "agent-1": agent, ...others } = await place.pids();
    await end(agent!);
    const pid = stranger();
    const file = place.state("processes", "agent-1.json");
    const record = JSON.parse(await readFile(file, "utf8")) as { identity: { pid: number; startTicks: number } };
    record.identity.pid = pid;
    if (withStart) {
      const stat = readFileSync(`/proc/${pid}/stat`, "latin1");
      record.identity.startTicks = Number(stat.slice(stat.lastIndexOf(")") + 2).split(" ")[19]);
    }
    await writeFile(file, JSON.stringify(record));
    expect(await place.pids()).toEqual(others);
    expect((await place.json<UpOutput>("up")).output.started).toEqual(["agent-1"]);
    expect(isAlive(pid)).toBe(true);
    await writeFile(file, JSON.stringify(record));
    expect((await place.run("down")).exitCode).toBe(0);
    expect(isAlive(pid)).toBe(true);
    expect(place.leftovers()).toEqual([expect.stringContaining(`process ${pid} `)]);
  });

  it("waits its turn while up is at work, and names it", async () => {
    const cli = place.launch("up", "--containers", "runc");
    process.kill(await pidOf(place, "zookeeper-1"), "SIGSTOP");
    const { exitCode, output } = await place.json<Failure>("down");
    expect(exitCode).toBe(1);
    expect(output.error.code).toBe("CLUSTER_BUSY");
    expect(output.error.message).toContain(`PID ${cli.pid}`);
    cli.pressCtrlC();
    expect((await cli.end()).exitCode).toBe(130);
    expect(place.leftovers()).toEqual([]);
  });
});

describe("Ctrl-C", () => {
  it.each([
    "Programs and ports are chosen",
    "Processes are started",
    "ZooKeeper answers",
    "Agents are active",
    "nginx is launched on an accepted offer",
    "nginx answers over HTTP",
    "nginx is killed",
  ])('in the demo at "%s" removes everything and ends with 130', async (step) => {
    const cli = place.launch("demo", "--containers", "runc");
    await cli.said(`✓ ${step}`);
    cli.pressCtrlC();
    const { exitCode, stderr } = await cli.end();
    expect(stderr).toContain("Ended by Ctrl-C");
    expect(exitCode).toBe(130);
    expect(place.leftovers()).toEqual([]);
  });

  it.each(runtimes)("ends a demo with --keep under %s without keeping anything", async (runtime) => {
    const cli = place.launch("demo", "--containers", runtime, "--keep");
    await cli.said("✓ nginx is launched");
    cli.pressCtrlC();
    const { exitCode } = await cli.end();
    expect(exitCode).toBe(130);
    expect(place.leftovers()).toEqual([]);
  });

  it("pressed twice does not cut the cleaning up short", async () => {
    const cli = place.launch("demo", "--containers", "runc");
    await cli.said("✓ nginx is launched");
    cli.pressCtrlC();
    cli.pressCtrlC();
    expect((await cli.end()).exitCode).toBe(130);
    expect(place.leftovers()).toEqual([]);
  });

  it("in up removes what was begun, and in a second up leaves the cluster", async () => {
    const first = place.launch("up", "--containers", "runc");
    await first.said("✓ Processes are started");
    first.pressCtrlC();
    expect((await first.end()).exitCode).toBe(130);
    expect(place.leftovers()).toEqual([]);
    await place.run("up", "--containers", "runc");
    const pids = await place.pids();
    process.kill(pids["zookeeper-1"]!, "SIGSTOP");
    const second = place.launch("up");
    await second.said("– Missing parts are found");
    second.pressCtrlC();
    expect((await second.end()).exitCode).toBe(130);
    process.kill(pids["zookeeper-1"]!, "SIGCONT");
    expect(await place.pids()).toEqual(pids);
    await expectDownLeavesNothing();
  });

  it.each([
    ["SIGTERM", 143],
    ["SIGHUP", 129],
  ] as const)("is not the only way: %s ends the demo with %i", async (signal, status) => {
    const cli = place.launch("demo", "--containers", "runc");
    await cli.said("✓ Processes are started");
    process.kill(cli.pid, signal);
    expect((await cli.end()).exitCode).toBe(status);
    expect(place.leftovers()).toEqual([]);
  });
});

describe("clusters side by side", () => {
  it("of different names run at once, each with ports of its own", async () => {
    const names = ["one", "two"];
    const ups = await Promise.all(
      names.map((name) => place.json<UpOutput>("up", "--containers", "runc", "--name", name)),
    );
    expect(ups.map(({ exitCode }) => exitCode)).toEqual([0, 0]);
    expect(new Set(ups.flatMap(({ output }) => [output.zkUrl, ...output.masters])).size).toBe(4);
    const runs = await Promise.all(names.map((name) => place.run("run", "nginx", "--detach", "--name", name)));
    expect(runs.map(({ exitCode }) => exitCode)).toEqual([0, 0]);
    expect((await place.run("down", "--name", "one")).exitCode).toBe(0);
    await expectAllRuns("--name", "two");
    expect((await fetch(/http:\/\/[\d.:]+\//.exec(runs[1]!.stdout)![0])).status).toBe(200);
    expect((await place.run("down", "--name", "two")).exitCode).toBe(0);
    expect(place.leftovers()).toEqual([]);
  });

  it("are the work of two demos at once of different names", async () => {
    const demos = await Promise.all(["one", "two"].map((name) => place.demo("--containers", "runc", "--name", name)));
    for (const { exitCode, report } of demos) {
      expect(report).toMatchObject({ ok: true, check: { status: 200 } });
      expect(exitCode).toBe(0);
    }
    expect(new Set(demos.map(({ report }) => report.check!.url)).size).toBe(2);
    expect(place.leftovers()).toEqual([]);
  });

  it("of the same name cannot be: of two demos one waits its turn, and the other is not disturbed", async () => {
    const first = place.launch("demo", "--containers", "runc", "--json");
    // At its most delicate: the cluster runs, and nobody has locked it.
    await first.said("✓ Agents are active");
    // A demo may be over before another has begun.
    process.kill(first.pid, "SIGSTOP");
    const second = await place.json<Failure>("demo", "--containers", "runc");
    process.kill(first.pid, "SIGCONT");
    expect(second.exitCode).toBe(1);
    expect(second.output.error.code).toBe("CLUSTER_BUSY");
    expect(second.output.error.message).toContain(`PID ${first.pid}`);
    const { exitCode, stdout } = await first.end();
    expect(JSON.parse(stdout)).toMatchObject({ ok: true, check: { status: 200 } });
    expect(exitCode).toBe(0);
    expect(place.leftovers()).toEqual([]);
  });

  it("of the same name, started at the same instant, end in one that works", async () => {
    const demos = await Promise.all([1, 2, 3].map(() => place.demo("--containers", "runc")));
    expect(demos.some(({ report }) => report.ok)).toBe(true);
    for (const { report, exitCode } of demos) {
      expect(exitCode).toBe(report.ok ? 0 : 1);
      if (!report.ok) expect(report.error?.code).toBe("CLUSTER_BUSY");
    }
    expect(place.leftovers()).toEqual([]);
  });
});

describe("demo --keep", () => {
  it.each(runtimes)("leaves a cluster with nginx under %s, which the next demo launches anew", async (runtime) => {
    const kept = await place.demo("--containers", runtime, "--keep");
    expect(kept.report).toMatchObject({ ok: true, kept: true });
    const { output: before } = await place.json<StatusOutput>("status");
    expect(before.ok).toBe(true);
    const [framework] = before.leader!.frameworks;
    expect(before.leader!.frameworks).toHaveLength(1);
    expect(framework).toMatchObject({ id: kept.report.framework!.id, tasks: [{ state: "TASK_RUNNING" }] });
    const pids = await place.pids();
    const again = await place.demo("--containers", runtime, "--keep");
    expect(again.report).toMatchObject({ ok: true, kept: true });
    expect(again.report.task?.id).not.toBe(kept.report.task?.id);
    const { output: after } = await place.json<StatusOutput>("status");
    expect(after.leader!.frameworks).toMatchObject([{ tasks: [{ id: again.report.task?.id, state: "TASK_RUNNING" }] }]);
    expect(await place.pids()).toEqual(pids);
    const last = await place.demo("--containers", runtime);
    expect(last.report).toMatchObject({ ok: true, kept: true });
    expect(await place.pids()).toEqual(pids);
    expect((await place.json<StatusOutput>("status")).output.leader!.frameworks).toEqual([]);
    await expectDownLeavesNothing();
  });
});

describe("an ordinary user", () => {
  if (!mayMakeNamespaces()) {
    console.warn("Ordinary users may not make user namespaces here: runc is not tested as one.");
    return;
  }
  let user: OrdinaryUser;
  beforeAll(() => {
    user = ordinaryUser();
  });
  afterAll(() => {
    user.remove();
  });
  beforeEach(async () => {
    await place.remove();
    place = await Workplace.create(user.options);
  });

  it("runs the demo from an empty cache on, without rights and without leaving anything", async () => {
    const { report, exitCode, stderr } = await place.demo("--containers", "runc");
    expect(stderr).not.toContain("Error");
    expect(report).toMatchObject({
      ok: true,
      task: { runtime: "runc", image: DEFAULT_NGINX_IMAGE },
      check: { status: 200, server: expect.stringMatching(/^nginx\//) as string },
    } satisfies Partial<Record<keyof DemoReport, unknown>>);
    expect(exitCode).toBe(0);
    expect(place.leftovers()).toEqual([]);
  });

  it("interrupts a demo that way too, and takes down what a killed one has left", async () => {
    const interrupted = place.launch("demo", "--containers", "runc");
    await interrupted.said("✓ nginx is launched");
    interrupted.pressCtrlC();
    expect((await interrupted.end()).exitCode).toBe(130);
    expect(place.leftovers()).toEqual([]);
    const killed = place.launch("demo", "--containers", "runc");
    await killed.said("✓ nginx is launched");
    process.kill(-killed.pid, "SIGKILL");
    await killed.end();
    await expectDownLeavesNothing();
  });

  it("is told that a folder is somebody else's", async () => {
    await chmod(place.folder, 0o555);
    const { exitCode, output } = await place.json<Failure>("demo", "--containers", "runc");
    await chmod(place.folder, 0o777);
    expect(exitCode).toBe(1);
    expect(output.error).toMatchObject({ code: "STATE_FORBIDDEN" });
    expect(output.error.hint).toMatch(/folder of your own/);
    expect(existsSync(place.path(".mesos-up"))).toBe(false);
  });
});
