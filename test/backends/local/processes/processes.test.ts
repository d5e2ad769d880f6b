import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { endProcesses } from "../../../../src/backends/local/processes/end-processes.ts";
import { tailOf } from "../../../../src/backends/local/processes/log-file.ts";
import { findOwnedProcesses, ownerEnvironment } from "../../../../src/backends/local/processes/ownership.ts";
import { spawnNode } from "../../../../src/backends/local/processes/spawn-node.ts";
import { clusterFolderOf, identify, isAlive } from "../../../../src/backends/state/process-identity.ts";
import { isRunning, readProcessRecord, type ProcessRecord } from "../../../../src/backends/state/process-record.ts";
import type { PlanNode } from "../../../../src/cluster/plan-types.ts";

let folder: string;
let started: ChildProcess[];
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "mesos-up-processes-"));
  started = [];
});
afterEach(() => {
  for (const child of started) child.kill("SIGKILL");
  rmSync(folder, { recursive: true });
});

describe("findOwnedProcesses", () => {
  it("finds by the token, by the folder and by the sandbox that a real agent tells its executors", async () => {
    const marked = await Promise.all([
      run("wait", { UP_MESOS_OWNER: "token" }),
      run("wait", { UP_MESOS_STATE: folder }),
      run("wait", { MESOS_SANDBOX: `${folder}/agent-1/work/slaves/S0` }),
      run("wait", { MESOS_DIRECTORY: `${folder}/agent-1/work/slaves/S0` }),
    ]);
    await Promise.all([
      run("wait", { UP_MESOS_OWNER: "token2" }),
      run("wait", { UP_MESOS_STATE: `${folder}-other` }),
      run("wait", { MESOS_SANDBOX: `${folder}-other/work` }),
      run("wait", {}),
    ]);
    expect(owned("token")).toEqual(pids(marked));
    expect(owned(undefined)).toEqual(pids(marked.slice(1)));
  });

  it("finds descendants that dropped the mark", async () => {
    const parent = await run("parent", ownerEnvironment("token", folder));
    const all = owned("token");
    // What nobody would end with this test.
    for (const pid of all) if (pid !== parent.pid) process.kill(pid, "SIGKILL");
    expect(all).toHaveLength(2);
    expect(all).toContain(parent.pid);
  });

  it("tells which cluster a process belongs to", async () => {
    expect(clusterFolderOf((await run("wait", ownerEnvironment("token", folder))).pid!)).toBe(folder);
    expect(clusterFolderOf((await run("wait", {})).pid!)).toBeUndefined();
  });
});

describe("isRunning", () => {
  const recorded = (child: ChildProcess): ProcessRecord => ({
    node: "master-1",
    program: "mesos-master",
    identity: identify(child.pid!)!,
    command: ["/usr/local/bin/mesos-master.sh"],
    logFile: "",
    startedAt: "",
  });

  it("knows a process that a script became by its mark, and takes no other for it", async () => {
    const [ours, stranger] = [await run("wait", ownerEnvironment("token", folder)), await run("wait", {})];
    expect(isRunning(recorded(ours), folder)).toBe(true);
    expect(isRunning(recorded(ours), `${folder}-other`)).toBe(false);
    expect(isRunning(recorded(stranger), folder)).toBe(false);
    expect(isRunning({ ...recorded(stranger), command: stranger.spawnargs }, folder)).toBe(true);
  });
});

describe("endProcesses", () => {
  it("ends all that is found, kills what does not listen, and leaves strangers alone", async () => {
    const stranger = await run("wait", {});
    const ours = [await run("wait", ownerEnvironment("t", folder)), await run("deaf", ownerEnvironment("t", folder))];
    const ended = await endProcesses(() => findOwnedProcesses({ owner: "t", folder }), { graceMs: 100 });
    expect(ended.map(({ pid }) => pid).sort()).toEqual(pids(ours).sort());
    expect(ours.map((child) => identify(child.pid!))).toEqual([undefined, undefined]);
    expect(identify(stranger.pid!)).toBeDefined();
  });

  it("lets one that was stopped by a signal end as it is asked to, instead of being killed", async () => {
    const stopped = await run("wait", ownerEnvironment("t", folder));
    const ended = once(stopped, "exit");
    stopped.kill("SIGSTOP");
    const hours = 3_600_000;
    await endProcesses(() => findOwnedProcesses({ owner: "t", folder }), { graceMs: hours });
    expect(await ended).toEqual([null, "SIGTERM"]);
  });

  it("does nothing where nothing is found", async () => {
    expect(await endProcesses(() => [])).toEqual([]);
  });
});

