import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it } from "vitest";
import { traces } from "../../../src/backends/local/traces.ts";
import { environmentShown } from "../../environment-shown.ts";

it("finds the process and the folder that a cluster has left, and nothing once they are gone", async () => {
  const folder = mkdtempSync(join(tmpdir(), "traces-"));
  const look = traces(folder, {});
  const child = spawn("sleep", ["300"], { env: { ...process.env, UP_MESOS_STATE: folder } });
  await environmentShown(child, "UP_MESOS_STATE");
  expect((await look()).found).toEqual([`process ${child.pid}`, `folder ${folder}`]);
  child.kill("SIGKILL");
  await once(child, "exit");
  rmSync(folder, { recursive: true });
  const { lookedFor, found } = await look();
  expect(found).toEqual([]);
  expect(lookedFor).toEqual(["processes", "mounts", "cgroups", "containers", "network devices", "files"]);
});
