import { spawn } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { forgetUnused } from "../../../../src/backends/local/kit/forget.ts";

const DAY_MS = 24 * 3600 * 1000;

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "forget-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

function made(name: string, daysAgo: number): string {
  const path = join(folder, name);
  mkdirSync(path);
  writeFileSync(join(path, "file"), "");
  const at = new Date(Date.now() - daysAgo * DAY_MS);
  utimesSync(path, at, at);
  return path;
}

describe("what the cache forgets", () => {
  it("is what was made a month ago, and only that", async () => {
    const [old, young] = [made("old", 31), made("young", 29)];
    expect(await forgetUnused([old, young, join(folder, "absent")])).toEqual([old]);
    expect([old, young].map((path) => existsSync(path))).toEqual([false, true]);
  });

  it("is nothing that a process was started with", async () => {
    const [used, unused] = [made("used", 100), made("unused", 100)];
    const child = spawn("sleep", ["1000"], { argv0: join(used, "program") });
    try {
      expect(await forgetUnused([used, unused])).toEqual([unused]);
    } finally {
      child.kill();
    }
  });
});
