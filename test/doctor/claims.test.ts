import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { tryClaim } from "../../src/backends/state/claim.ts";
import { identify } from "../../src/backends/state/process-identity.ts";
import { claimFacts } from "../../src/doctor/gather/claims.ts";

let root: string;
let folder: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "claims-"));
  folder = join(root, "demo");
  mkdirSync(join(folder, "frameworks"), { recursive: true });
});
afterEach(() => rmSync(root, { recursive: true }));

it("finds locks of the cluster, its apps and its demo, and knows who has them", () => {
  tryClaim(folder, "lock");
  tryClaim(join(folder, "frameworks"), "nginx");
  tryClaim(root, "demo-demo");
  tryClaim(root, "demo-other");
  const found = claimFacts(folder);
  expect(found.map(({ state }) => state)).toEqual(["at work", "at work", "at work"]);
  expect(found.every(({ pid, holder }) => pid === process.pid && holder.startsWith(`PID ${process.pid} (`))).toBe(true);
});

it("tells those of processes that have ended, and that are stopped", async () => {
  const child = spawn("sleep", ["1000"]);
  try {
    child.kill("SIGSTOP");
    const { pid, startTicks, bootId } = identify(child.pid ?? 0) ?? { pid: 0, startTicks: 0, bootId: "" };
    writeFileSync(join(folder, `lock.${pid}-${startTicks}-${bootId}.aa.lock`), "");
    writeFileSync(join(folder, `lock.${pid}-${startTicks + 1}-${bootId}.bb.lock`), "");
    await expect.poll(() => claimFacts(folder).map(({ state }) => state)).toEqual(["stopped", "ended"]);
  } finally {
    child.kill("SIGKILL");
    await once(child, "exit");
  }
});

it("finds none in a folder that is not there", () => {
  expect(claimFacts(join(root, "nobody", "demo"))).toEqual([]);
});
