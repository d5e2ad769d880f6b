// The backend with stand-ins for ZooKeeper and Mesos: what happens when they do not come up, and what is left then.
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { createLocalBackend } from "../../../src/backends/local/local-backend.ts";
import type { LocalPrograms } from "../../../src/backends/local/local-programs.ts";
import { nodeCommand } from "../../../src/backends/local/node-command.ts";
import { endProcesses } from "../../../src/backends/local/processes/end-processes.ts";
import { findOwnedProcesses } from "../../../src/backends/local/processes/ownership.ts";
import { startNodes } from "../../../src/backends/local/start-nodes.ts";
import { clusterFolder } from "../../../src/backends/state/cluster-folder.ts";
import { writeClusterRecord } from "../../../src/backends/state/cluster-record.ts";
import { readProcessRecord } from "../../../src/backends/state/process-record.ts";
import { plan } from "../../../src/cluster/plan.ts";
import { defaultClusterSpec, type ClusterSpec } from "../../../src/cluster/spec.ts";
import type { ProgressEvent } from "../../../src/progress/events.ts";

const waits = "setInterval(() => {}, 1e6)";
const aMinuteMs = 60_000;

let root: string;
beforeEach(() => (root = mkdtempSync(join(tmpdir(), "mesos-up-local-"))));
afterEach(async () => {
  await endProcesses(() => ["demo", "other"].flatMap((name) => owned(name)), { graceMs: 0 });
  rmSync(root, { recursive: true, force: true });
});

