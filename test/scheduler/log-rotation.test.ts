import { appendFileSync, existsSync, mkdtempSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { beforeEach, expect, it } from "vitest";
import { limited, logFiles } from "../../src/scheduler/log-rotation.ts";

const limits = { limitBytes: 20, copies: 2 };

let file: string;
beforeEach(() => {
  file = join(mkdtempSync(join(tmpdir(), "log-rotation-")), "web.scheduler.log");
  writeFileSync(file, "");
});

const contents = () => logFiles(file, limits).map((one) => (existsSync(one) ? readFileSync(one, "utf8") : undefined));

it("keeps a log and its copies short, without anybody having to open it anew", () => {
  const { ino } = statSync(file);
  const log = limited({ write: (line) => appendFileSync(file, line) }, file, limits);
  const seen: (string | undefined)[][] = [];
  for (let line = 0; line < 7; line++) {
    log.write(`line number ${line}\n`);
    appendFileSync(file, "x\n");
    seen.push(contents());
  }
  expect(seen.slice(0, 3)).toEqual([
    ["line number 0\nx\n", undefined, undefined],
    ["line number 1\nx\n", "line number 0\nx\n", undefined],
    ["line number 2\nx\n", "line number 1\nx\n", "line number 0\nx\n"],
  ]);
  expect(seen.at(-1)).toEqual(["line number 6\nx\n", "line number 5\nx\n", "line number 4\nx\n"]);
  expect(statSync(file).ino).toBe(ino);
});

it("writes on where there is no log yet, and lines that are longer than a log may be", () => {
  const log = limited({ write: (line) => appendFileSync(`${file}.other`, line) }, `${file}.other`, limits);
  log.write("a line that is longer than all of it\n");
  expect(readFileSync(`${file}.other`, "utf8")).toBe("a line that is longer than all of it\n");
});

it("empties the log also where there is no way to keep a copy", () => {
  writeFileSync(file, "twenty bytes or more.\n");
  const log = limited({ write: (line) => appendFileSync(file, line) }, file, { ...limits, copies: 0 });
  log.write("next\n");
  expect(contents()).toEqual(["next\n", undefined, undefined]);
});
