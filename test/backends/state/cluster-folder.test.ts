import { chmodSync, existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import {
  claimApp,
  clusterFolder,
  clusterNames,
  emptyClusterFolder,
  frameworkFile,
  lockCluster,
} from "../../../src/backends/state/cluster-folder.ts";
import { describeStateError } from "../../../src/backends/state/state-errors.ts";

let root: string;
beforeEach(() => (root = mkdtempSync(join(tmpdir(), "mesos-up-folder-"))));
afterEach(() => rmSync(root, { recursive: true }));

describe("claimApp", () => {
  it("says how a scheduler that was left behind with the app is ended, which kill does not", async () => {
    const folder = clusterFolder(root, "demo");
    const claim = await claimApp(folder, "web");
    await expect(claimApp(folder, "web")).rejects.toMatchObject({
      code: "APP_BUSY",
      hint: expect.stringContaining(`kill ${process.pid}`) as string,
    });
    const record = frameworkFile(folder, "web").replace(/\.json$/, ".scheduler.json");
    writeFileSync(record, '{"foreground":true}');
    await expect(claimApp(folder, "web")).rejects.toMatchObject({
      hint: expect.stringContaining(`kill ${process.pid}`) as string,
    });
    writeFileSync(record, "{}");
    await expect(claimApp(folder, "web")).rejects.toMatchObject({
      hint: "End it with `mesos-up stop-app web`, then try again.",
    });
    claim.release();
  });
});

describe("lockCluster", () => {
  it("names the process that is at work on the cluster", async () => {
    const folder = clusterFolder(root, "demo");
    const claim = await lockCluster(folder, "demo");
    await expect(lockCluster(folder, "demo")).rejects.toMatchObject({
      code: "CLUSTER_BUSY",
      message: expect.stringContaining(`PID ${process.pid}`) as string,
    });
    claim.release();
  });

  it("leaves nothing behind, not even the folder of all clusters", async () => {
    (await lockCluster(clusterFolder(root, "demo"), "demo")).release();
    expect(readdirSync(root)).toEqual([]);
  });

  it("leaves the folders of other clusters", async () => {
    mkdirSync(clusterFolder(root, "other"), { recursive: true });
    (await lockCluster(clusterFolder(root, "demo"), "demo")).release();
    expect(clusterNames(root)).toEqual(["other"]);
  });

  it("says that a file stands where the folder belongs", async () => {
    writeFileSync(join(root, ".mesos-up"), "");
    await expect(lockCluster(clusterFolder(root, "demo"), "demo")).rejects.toMatchObject({
      code: "STATE_NOT_A_FOLDER",
    });
    rmSync(join(root, ".mesos-up"));
    mkdirSync(join(root, ".mesos-up"));
    writeFileSync(clusterFolder(root, "demo"), "");
    await expect(lockCluster(clusterFolder(root, "demo"), "demo")).rejects.toMatchObject({
      code: "STATE_NOT_A_FOLDER",
    });
  });
});

describe("emptyClusterFolder", () => {
  it("removes everything but the claim, whose release removes the folder", async () => {
    const folder = clusterFolder(root, "demo");
    const claim = await lockCluster(folder, "demo");
    mkdirSync(join(folder, "agent-1", "work"), { recursive: true });
    writeFileSync(join(folder, "agent-1", "work", "stdout"), "");
    chmodSync(join(folder, "agent-1", "work"), 0o555);
    emptyClusterFolder(folder, claim);
    expect(readdirSync(folder)).toHaveLength(1);
    claim.release();
    expect(existsSync(folder)).toBe(false);
  });
});

describe("describeStateError", () => {
  it.each([
    ["EACCES", "STATE_FORBIDDEN"],
    ["EROFS", "STATE_READ_ONLY"],
    ["ENOSPC", "STATE_FULL"],
    ["ENOTDIR", "STATE_NOT_A_FOLDER"],
    ["EIO", "STATE_FAILED"],
  ])("gives %s a sentence and a remedy", (code, expected) => {
    const error = describeStateError(Object.assign(new Error("raw text"), { code }), "/work/.mesos-up/demo");
    expect(error.code).toBe(expected);
    expect(error.message).toContain("/work/.mesos-up/demo");
    expect(error.hint).toMatch(/\.$/);
  });
});
