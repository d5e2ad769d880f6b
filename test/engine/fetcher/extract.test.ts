import {
  chmodSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  symlinkSync,
  unlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { create } from "tar";
import { beforeEach, describe, expect, it } from "vitest";
import { extract, isArchive, memberProblem } from "../../../src/engine/fetcher/extract.ts";

let folder: string;
let source: string;
let sandbox: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "extract-"));
  source = join(folder, "source");
  sandbox = join(folder, "sandbox");
  mkdirSync(source);
  mkdirSync(sandbox);
  writeFileSync(join(source, "index.html"), "hello\n");
});

async function pack(
  name: string,
  members: string[],
  options: { gzip?: boolean; preservePaths?: boolean } = {},
): Promise<string> {
  const file = join(folder, name);
  await create({ file, cwd: source, ...options }, members);
  return file;
}
const unpack = (archive: string): Promise<void> =>
  extract({ archive, name: archive, directory: sandbox, env: { PATH: `${folder}/bin:${process.env["PATH"] ?? ""}` } });
/** A program of the system's, replaced by a shell script. */
function systemProgram(name: string, script: string): void {
  mkdirSync(join(folder, "bin"), { recursive: true });
  writeFileSync(join(folder, "bin", name), `#!/bin/sh\n${script}\n`);
  chmodSync(join(folder, "bin", name), 0o755);
}

const content = (name: string): string => readFileSync(join(sandbox, name), "utf8");

describe("archives", () => {
  it.each(["a.tar", "a.tgz", "a.tar.gz", "a.tar.bz2", "a.tar.xz", "a.zip", "a.gz", "a.tgz?v=1"])(
    "are known by name: %s",
    (name) => {
      expect(isArchive(name)).toBe(true);
    },
  );

  it.each(["a.html", "tar", "a.tar.html"])("are not everything: %s", (name) => {
    expect(isArchive(name)).toBe(false);
  });
});

describe("extract", () => {
  it("unpacks tar archives, compressed or not", async () => {
    await unpack(await pack("a.tar", ["index.html"]));
    expect(content("index.html")).toBe("hello\n");
    writeFileSync(join(source, "more.html"), "more\n");
    await unpack(await pack("b.tar.gz", ["more.html"], { gzip: true }));
    expect(content("more.html")).toBe("more\n");
    expect(readdirSync(sandbox)).toEqual(["index.html", "more.html"]);
  });

  it.each([
    ["xz", "c.tar.xz"],
    ["bzip2", "c.tar.bz2"],
  ])("lets the system's %s uncompress what the library does not know", async (program, name) => {
    systemProgram(program, '[ "$1" = -dc ] && cat "$3"');
    copyFileSync(await pack("c.tar", ["index.html"]), join(folder, name));
    await unpack(join(folder, name));
    expect(content("index.html")).toBe("hello\n");
  });

  it.each([
    ["a member that leaves the sandbox", "../outside", "-rw-r--r--", "Archive member '../outside' leaves the sandbox"],
    ["a link, wherever it leads", "link", "lrwxrwxrwx", "Archive member 'link' is a link"],
  ])("refuses %s in a zip archive", async (_what, name, mode, problem) => {
    systemProgram(
      "unzip",
      `case $1 in -Z1) echo ${name};; -Z) echo "${mode} 3.0 unx 4 bx stor ${name}";; *) touch unpacked;; esac`,
    );
    await expect(unpack(join(folder, "a.zip"))).rejects.toThrow(problem);
  });

  it("uncompresses a single file", async () => {
    writeFileSync(join(folder, "page.html.gz"), gzipSync("single\n"));
    await unpack(join(folder, "page.html.gz"));
    expect(content("page.html")).toBe("single\n");
  });

  it("refuses a member that leaves the sandbox, and unpacks nothing then", async () => {
    mkdirSync(join(source, "deep"));
    writeFileSync(join(folder, "outside"), "x");
    const archive = await pack("evil.tar", ["index.html", "../outside"], { preservePaths: true });
    await expect(unpack(archive)).rejects.toThrow("Archive member '../outside' leaves the sandbox");
    expect(existsSync(join(sandbox, "index.html"))).toBe(false);
  });

  it("refuses a link that leads out of the sandbox", async () => {
    symlinkSync("/etc", join(source, "link"));
    await expect(unpack(await pack("link.tar", ["link"]))).rejects.toThrow("links to '/etc', which leaves the sandbox");
  });

  it("does not write through a link that leads out, be it by way of another link", async () => {
    mkdirSync(join(source, "deep"));
    symlinkSync("..", join(source, "deep", "around"));
    symlinkSync("deep/around/..", join(source, "out"));
    await unpack(await pack("links.tar", ["deep", "out"]));
    unlinkSync(join(source, "out"));
    mkdirSync(join(source, "out"));
    writeFileSync(join(source, "out", "written"), "x");
    await expect(unpack(await pack("through.tar", ["out/written"]))).rejects.toThrow();
    systemProgram("unzip", 'case $1 in -Z1) echo out/written;; -Z) :;; *) echo x > "$5/out/written";; esac');
    await expect(unpack(join(folder, "a.zip"))).rejects.toThrow("'out/written' leaves the sandbox through a link");
    expect(existsSync(join(folder, "written"))).toBe(false);
  });

  it("takes a link within the sandbox", async () => {
    symlinkSync("index.html", join(source, "start.html"));
    await unpack(await pack("fine.tar", ["index.html", "start.html"]));
    expect(content("start.html")).toBe("hello\n");
  });

  it("fails on an archive that was cut short", async () => {
    const archive = await pack("cut.tgz", ["index.html"], { gzip: true });
    writeFileSync(archive, readFileSync(archive).subarray(0, 40));
    await expect(unpack(archive)).rejects.toThrow();
  });
});

describe("memberProblem", () => {
  it.each([
    ["a/b", "File", undefined],
    ["a/../b", "File", undefined],
    ["a/link", "SymbolicLink", "../b"],
    ["a/hard", "Link", "b"],
  ])("has nothing against %s", (path, type, target) => {
    expect(memberProblem(path, type, target)).toBeUndefined();
  });

  it.each([
    ["/etc/passwd", "File", undefined],
    ["a/../../b", "File", undefined],
    ["..", "Directory", undefined],
    ["a/link", "SymbolicLink", "../../b"],
    ["link", "SymbolicLink", "/etc"],
    ["hard", "Link", "../b"],
  ])("refuses %s", (path, type, target) => {
    expect(memberProblem(path, type, target)).toContain("leaves the sandbox");
  });
});