describe("spawnNode", () => {
  const command = (script: string) => ({ file: process.execPath, args: ["-e", script], env: {} });

  it("writes the node's files, sends its output to its log and tells how it ended", async () => {
    const script = "console.log('out'); console.error('err'); process.exitCode = 3";
    const { exited, logFile } = await spawnNode(node(), command(script), folder);
    expect(await exited).toEqual({ exitCode: 3, signal: null });
    expect(readFileSync(logFile, "utf8").split("\n").sort()).toEqual(["", "err", "out"]);
    expect(readFileSync(join(folder, "master-1", "conf", "zoo.cfg"), "utf8")).toBe("dataDir=/tmp\n");
  });

  it("writes down which process it is, in a group of its own", async () => {
    const { pid, exited } = await spawnNode(node(), command("setInterval(() => {}, 1e6)"), folder);
    const record = readProcessRecord(folder, "master-1");
    expect(record).toMatchObject({
      node: "master-1",
      identity: { pid },
      command: [process.execPath, "-e", expect.anything()],
    });
    expect(isAlive(record!.identity)).toBe(true);
    process.kill(-pid, "SIGKILL");
    expect(await exited).toEqual({ exitCode: null, signal: "SIGKILL" });
  });

  it("says that a program cannot be started", async () => {
    await expect(spawnNode(node(), { file: "/nowhere/java", args: [], env: {} }, folder)).rejects.toMatchObject({
      code: "COMMAND_FAILED",
      message: expect.stringContaining("/nowhere/java cannot be started") as string,
    });
  });
});

describe("tailOf", () => {
  it("gives the last lines, and nothing for a file that is not there", async () => {
    const { exited, logFile } = await spawnNode(
      node(),
      { file: process.execPath, args: ["-e", "for (let i = 1; i <= 9; i++) console.log(i)"], env: {} },
      folder,
    );
    await exited;
    expect(tailOf(logFile, 3)).toBe("7\n8\n9");
    expect(tailOf(join(folder, "none"), 3)).toBe("");
  });
});

function node(): PlanNode {
  const home = join(folder, "master-1");
  return {
    name: "master-1",
    kind: "master",
    address: "127.0.0.1",
    port: 1,
    otherPorts: [],
    directories: { work: join(home, "work"), log: join(home, "log"), others: [join(home, "run")] },
    files: [{ path: join(home, "conf", "zoo.cfg"), content: "dataDir=/tmp\n" }],
    program: "mesos-master",
    args: [],
  };
}

const scripts = {
  wait: "setInterval(() => {}, 1e6)",
  deaf: "process.on('SIGTERM', () => {}); setInterval(() => {}, 1e6)",
  parent: "require('node:child_process').spawn('sleep', ['1000'], { env: {} }); setInterval(() => {}, 1e6)",
};

/** A process of its own that runs until it is ended; resolves once its script has run. */
async function run(script: keyof typeof scripts, env: Record<string, string>): Promise<ChildProcess> {
  const child = spawn(process.execPath, ["-e", `${scripts[script]}; console.log('ready')`], {
    env: { PATH: "/usr/bin:/bin", ...env },
    stdio: ["ignore", "pipe", "inherit"],
  });
  started.push(child);
  await once(child.stdout, "data");
  return child;
}

function owned(owner: string | undefined): number[] {
  return findOwnedProcesses({ owner, folder }).map(({ pid }) => pid);
}

function pids(children: ChildProcess[]): number[] {
  return children.map(({ pid }) => pid!).sort((a, b) => a - b);
}
