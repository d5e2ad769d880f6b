import { spawn } from "node:child_process";
import { once } from "node:events";
import { describe, expect, it } from "vitest";
import {
  commandLineWords,
  identify,
  identifySelf,
  isAlive,
  parseStat,
} from "../../../src/backends/state/process-identity.ts";

describe("identify", () => {
  it("tells a living process from one that is gone", async () => {
    const child = spawn(process.execPath, ["-e", "process.stdin.resume()"], { stdio: ["pipe", "ignore", "ignore"] });
    const identity = identify(child.pid!);
    expect(identity).toMatchObject({ pid: child.pid });
    expect(isAlive(identity!)).toBe(true);
    child.stdin.end();
    await once(child, "exit");
    expect(isAlive(identity!)).toBe(false);
    expect(identify(child.pid!)).toBeUndefined();
  });

  it("does not take a process that started at another time, or under another boot, for the same", () => {
    const self = identifySelf();
    expect(isAlive(self)).toBe(true);
    expect(isAlive({ ...self, startTicks: self.startTicks + 1 })).toBe(false);
    expect(isAlive({ ...self, bootId: "deadbeef" })).toBe(false);
  });
});

describe("parseStat", () => {
  it("reads the fields behind a name with brackets and spaces in it", () => {
    const rest = Array.from({ length: 50 }, (_, index) => String(index + 5));
    expect(parseStat(`42 (a) S 7 (b c) ) R 7 ${rest.join(" ")}`)).toEqual({
      state: "R",
      parentPid: 7,
      threads: 20,
      startTicks: 22,
    });
  });
});

describe("commandLineWords", () => {
  it("gives this process's own words, and none for a process that is gone", () => {
    expect(commandLineWords(process.pid).length).toBeGreaterThan(0);
    expect(commandLineWords(999_999_999)).toEqual([]);
  });
});