describe("up", () => {
  it("fails at once when a process ends, shows its last words, and leaves nothing", async () => {
    const backend = backendWith({ master: "console.error('Failed to load unknown flag'); process.exitCode = 7" });
    await expect(backend.up(spec(), limits())).rejects.toMatchObject({
      code: "NODE_ENDED",
      message: "master-1 (mesos-master) ended with exit status 7 while the cluster was coming up.",
      logTail: expect.stringContaining("Failed to load unknown flag") as string,
    });
    expectNothingLeft();
  });

  it("says that a program cannot be started, and leaves nothing", async () => {
    const backend = backendWith({ agentFile: "/nowhere/mesos-agent" });
    await expect(backend.up(spec(), limits())).rejects.toMatchObject({ code: "COMMAND_FAILED" });
    expectNothingLeft();
  });

  it("names the step and shows the log of what was waited for when the time is up, and leaves nothing", async () => {
    const backend = backendWith({ zookeeper: `console.log('binding to port'); ${waits}` });
    // Long enough for a program to start, and to say something, also where the machine has much else to do.
    await expect(backend.up(spec(), limits({ timeoutMs: 4_000 }))).rejects.toMatchObject({
      code: "STEP_TIMEOUT",
      step: "zookeeper",
      message: expect.stringMatching(/ran out; last heard: .*127\.0\.0\.1:\d+/) as string,
      logTail: "binding to port",
    });
    expectNothingLeft();
  });

  it("takes everything back when it is interrupted", async () => {
    const interrupt = new AbortController();
    const onEvent = (event: ProgressEvent) => {
      if (event.type === "step-started" && event.step === "zookeeper") interrupt.abort(new Error("Ctrl-C"));
    };
    await expect(backendWith({}).up(spec(), limits({ signal: interrupt.signal, onEvent }))).rejects.toThrow("Ctrl-C");
    expectNothingLeft();
  });

  it("names who has a port that the cluster file fixes", async () => {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const { port } = server.address() as AddressInfo;
    const masters = { ...spec().masters, port };
    await expect(backendWith({}).up({ ...spec(), masters }, limits())).rejects.toMatchObject({ code: "PORT_TAKEN" });
    server.close();
    expectNothingLeft();
  });

  it("tries other ports by itself when one was taken after it had been chosen", async () => {
    const events: ProgressEvent[] = [];
    const backend = backendWith({ master: losesPort(1) });
    await expect(backend.up(spec(), limits({ onEvent: (event) => events.push(event) }))).rejects.toMatchObject({
      code: "NODE_ENDED",
      message: "master-1 (mesos-master) ended with exit status 7 while the cluster was coming up.",
    });
    const [first, second, ...more] = startedPorts();
    expect([Number(second) - Number(first) >= 200, more]).toEqual([true, []]);
    const notes = events.flatMap((event) => (event.type === "step-note" ? [event.message] : []));
    expect(notes.join()).toContain("another program took a port of master-1 meanwhile");
    expect(events.filter(({ type }) => type === "step-failed")).toHaveLength(1);
    rmSync(join(root, "ports"));
    expectNothingLeft();
  });

  it("gives up when ports are taken again and again", async () => {
    const backend = backendWith({ master: losesPort(99) });
    await expect(backend.up(spec(), limits())).rejects.toMatchObject({
      code: "PORT_TAKEN",
      message: "master-1 (mesos-master) ended with exit status 134 while the cluster was coming up.",
    });
    expect(new Set(startedPorts()).size).toBe(3);
    rmSync(join(root, "ports"));
    expectNothingLeft();
  });

  it("names who took a port that the cluster file fixes meanwhile", async () => {
    const server = createServer();
    const probe = createServer();
    await new Promise<void>((resolve) => probe.listen(0, "127.0.0.1", resolve));
    const { port } = probe.address() as AddressInfo;
    await new Promise((resolve) => probe.close(resolve));
    const onEvent = (event: ProgressEvent) => {
      if (event.type === "step-started" && event.step === "start") server.listen(port, "127.0.0.1");
    };
    const backend = backendWith({ master: losesPort(99) });
    const masters = { ...spec().masters, port };
    await expect(backend.up({ ...spec(), masters }, limits({ onEvent }))).rejects.toMatchObject({
      code: "PORT_TAKEN",
      message: expect.stringContaining(`wanted by master-1, is taken by PID ${process.pid}`) as string,
    });
    server.close();
    rmSync(join(root, "ports"));
    expectNothingLeft();
  });

  it("says that a file stands in the place of its folder", async () => {
    writeFileSync(join(root, ".mesos-up"), "");
    await expect(backendWith({}).up(spec(), limits())).rejects.toMatchObject({ code: "STATE_NOT_A_FOLDER" });
  });

  it("keeps a second run away from a cluster that is being worked on", async () => {
    const interrupt = new AbortController();
    const backend = backendWith({});
    const first = await running(backend, { signal: interrupt.signal });
    await expect(backend.up(spec(), limits())).rejects.toMatchObject({ code: "CLUSTER_BUSY" });
    await expect(backend.down("demo", limits())).rejects.toMatchObject({ code: "CLUSTER_BUSY" });
    interrupt.abort(new Error("enough"));
    await expect(first.result).rejects.toThrow("enough");
  });

  it("refuses to go on with a damaged state, and `down` clears it away with every process", async () => {
    await abandoned();
    writeFileSync(join(clusterFolder(root, "demo"), "cluster.json"), "{");
    await expect(backendWith({}).up(spec(), limits())).rejects.toMatchObject({ code: "STATE_DAMAGED" });
    const { removed } = await backendWith({}).down("demo", limits());
    expect(removed).toHaveLength(4);
    expectNothingLeft();
  });

  it("refuses another description of a running cluster and says what differs", async () => {
    await abandoned();
    const changed = spec();
    changed.agents[0]!.attributes = "rack:c3po";
    await expect(backendWith({}).up(changed, limits())).rejects.toMatchObject({
      code: "CLUSTER_CHANGED",
      message: "The cluster demo runs with another description: agent-1: --attributes.",
    });
  });

  it("starts only what is missing of a cluster, and leaves the rest when that fails", async () => {
    const before = await abandoned();
    const { pid } = readProcessRecord(clusterFolder(root, "demo"), "master-1")!.identity;
    process.kill(pid, "SIGKILL");
    await before.nodes.find(({ node }) => node.name === "master-1")!.exited;
    const backend = backendWith({ master: "process.exitCode = 1" });
    await expect(backend.up(spec(), limits())).rejects.toMatchObject({ code: "NODE_ENDED", step: "master-1" });
    const states = (await backend.status("demo"))!.nodes.map(({ name, state }) => [name, state]);
    expect(states).toEqual([
      ["zookeeper-1", "running"],
      ["master-1", "dead"],
      ["agent-1", "running"],
    ]);
  });

  it("removes the processes of a cluster whose folder somebody removed by hand", async () => {
    const before = await abandoned();
    rmSync(clusterFolder(root, "demo"), { recursive: true });
    const notes: string[] = [];
    const onEvent = (event: ProgressEvent) => {
      if (event.type === "step-note") notes.push(event.message);
    };
    const interrupt = new AbortController();
    const again = await running(backendWith({}), { signal: interrupt.signal, onEvent });
    expect(notes.join()).toContain(`PID ${before.pids[0]!}`);
    interrupt.abort(new Error("enough"));
    await expect(again.result).rejects.toThrow("enough");
    expectNothingLeft();
  });
});

