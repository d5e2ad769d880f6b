// The catalogue of faults on a cluster of processes: one after the other on one cluster with an app, each made for real, named as
// the root cause, put right, and all is well again.
import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { execaSync } from "execa";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { readProcessRecord, writeProcessRecord } from "../../src/backends/state/process-record.ts";
import type { Repair } from "../../src/doctor/fix.ts";
import { Workplace } from "../e2e/support/workplace.ts";
import { lookAt, play, untilWell, type Fault } from "./fault.ts";
import { forge } from "./forged.ts";
import { TestedCluster, work } from "./own-cluster.ts";
import { printTable, type Row } from "./table.ts";

const isRoot = process.getuid?.() === 0;
const rows: Row[] = [];

let place: Workplace;
let cluster: TestedCluster;
beforeAll(async () => {
  place = await Workplace.create();
  if (isRoot) execaSync("mount", ["-t", "tmpfs", "-o", "size=4g", "tmpfs", place.folder]);
  expect(await place.run("up", "--containers", "runc")).toMatchObject({ exitCode: 0 });
  expect(await place.run("run", "nginx", "--detach")).toMatchObject({ exitCode: 0 });
  cluster = await TestedCluster.of(place);
  await untilWell(cluster.own);
});
afterAll(async () => {
  printTable("Faults of a cluster of processes", rows);
  await place.run("down");
  if (isRoot) execaSync("umount", ["--lazy", place.folder]);
  await place.remove();
});

async function plays(fault: Fault): Promise<void> {
  rows.push(await play(fault, cluster.own));
}

/** HEALTHY_RUNS=100 looks as often as the catalogue asks for. */
const runs = Number(process.env["HEALTHY_RUNS"] ?? 10);

describe("a cluster that is well", () => {
  it(`gives no finding, ${runs} times`, async () => {
    for (let run = 0; run < runs; run++) {
      const [{ findings }] = await lookAt(cluster.own);
      expect(findings.filter(({ level }) => level !== "ok")).toEqual([]);
    }
  });
});

const nodes = [
  ["zookeeper-1", "ZK001"],
  ["master-1", "MS001"],
  ["agent-1", "AG001"],
] as const;

describe("a part", () => {
  it.each(nodes)("was killed: %s", async (node, id) => {
    await plays({ name: `${node} killed`, inject: () => cluster.kill(node), id, subject: node, cure: "fix" });
  });

  it.each(nodes)("is stopped by a signal: %s", async (node, id) => {
    const inject = () => cluster.suspend(node);
    await plays({
      name: `${node} stopped (SIGSTOP)`,
      inject,
      id,
      subject: node,
      says: /stopped by a signal/,
      cure: "fix",
    });
  });

  it("is not the only one: a master and an agent were killed", async () => {
    const inject = () => cluster.kill("master-1", "agent-1");
    await plays({ name: "master and agent killed", inject, id: "MS001", subject: "master-1", cure: "fix" });
  });
});

describe("what is written down", () => {
  it("names a process ID that somebody else has by now", async () => {
    await plays({
      name: "stale process record, its number another's",
      id: "AG001",
      subject: "agent-1",
      inject: async () => {
        const record = readProcessRecord(cluster.folder, "agent-1");
        await cluster.kill("agent-1");
        if (record)
          writeProcessRecord(cluster.folder, { ...record, identity: { ...record.identity, pid: process.pid } });
      },
      cure: "fix",
    });
  });

  it("is gone by half: nobody knows which processes run", async () => {
    await plays({
      name: "state folder half deleted",
      id: "ZK001",
      says: /runs as PID/,
      inject: () => rmSync(join(cluster.folder, "processes"), { recursive: true }),
      cure: "fix",
    });
  });

  it("cannot be read", async () => {
    const file = join(cluster.folder, "cluster.json");
    const content = readFileSync(file, "utf8");
    await plays({
      name: "cluster.json cut short",
      id: "MC006",
      inject: () => writeFileSync(file, content.slice(0, 300)),
      hand: () => writeFileSync(file, content),
      cure: "by hand",
    });
  });
});

describe("a folder", () => {
  it("may not be written to", async () => {
    const { work: folder } = cluster.node("master-1").directories;
    await plays({
      name: "work_dir not writable",
      id: "MC007",
      subject: "master-1",
      inject: () => {
        if (!isRoot) execaSync("chmod", ["555", folder]);
        else {
          execaSync("mount", ["--bind", folder, folder]);
          execaSync("mount", ["-o", "remount,bind,ro", folder]);
        }
      },
      hand: () => {
        if (isRoot) execaSync("umount", ["--lazy", folder]);
        else execaSync("chmod", ["755", folder]);
      },
      cure: "by hand",
    });
  });

  it("is gone: logs", async () => {
    const { log } = cluster.node("master-1").directories;
    await plays({
      name: "log folder removed",
      id: "MC007",
      subject: "master-1",
      inject: () => rmSync(log, { recursive: true }),
      cure: "fix",
    });
  });

  it.runIf(isRoot)("has no room left", async () => {
    const resize = (size: string) => void execaSync("mount", ["-o", `remount,size=${size}`, place.folder]);
    await plays({
      name: "disk full (tmpfs)",
      id: "MC003",
      inject: () => {
        const used = Number(execaSync("df", ["--output=used", place.folder]).stdout.split("\n").at(-1));
        resize(`${used + 4}k`);
      },
      hand: () => resize("4g"),
      cure: "by hand",
    });
  });

  it("of a task is gone", async () => {
    await plays({
      name: "sandbox removed",
      id: "AG006",
      subject: "agent-1",
      inject: async () => {
        const [, { sandboxes }] = await lookAt(cluster.own);
        for (const { path } of sandboxes) renameSync(path, `${path}-gone`);
      },
      cure: "fix --yes",
      loses: 1,
    });
  });
});

