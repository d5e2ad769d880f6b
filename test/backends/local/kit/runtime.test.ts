import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { execFileSync } from "node:child_process";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { resolveRuntime } from "../../../../src/backends/local/kit/runtime.ts";
import type { RuntimePart } from "../../../../src/backends/local/kit/runtime-types.ts";
import { testMachine, type TestMachine, type TestPackage, writePackageArchive } from "./package-archive.ts";

const program = (name: string, version: string): TestPackage => ({
  name,
  version,
  depends: ["libkit1", "something-big"],
  files: { [`usr/bin/${name}`]: `#!/bin/sh\necho "${name} version ${version} with $LD_LIBRARY_PATH"\n` },
});

const packages: TestPackage[] = [
  program("runc", "1.1.5"),
  program("umoci", "0.4.7"),
  { name: "libkit1", version: "1.0", files: { "usr/lib/some-arch/libkit.so.1": "not really" } },
  { name: "something-big", version: "1.0", files: { "usr/share/big": "big" } },
];

let folder: string;
let cacheDirectory: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "kit-test-"));
  cacheDirectory = join(folder, "cache");
});

afterEach(() => rmSync(folder, { recursive: true, force: true }));

const archive = (list = packages) => writePackageArchive(join(folder, "archive"), list);

function resolve(machine: TestMachine, more: { need?: RuntimePart[]; signal?: AbortSignal } = {}) {
  const notes: string[] = [];
  const fractions: number[] = [];
  const resolved = resolveRuntime({
    need: more.need ?? ["runc", "umoci"],
    environment: machine.environment,
    cacheDirectory,
    machine,
    signal: more.signal ?? new AbortController().signal,
    progress: {
      progress: (_message, fraction) => {
        if (fraction !== undefined) fractions.push(fraction);
      },
      note: (message) => notes.push(message),
    },
  });
  return { resolved, notes, fractions };
}

const kits = () => join(cacheDirectory, "kits/test-1-x64");

describe("a machine without the programs", () => {
  it("gets them from its package sources, each with the libraries that it needs and nothing else", async () => {
    const machine = testMachine(folder, { source: archive() });
    const { resolved, fractions } = resolve(machine);
    const runtime = await resolved;
    const runc = runtime.programs.runc;
    expect(runc).toMatchObject({ version: "1.1.5", from: "kit" });
    expect(execFileSync(runc!.path, { encoding: "utf8" })).toContain("runc version 1.1.5 with /");
    expect(runtime.extraPath).toEqual([dirname(runc!.path), dirname(runtime.programs.umoci!.path)]);
    expect(existsSync(join(kits(), "runc-1/root/usr/lib/some-arch/libkit.so.1"))).toBe(true);
    expect(existsSync(join(kits(), "runc-1/root/usr/share/big"))).toBe(false);
    expect(readdirSync(kits()).sort()).toEqual(["runc-1", "umoci-1"]);
    expect(fractions.at(-1)).toBe(1);
  });

  it("asks apt nothing the second time, nor for what it has already when more is needed", async () => {
    const machine = testMachine(folder, { source: archive() });
    const first = await resolve(machine, { need: ["runc"] }).resolved;
    const calls = machine.aptCalls().length;
    expect(await resolve(machine, { need: ["runc"] }).resolved).toEqual(first);
    expect(machine.aptCalls()).toHaveLength(calls);
    await resolve(machine).resolved;
    expect(
      machine
        .aptCalls()
        .filter((call) => /^download .*=/.test(call))
        .at(-1),
    ).not.toContain("runc=");
  });

  it("downloads once when two runs begin at the same time, and the one that waits says so", async () => {
    const machine = testMachine(folder, { source: archive() });
    const [one, other] = [resolve(machine), resolve(machine)];
    expect(await one.resolved).toEqual(await other.resolved);
    expect(machine.aptCalls().filter((call) => /^download .*=/.test(call))).toHaveLength(1);
    expect([...one.notes, ...other.notes]).toEqual(["Waiting for programs that are being fetched already"]);
  });

  it("works in a cache folder whose path has blanks and quotes", async () => {
    cacheDirectory = join(folder, "the user's cache");
    const runtime = await resolve(testMachine(folder, { source: archive() })).resolved;
    const output = execFileSync(runtime.programs.runc!.path, { encoding: "utf8" });
    expect(output).toContain(`the user's cache/kits/test-1-x64/runc-1/root/usr/lib/some-arch`);
  });

  it("forgets records that nobody has made for a month, and keeps younger ones", async () => {
    const records = join(cacheDirectory, "resolved");
    mkdirSync(records, { recursive: true });
    for (const name of ["old.json", "old.json.123", "young.json"]) writeFileSync(join(records, name), "{}");
    for (const name of ["old.json", "old.json.123"]) utimesSync(join(records, name), 0, 0);
    await resolve(testMachine(folder, { source: archive() })).resolved;
    const left = readdirSync(records);
    expect(left).toHaveLength(2);
    expect(left).toContain("young.json");
  });

  it("makes anew what has gone from the cache", async () => {
    const machine = testMachine(folder, { source: archive() });
    const first = await resolve(machine).resolved;
    rmSync(join(kits(), "runc-1"), { recursive: true });
    expect(await resolve(machine).resolved).toEqual(first);
    expect(existsSync(first.programs.runc!.path)).toBe(true);
  });
});