describe("down", () => {
  it("removes what was made, says what that was, and the second time that there is nothing", async () => {
    const { pids } = await abandoned();
    const { removed } = await backendWith({}).down("demo", limits());
    expect(removed.slice(0, 3).sort()).toEqual(
      ["zookeeper-1", "master-1", "agent-1"].map((name, i) => `process ${name} (PID ${pids[i]!})`).sort(),
    );
    expect(removed[3]).toBe(`folder ${clusterFolder(root, "demo")}`);
    expectNothingLeft();
    const events: ProgressEvent[] = [];
    const again = await backendWith({}).down("demo", limits({ onEvent: (event) => events.push(event) }));
    expect(again.removed).toEqual([]);
    expect(events.at(-1)).toMatchObject({ type: "step-skipped", detail: "there is nothing of it" });
  });

  it("leaves other clusters alone", async () => {
    await abandoned();
    const other = await abandoned({}, { ...spec(), name: "other" });
    await backendWith({}).down("demo", limits());
    expect(
      owned("other")
        .map(({ pid }) => pid)
        .sort(),
    ).toEqual(other.pids.sort());
    expect(
      backendWith({})
        .list()
        .filter(({ folder }) => folder.startsWith(root)),
    ).toEqual([{ name: "other", folder: clusterFolder(root, "other") }]);
  });

  it("removes a folder that holds only a part of what belongs there", async () => {
    mkdirSync(join(clusterFolder(root, "demo"), "nodes", "agent-1"), { recursive: true });
    await backendWith({}).down("demo", limits());
    expectNothingLeft();
  });

  it("does not touch a process that got the process ID of a recorded one", async () => {
    await abandoned();
    const folder = clusterFolder(root, "demo");
    const file = join(folder, "processes", "agent-1.json");
    const record = JSON.parse(readFileSync(file, "utf8")) as { identity: { pid: number } };
    writeFileSync(file, JSON.stringify({ ...record, identity: { ...record.identity, pid: process.pid } }));
    const { removed } = await backendWith({}).down("demo", limits());
    expect(removed.join()).not.toContain(`(PID ${process.pid})`);
    expectNothingLeft();
  });
});

describe("logTail", () => {
  it("gives the end of a node's log, and names the nodes when asked for another", async () => {
    const backend = backendWith({});
    const { nodes } = await abandoned({ agent: "console.log('one\\ntwo\\nthree')" });
    await nodes.find(({ node }) => node.name === "agent-1")!.exited;
    expect(await backend.logTail("demo", "agent-1", 2)).toBe("two\nthree");
    await expect(backend.logTail("demo", "agent-9", 1)).rejects.toMatchObject({
      code: "NODE_UNKNOWN",
      hint: "Its nodes are zookeeper-1, master-1, agent-1.",
    });
    await expect(backend.logTail("none", "agent-1", 1)).rejects.toMatchObject({ code: "CLUSTER_UNKNOWN" });
  });
});