describe("a port", () => {
  it("is taken by another program", async () => {
    const { port, address } = cluster.node("agent-1");
    const listen = `require("net").createServer().listen(${port}, "${address}", () => console.log("listens"))`;
    let stranger: ChildProcess;
    await plays({
      name: "port taken by another program",
      id: "AG001",
      subject: "agent-1",
      says: /its port \d+ is taken by PID/,
      inject: async () => {
        await cluster.kill("agent-1");
        stranger = spawn(process.execPath, ["-e", listen], { stdio: ["ignore", "pipe", "inherit"] });
        await once(stranger.stdout!, "data");
      },
      hand: async () => {
        stranger.kill("SIGKILL");
        await once(stranger, "exit");
      },
      cure: "fix",
    });
  });

  it("is taken by another cluster", async () => {
    const { port } = cluster.node("agent-1");
    const two = { ...cluster.own.spec, name: "two" };
    const agents = two.agents.map((agent) => ({ ...agent, port }));
    await plays({
      name: "two clusters with overlapping ports",
      id: "AG001",
      subject: "agent-1",
      says: /of the cluster in .*two/,
      inject: async () => {
        await cluster.kill("agent-1");
        await cluster.own.backend.up({ ...two, agents }, work);
      },
      hand: async () => {
        await cluster.own.backend.down("two", work);
      },
      cure: "fix",
      // Its executor may come back to the other cluster's agent at the same address, which does not know it.
      loses: 1,
      isLossSure: false,
    });
  });
});

describe("an agent", () => {
  it("uses another path in ZooKeeper", async () => {
    await plays({
      name: "agent with a wrong ZooKeeper path",
      id: "AG003",
      subject: "agent-1",
      inject: () => cluster.restartWith("agent-1", (arg) => arg.replace(/^(--master=.*)\/mesos$/, "$1/elsewhere")),
      cure: "fix",
    });
  });

  it("is of another version than its master, as it is shown", async () => {
    const agent = cluster.node("agent-1");
    await using forged = await forge(`http://${agent.address}:${agent.port}`, {
      change: (path, json) => (path === "/state" ? { ...json, version: "1.4.0" } : json),
    });
    await plays({
      name: "agent of another version (simulated)",
      id: "AG005",
      subject: "agent-1",
      inject: () => undefined,
      shown: (target) => ({ ...target, agents: [{ name: "agent-1", url: forged.url }] }),
      cure: "by hand",
    });
  });

  it("has another time, as it is shown", async () => {
    const agent = cluster.node("agent-1");
    await using forged = await forge(`http://${agent.address}:${agent.port}`, {
      date: new Date(Date.now() + 3_600_000),
    });
    await plays({
      name: "clock skew (simulated)",
      id: "MC005",
      subject: "agent-1",
      inject: () => undefined,
      shown: (target) => ({ ...target, agents: [{ name: "agent-1", url: forged.url }] }),
      cure: "by hand",
    });
  });
});

describe("what runs containers", () => {
  const withDocker: Fault["shown"] = (target) => ({
    ...target,
    plan: target.plan && { ...target.plan, containerProgram: "docker" },
  });

  it("is a Docker daemon that is down", async () => {
    await plays({
      name: "Docker daemon down",
      id: "MC004",
      inject: () => undefined,
      shown: withDocker,
      env: { ...process.env, DOCKER_HOST: `unix://${place.path("nobody-listens.sock")}` },
      cure: "by hand",
    });
  });

  it("may not be used", async () => {
    const programs = place.path("programs");
    mkdirSync(programs);
    const said = "permission denied while trying to connect to the Docker daemon socket at unix:///var/run/docker.sock";
    writeFileSync(join(programs, "docker"), `#!/bin/sh\necho '${said}' >&2\nexit 1\n`, { mode: 0o755 });
    await plays({
      name: "Docker's socket not permitted (simulated)",
      id: "MC004",
      says: /permission denied/,
      inject: () => undefined,
      shown: withDocker,
      env: { ...process.env, PATH: `${programs}:${process.env["PATH"] ?? ""}` },
      cure: "by hand",
    });
  });
});

it("mends a record that cannot be read by a rebuild, where that is allowed", async () => {
  writeFileSync(join(cluster.folder, "cluster.json"), "{");
  const refused = await place.json<{ repairs: Repair[] }>("doctor", "--fix");
  expect(refused).toMatchObject({ exitCode: 3, output: { repairs: [{ finding: "MC006", outcome: "refused" }] } });
  const fixed = await place.json<{ repairs: Repair[] }>("doctor", "--fix", "--yes");
  expect(fixed).toMatchObject({ exitCode: 0, output: { repairs: [{ finding: "MC006", outcome: "helped" }] } });
});