describe("programs that are installed", () => {
  it("are used, and nothing is fetched", async () => {
    const machine = testMachine(folder);
    const path = join(folder, "bin/runc");
    writeFileSync(path, "#!/bin/sh\necho runc version 1.2.3-extra\n", { mode: 0o755 });
    const runtime = await resolve(machine, { need: ["runc"] }).resolved;
    expect(runtime.programs.runc).toEqual({ path, version: "1.2.3", from: "installed" });
    expect(machine.aptCalls()).toEqual([]);
  });

  it.each(["echo runc version 0.9", "echo broken >&2; exit 127"])(
    "are passed over when of no use: %s",
    async (words) => {
      const machine = testMachine(folder, { source: archive() });
      writeFileSync(join(folder, "bin/runc"), `#!/bin/sh\n${words}\n`, { mode: 0o755 });
      const runtime = await resolve(machine, { need: ["runc"] }).resolved;
      expect(runtime.programs.runc?.from).toBe("kit");
    },
  );
});

describe("a fetch that is interrupted", () => {
  it("leaves nothing that is used later", async () => {
    const source = archive();
    const stopping = new AbortController();
    const stuck = testMachine(folder, {
      source,
      insteadOfDownload: "echo half > half.deb; echo > ../../../started; sleep 60",
    });
    const { resolved } = resolve(stuck, { signal: stopping.signal });
    resolved.catch(() => undefined);
    await expect.poll(() => existsSync(join(cacheDirectory, "kits/started")), { timeout: 20_000 }).toBe(true);
    stopping.abort(new Error("Interrupted"));
    await expect(resolved).rejects.toThrow("Interrupted");
    expect(readdirSync(kits())).toEqual([]);
    expect(readdirSync(join(cacheDirectory, "locks"))).toEqual([]);
  });

  it("is taken over after the run was killed: its lock is old, its folder is swept", async () => {
    const machine = testMachine(folder, { source: archive() });
    mkdirSync(join(kits(), ".staging/runc"), { recursive: true });
    const lock = join(cacheDirectory, "locks/kits-test-1-x64.lock");
    mkdirSync(lock, { recursive: true });
    utimesSync(lock, 1, 1);
    await resolve(machine).resolved;
    expect(readdirSync(kits()).sort()).toEqual(["runc-1", "umoci-1"]);
  });
});

describe("what goes wrong", () => {
  const failureOf = async (machine: TestMachine, need?: RuntimePart[]) =>
    resolve(machine, need === undefined ? {} : { need }).resolved.then(
      () => expect.fail("resolved"),
      (error: unknown) => error as { code: string; message: string; hint: string },
    );

  it("without apt and programs: names all that is missing, and the ways to get it", async () => {
    const machine = { ...testMachine(folder), searchPath: [] };
    const error = await failureOf(machine, ["zookeeper", "runc", "umoci"]);
    expect(error.code).toBe("RUNTIME_MISSING");
    expect(error.message).toBe(
      "ZooKeeper, Java 11 or newer, runc and umoci are missing on this machine, and there is no apt-get to fetch packages with.",
    );
    expect(error.hint).toContain("apt-get install zookeeper default-jre-headless runc umoci");
    expect(error.hint).toContain("--backend docker");
    expect(existsSync(cacheDirectory)).toBe(false);
  });

  it("a file that is not what the lists promise is not used: apt says so", async () => {
    const [runc] = packages;
    const source = archive([{ ...runc!, depends: [], sha256: "0".repeat(64) }]);
    const error = await failureOf(testMachine(folder, { source }), ["runc"]);
    expect(error).toMatchObject({
      code: "DOWNLOAD_FAILED",
      message: expect.stringMatching(/runc .*Hash Sum mismatch/) as string,
    });
    expect(readdirSync(kits())).toEqual([]);
  });

  it.each([
    ["size", "for f in *.deb; do echo >> $f; done"],
    ["hash", "for f in *.deb; do dd if=/dev/zero of=$f bs=1 count=9 conv=notrunc status=none; done"],
  ])("a file that was changed on the way is not used: its %s differs", async (_what, afterDownload) => {
    const error = await failureOf(testMachine(folder, { source: archive(), afterDownload }));
    expect(error).toMatchObject({
      code: "DOWNLOAD_DAMAGED",
      message: expect.stringContaining(".deb arrived damaged") as string,
    });
    expect(readdirSync(kits())).toEqual([]);
  });

  it("a package that no source offers", async () => {
    const error = await failureOf(testMachine(folder, { source: archive(packages.slice(1)) }));
    expect(error).toMatchObject({
      code: "PACKAGE_UNKNOWN",
      message: "No package source of Test Linux 1 offers the package runc.",
    });
  });

  it("a source that cannot be reached: names it", async () => {
    const error = await failureOf(testMachine(folder, { source: "deb [trusted=yes] http://127.0.0.1:9 any main" }));
    expect(error).toMatchObject({
      code: "DOWNLOAD_FAILED",
      message: expect.stringMatching(
        /^runc and umoci could not be fetched with apt-get: Failed to fetch http:\/\/127\.0\.0\.1:9/,
      ) as string,
    });
    expect(error.hint).toContain("proxy");
  });

  it("a cache folder that cannot be written to", async () => {
    writeFileSync(cacheDirectory, "a file in its place");
    const error = await failureOf(testMachine(folder, { source: archive() }));
    expect(error).toMatchObject({
      code: "CACHE_NOT_WRITABLE",
      message: `The cache folder ${cacheDirectory} cannot be used: a part of its path is not a folder.`,
    });
    expect(error.hint).toContain("XDG_CACHE_HOME");
  });

  it("a disk that is full", async () => {
    const insteadOfDownload = 'echo "E: Write error - write (28: No space left on device)" >&2; exit 100';
    const error = await failureOf(testMachine(folder, { source: archive(), insteadOfDownload }));
    expect(error).toMatchObject({
      code: "CACHE_FULL",
      message: expect.stringContaining("its file system is full") as string,
    });
  });
});