function spec(): ClusterSpec {
  return { ...defaultClusterSpec(), engine: "embedded" };
}

/** A backend whose programs are scripts for node; each waits for ever unless said otherwise. */
function backendWith(scripts: Scripts) {
  const findPrograms = () => Promise.resolve(programsOf(scripts));
  return createLocalBackend({ root, env: { PATH: process.env["PATH"] }, findPrograms });
}

/** A master that, so many times, finds somebody on its port, and then ends as 7. Notes each time which port it has. */
function losesPort(times: number): string {
  const notes = JSON.stringify(join(root, "ports"));
  return `
    const fs = require("node:fs");
    const port = process.argv.find((flag) => flag.startsWith("--port=")).slice("--port=".length);
    fs.appendFileSync(${notes}, port + "\\n");
    const taken = fs.readFileSync(${notes}, "utf8").split("\\n").length - 1 <= ${times};
    if (taken) console.error("Failed to bind: Address already in use");
    process.exitCode = taken ? 134 : 7;`;
}

/** The ports that losesPort was started with, one after the other. */
function startedPorts(): string[] {
  return readFileSync(join(root, "ports"), "utf8").trimEnd().split("\n");
}

interface Scripts {
  zookeeper?: string;
  master?: string;
  agent?: string;
  agentFile?: string;
}

function programsOf(scripts: Scripts): LocalPrograms {
  const program = (script = waits, file = process.execPath) => ({ file, args: ["-e", script, "--"], env: {} });
  return {
    engine: { kind: "embedded", master: program(scripts.master), agent: program(scripts.agent, scripts.agentFile) },
    zookeeper: () => program(scripts.zookeeper),
    containerProgram: undefined,
    imageStore: "/nowhere",
    programFolders: [],
  };
}

interface Limits {
  signal?: AbortSignal;
  timeoutMs?: number;
  onEvent?: (event: ProgressEvent) => void;
}

function limits({ signal = new AbortController().signal, timeoutMs = aMinuteMs, onEvent }: Limits = {}) {
  return { signal, timeoutMs, progress: { emit: (event: ProgressEvent) => onEvent?.(event) } };
}

/** Resolves once the processes of a cluster that is coming up were started. */
async function running(backend: ReturnType<typeof backendWith>, own: Limits = {}, wanted = spec()) {
  let started: () => void;
  const start = new Promise<void>((resolve) => (started = resolve));
  const onEvent = (event: ProgressEvent) => {
    own.onEvent?.(event);
    if (event.type === "step-started" && event.step === "zookeeper") started();
  };
  const result = backend.up(wanted, limits({ ...own, onEvent }));
  await Promise.race([start, result]);
  return { result };
}

/** A cluster as it is after its `up` was killed: recorded, its processes running, nobody at work on it. */
async function abandoned(scripts: Scripts = {}, wanted = spec()) {
  const folder = clusterFolder(root, wanted.name);
  mkdirSync(folder, { recursive: true });
  const placement = { stateDirectory: folder, slot: 9, containerProgram: undefined, imageStore: "/nowhere" };
  const owner = `token${wanted.name}`;
  const planned = plan(wanted, placement);
  const createdAt = "2026-01-01T00:00:00.000Z";
  writeClusterRecord(folder, { backend: "local", owner, createdAt, spec: wanted, placement, plan: planned });
  const context = { programs: programsOf(scripts), env: process.env, owner, folder };
  const nodes = await startNodes(planned.nodes, (node) => nodeCommand(node, context), folder);
  return { pids: nodes.map(({ pid }) => pid), nodes };
}

function owned(name: string) {
  return findOwnedProcesses({ owner: `token${name}`, folder: clusterFolder(root, name) });
}

function expectNothingLeft(): void {
  expect(owned("demo")).toEqual([]);
  expect(readdirSync(root)).toEqual([]);
}
