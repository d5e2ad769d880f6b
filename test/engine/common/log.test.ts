import { mkdtempSync, readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { createLog, type LogOptions } from "../../../src/engine/common/log.ts";

const logTo = (lines: string[], more: Partial<LogOptions> = {}) =>
  createLog(
    {
      ...{ program: "mesos-master", level: "INFO", pid: 8827, hostname: "host", user: "me" },
      stderr: (line) => lines.push(line),
      now: () => new Date(2026, 10, 21, 5, 57, 11, 4),
      ...more,
    },
    "master.cpp",
  );

describe("the log", () => {
  it("writes glog's lines", () => {
    const lines: string[] = [];
    const log = logTo(lines);
    log.info("Elected as the leading master!");
    log.named("registrar.cpp").warning("late");
    expect(lines).toEqual([
      "I20261121 05:57:11.004000  8827 master.cpp:1] Elected as the leading master!\n",
      "W20261121 05:57:11.004000  8827 registrar.cpp:1] late\n",
    ]);
  });

  it("leaves out what is below its level", () => {
    const lines: string[] = [];
    logTo(lines, { level: "ERROR" }).warning("late");
    expect(lines).toEqual([]);
  });

  it("keeps a file per level, each with what is worse too, behind links of fixed names", () => {
    const directory = join(mkdtempSync(join(tmpdir(), "log-")), "logs");
    const log = logTo([], { directory });
    log.info("one");
    log.error("two");
    expect(readFileSync(join(directory, "mesos-master.INFO"), "utf8")).toMatch(/one\n.*two\n$/);
    expect(readFileSync(join(directory, "mesos-master.ERROR"), "utf8")).toMatch(/^E.*two\n$/);
  });

  it("writes the lines of one turn together, and what is worse than information at once", () => {
    const written: string[] = [];
    const flushes: (() => void)[] = [];
    const log = logTo(written, { defer: (flush) => flushes.push(flush) });
    log.info("one");
    log.info("two");
    expect(written).toEqual([]);
    for (const flush of flushes.splice(0)) flush();
    expect(written).toEqual([expect.stringMatching(/one\n.*two\n$/) as string]);
    log.info("three");
    log.error("four");
    expect(written[1]).toMatch(/three\n.*four\n$/);
    for (const flush of flushes) flush();
    expect(written).toHaveLength(2);
  });
});
