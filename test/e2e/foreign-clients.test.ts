// Frameworks made with libraries that nobody here wrote run on the embedded engine, whichever way they find its leader.
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { execa } from "execa";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startCluster, type Cluster } from "../../src/index.ts";
import { installPymesos, PythonMissingError } from "./foreign/install-pymesos.ts";

interface Told {
  event: "subscribed" | "offers" | "update" | "torn down" | "stored" | "error";
  frameworkId?: string;
  task?: string;
  state?: string;
  message?: string;
}

const program = (name: string): string => resolve("test/e2e/foreign", name);

let folder: string;
let cluster: Cluster;
/** host:port of the master that leads, and of one that does not. */
let leader: string;
let follower: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "foreign-"));
  cluster = await startCluster({ engine: "embedded", masters: { count: 3 } });
  const masters = cluster.masters.map((url) => new URL(url).host);
  const { leader: pid = "" } = await cluster.operator().masterState();
  leader = pid.slice(pid.indexOf("@") + 1);
  follower = masters.find((master) => master !== leader) ?? "";
  expect(masters).toContain(leader);
});
afterAll(async () => {
  await cluster.stop();
  await rm(folder, { recursive: true, force: true });
});

/** All that a framework was told from its start to its own end. */
async function run(command: string, ...args: string[]): Promise<Told[]> {
  const { stdout, stderr, failed, shortMessage } = await execa(command, args, {
    ...{ cwd: folder, reject: false, timeout: 90_000 },
  });
  if (failed) throw new Error(`${shortMessage}\n${stdout}\n${stderr}`);
  return stdout
    .split("\n")
    .filter((line) => line.startsWith("{"))
    .map((line) => JSON.parse(line) as Told);
}

const statesOf = (told: Told[], task: string): (string | undefined)[] =>
  told.filter((one) => one.event === "update" && one.task === task).map(({ state }) => state);

/** It was offered resources, saw two tasks finish and one killed, and is gone: in its own eyes and in the master's. */
async function expectWholeLife(told: Told[]): Promise<void> {
  expect(told.filter(({ event }) => event === "error")).toEqual([]);
  expect(told.slice(0, 2).map(({ event }) => event)).toEqual(["subscribed", "offers"]);
  for (const task of ["short-1", "short-2"])
    expect(statesOf(told, task)).toEqual(["TASK_STARTING", "TASK_RUNNING", "TASK_FINISHED"]);
  expect(statesOf(told, "long-1")).toEqual(["TASK_STARTING", "TASK_RUNNING", "TASK_KILLED"]);
  expect(told.map(({ event }) => event)).toContain("torn down");
  const answer = await fetch(`http://${leader}/frameworks?framework_id=${told[0]?.frameworkId ?? ""}`);
  const { frameworks, completed_frameworks: completed } = (await answer.json()) as Record<string, unknown[]>;
  expect([frameworks, completed]).toMatchObject([[], [{ name: "foreign" }]]);
}

describe("the npm package mesos-framework", () => {
  const start = (...args: string[]): Promise<Told[]> => run(process.execPath, program("mesos-framework.mjs"), ...args);

  it("lives its life on a master that leads", async () => {
    await expectWholeLife(await start(leader));
  });

  it("follows a master that does not lead to the leader, and keeps its framework ID in the cluster's ZooKeeper", async () => {
    const told = await start(follower, cluster.zookeeper);
    await expectWholeLife(told);
    expect(told.at(-1)).toEqual({ event: "stored", frameworkId: told[0]?.frameworkId });
  });
});

describe("pymesos from PyPI", () => {
  let python: string | undefined;

  beforeAll(async () => {
    try {
      python = await installPymesos(join(folder, "pymesos"));
    } catch (error) {
      // At home the machine may well have no Python; CI has to have one.
      if (!(error instanceof PythonMissingError) || process.env["CI"] !== undefined) throw error;
      process.stderr.write(`\npymesos is not tried here: ${error.message}\n`);
    }
  });

  it.for([
    ["a master that leads", () => leader],
    ["a master that does not lead, from which it is sent to the leader", () => follower],
    ["ZooKeeper, where it finds the leader", () => cluster.zkUrl],
  ] as const)("lives its life when it is given the address of %s", async ([, master], { skip }) => {
    if (python === undefined) return skip("there is no Python");
    await expectWholeLife(await run(python, program("pymesos-framework.py"), master()));
  });
});
