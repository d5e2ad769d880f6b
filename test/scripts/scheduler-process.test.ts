import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { runSchedulerProcess, superviseScheduler, writingOf } from "../../scripts/scheduler-process.ts";
import { recordFile } from "../../scripts/schedulers.ts";
import { writeAtomically } from "../../src/backends/state/write-atomically.ts";

const [node = "", program = ""] = process.argv;

let folder: string;
beforeEach(() => (folder = mkdtempSync(join(tmpdir(), "supervisor-"))));
afterEach(() => {
  process.argv = [node, program];
  rmSync(folder, { recursive: true });
});

/** In place of a scheduler's process: notes that it was started, does what is said with its record, and fails. */
function schedulerThat(does: string): string {
  const file = join(folder, "scheduler.cjs");
  writeFileSync(
    file,
    `const { appendFileSync, readFileSync, renameSync, rmSync, writeFileSync } = require("node:fs");
     const record = process.argv[3];
     appendFileSync(record + ".starts", "x");
     const starts = readFileSync(record + ".starts", "utf8").length;
     ${does}
     process.exitCode = 1;`,
  );
  return file;
}

it.each([
  ["is removed", `if (starts === 2) rmSync(record);`],
  [
    "is written anew, as by another supervisor's beginning",
    `if (starts === 2) { writeFileSync(record + ".new", readFileSync(record)); renameSync(record + ".new", record); }`,
  ],
])("a scheduler that fails is started again until its record %s", async (_, does) => {
  const record = join(folder, "web.scheduler.json");
  writeFileSync(record, "{}");
  process.argv = [node, schedulerThat(`${does} if (starts > 5) rmSync(record);`)];
  await superviseScheduler(record);
  expect(readFileSync(`${record}.starts`, "utf8")).toBe("xx");
});

it("a scheduler's process gives up if the record was written anew while others had its app", async () => {
  const record = recordFile(folder, "web");
  const write = () => writeAtomically(record, JSON.stringify({ app: "web", stateDirectory: folder, master: "none" }));
  mkdirSync(dirname(record));
  write();
  const writing = writingOf(record) ?? "";
  write();
  await runSchedulerProcess(record, writing);
  expect(readdirSync(dirname(record))).toEqual(["web.scheduler.json"]);
});
