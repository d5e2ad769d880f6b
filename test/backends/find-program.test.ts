import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, relative } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { findProgram } from "../../src/backends/find-program.ts";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "find-program-"));
  for (const name of ["a", "b"]) mkdirSync(join(folder, name));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

function program(path: string, mode = 0o755): string {
  writeFileSync(join(folder, path), "");
  chmodSync(join(folder, path), mode);
  return join(folder, path);
}

describe("a program", () => {
  it("is the first of its name on PATH that may be run", () => {
    const PATH = [join(folder, "a"), join(folder, "b")].join(":");
    const second = program("b/tool");
    expect(findProgram("tool", { PATH })).toBe(second);
    const first = program("a/tool", 0o644);
    expect(findProgram("tool", { PATH })).toBe(second);
    chmodSync(first, 0o755);
    expect(findProgram("tool", { PATH })).toBe(first);
  });

  it("is no folder, and nothing that depends on where one is", () => {
    mkdirSync(join(folder, "a/tool"));
    program("b/tool");
    const PATH = [join(folder, "a"), "", ".", relative(process.cwd(), join(folder, "b"))].join(":");
    expect(findProgram("tool", { PATH })).toBeUndefined();
    expect(findProgram("tool", {})).toBeUndefined();
  });
});
