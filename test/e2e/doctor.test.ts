// The doctor as a command: its exit status, what it mends, and what it leaves alone. The faults it knows: test/faults.
import { existsSync } from "node:fs";
import { cp, mkdir, mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import { homedir, tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Diagnosis } from "../../src/doctor/finding.ts";
import type { Repair } from "../../src/doctor/fix.ts";
import type { UpOutput } from "./support/json.ts";
import { isAlive } from "./support/signals.ts";
import { until } from "./support/until.ts";
import { Workplace } from "./support/workplace.ts";

let place: Workplace;
let cluster: UpOutput;
let cache: string;
beforeAll(async () => {
  cache = await ownCache();
  place = await Workplace.create({ env: { XDG_CACHE_HOME: cache } });
  cluster = (await place.json<UpOutput>("up", "--containers", "runc")).output;
});
afterAll(async () => {
  await place.remove();
  await rm(cache, { recursive: true });
});

/** The user's cache with images of its own, which are removed here without being removed from anybody else's clusters. */
async function ownCache(): Promise<string> {
  const theirs = join(process.env["XDG_CACHE_HOME"] ?? join(homedir(), ".cache"), "mesos-up");
  const folder = await mkdtemp(join(tmpdir(), "mesos-up-cache-"));
  const own = join(folder, "mesos-up");
  await mkdir(own);
  for (const name of ["kits", "class-archives", "resolved"]) {
    await mkdir(join(theirs, name), { recursive: true });
    await symlink(join(theirs, name), join(own, name));
  }
  const images = join(theirs, "images");
  if (existsSync(images)) await cp(images, join(own, "images"), { recursive: true, verbatimSymlinks: true });
  return folder;
}

async function doctor(...args: string[]) {
  const { exitCode, output } = await place.json<Diagnosis & { repairs?: Repair[] }>("doctor", ...args);
  const { id, subject } = output.rootCause ?? {};
  return { exitCode, level: output.level, id, subject, repairs: output.repairs, findings: output.findings };
}

async function signal(node: string, name: NodeJS.Signals): Promise<void> {
  const pid = (await place.pids())[node];
  if (pid === undefined) throw new Error(`${node} does not run.`);
  process.kill(pid, name);
  if (name === "SIGKILL") await until(`${node} has ended`, () => !isAlive(pid));
}

const well = { exitCode: 0, level: "ok", id: undefined };

describe("a cluster that is well", () => {
  it("gives no finding, time and again", async () => {
    for (let time = 0; time < 3; time++) {
      const { findings, ...rest } = await doctor();
      expect(findings.filter(({ level }) => level !== "ok")).toEqual([]);
      expect(rest).toMatchObject(well);
    }
  });

  it("is looked at by its address alone, with nothing to be run on it", async () => {
    for (const address of [cluster.zkUrl, ...cluster.masters]) {
      expect(await doctor("--master", address)).toMatchObject(well);
    }
    expect((await place.run("doctor", "--fix", "--master", cluster.zkUrl)).stderr).toContain("only looked at");
  });
});

describe("a fault", () => {
  it("is named and mended: an agent was killed", async () => {
    const [subject, id] = ["agent-1", "AG001"];
    await signal(subject, "SIGKILL");
    expect(await doctor()).toMatchObject({ exitCode: 3, level: "failed", id, subject });
    const fixed = await doctor("--fix");
    expect(fixed.repairs).toMatchObject([{ finding: id, outcome: "helped" }]);
    expect(fixed).toMatchObject(well);
  });

  it("is named and mended: an app's image is gone, and a run that was killed has left its lock", async () => {
    expect(await place.run("run", "nginx", "--detach")).toMatchObject({ exitCode: 0 });
    await rm(join(cache, "mesos-up", "images", "unpacked"), { recursive: true });
    await writeFile(place.state("lock.2-1-00000000.stale.lock"), "");
    expect(await doctor()).toMatchObject({ exitCode: 3, id: "TK006", subject: "nginx" });
    const fixed = await doctor("--fix");
    expect(fixed.repairs).toMatchObject([
      { finding: "LO002", outcome: "helped" },
      { finding: "TK006", outcome: "helped" },
    ]);
    expect(fixed).toMatchObject(well);
    expect(await place.run("stop-app", "nginx")).toMatchObject({ exitCode: 0 });
  });

  it("is seen from outside too: an agent that is gone from a cluster named by its address", async () => {
    expect((await place.run("stop", "agent-1")).exitCode).toBe(0);
    expect(await doctor()).toMatchObject({ id: "AG001", subject: "agent-1" });
    expect(await doctor("--master", cluster.zkUrl)).toMatchObject({ exitCode: 3, id: "AG002" });
    expect((await place.run("start", "agent-1")).exitCode).toBe(0);
    expect(await doctor("--fix")).toMatchObject(well);
  });
});

describe("components", () => {
  it("are restarted one after the other, whoever leads last, and only those", async () => {
    const before = await place.pids();
    expect((await place.json("restart", "agent-1", "master-1")).output).toMatchObject({
      restarted: ["agent-1", "master-1"],
    });
    const after = await place.pids();
    expect(after["zookeeper-1"]).toBe(before["zookeeper-1"]);
    expect(after["master-1"]).not.toBe(before["master-1"]);
    expect(after["agent-1"]).not.toBe(before["agent-1"]);
    expect(await doctor("--fix")).toMatchObject(well);
  });

  it("that there are none of are refused", async () => {
    const { exitCode, stderr } = await place.run("restart", "agent-9");
    expect(exitCode).toBe(1);
    expect(stderr).toContain("Its nodes are zookeeper-1, master-1, agent-1.");
    expect((await place.run("restart", "agent-1", "--name", "nobody")).stderr).toContain("There is no cluster nobody");
  });
});
