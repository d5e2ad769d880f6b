import { randomBytes } from "node:crypto";
import { watch } from "node:fs";
import type * as promises from "node:fs/promises";
import { mkdtemp, readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { extract } from "tar";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { LogSource } from "../../src/backends/log-source.ts";
import { composed, requireFree, writeArchive, type Manifest } from "../../src/export/archive.ts";
import { documentPiece, fileName, logPiece, type Gathered } from "../../src/export/pieces.ts";

/** As file systems are that have no hard links. */
const links = vi.hoisted(() => ({ refused: false }));
vi.mock("node:fs/promises", async (importOriginal) => {
  const original = await importOriginal<typeof promises>();
  const refusal = (): Promise<never> => Promise.reject(Object.assign(new Error("not permitted"), { code: "EPERM" }));
  return { ...original, link: (from: string, to: string) => (links.refused ? refusal() : original.link(from, to)) };
});
afterEach(() => void (links.refused = false));

const about = { cluster: "demo", made: "2026-11-21T13:00:00.000Z", by: { "mesos-up": "0.1.0" } };
const asking = { signal: new AbortController().signal, limitMs: 10_000, nowMs: () => 0 };
const flags: Gathered = {
  ...{ file: "masters/master-1/flags.json", what: "/flags of master-1" },
  content: { kind: "json", value: { flags: { credentials: "hunter2-flag", quorum: "1" } } },
};
const log = (text: string): Gathered => ({
  ...{ file: "logs/agent-1.log", what: "log of agent-1" },
  content: { kind: "text", text },
});

describe("an export", () => {
  it("has a manifest of what is in it and of what could not be had", () => {
    const gone = { file: "agents/agent-1/state.json", what: "/state of agent-1", why: "nobody listens" };
    const { files } = composed([flags, gone], about, []);
    expect([...files.keys()]).toEqual(["MANIFEST.json", "masters/master-1/flags.json"]);
    const manifest = JSON.parse(files.get("MANIFEST.json") ?? "") as Manifest;
    expect(manifest).toMatchObject({ ...about, missing: [gone], secretsRemoved: 1 });
    expect(manifest.contents).toEqual([
      {
        ...{ file: "masters/master-1/flags.json", what: "/flags of master-1" },
        bytes: files.get("masters/master-1/flags.json")?.length,
      },
    ]);
  });

  it("has secrets nowhere: not where they are named, repeated, known from elsewhere, or part of a reason", () => {
    const why = "zk://me:hunter2-address@127.0.0.1:2181/mesos gave no answer";
    const { files } = composed([flags, log("got hunter2-flag and hunter2-env"), { file: "x", what: "x", why }], about, [
      { APP_TOKEN: "hunter2-env" },
    ]);
    expect([...files.values()].join("")).not.toContain("hunter2");
    expect(files.get("logs/agent-1.log")).toBe("got [removed] and [removed]");
  });

  it("keeps both of two pieces that would have one name", () => {
    const { files } = composed([log("one"), log("two")], about, []);
    expect([...files.keys()].slice(1)).toEqual(["logs/agent-1.log", "logs/agent-1-2.log"]);
  });

  it("says why a piece could not be had", async () => {
    const piece = { file: "a.json", what: "a" };
    expect(await documentPiece(piece, () => Promise.reject(new Error("It is gone.")), asking)).toEqual({
      ...piece,
      why: "It is gone",
    });
    const gone: LogSource = { tail: () => Promise.reject(new Error("no log")), follow: () => nothing() };
    const missing = await logPiece({ name: "web.1 stdout", kind: "task", aliases: [], log: gone }, asking);
    expect(missing).toEqual({ file: "logs/web.1_stdout.log", what: "log of web.1 stdout", why: "no log" });
  });

  it("has the end of a long log, and says so", async () => {
    const long: LogSource = {
      tail: () => Promise.resolve({ lines: [{ text: "a" }], rest: { text: "b" }, whole: false, position: "" }),
      follow: () => nothing(),
    };
    expect(await logPiece({ name: "agent-1", kind: "agent", aliases: [], log: long }, asking)).toMatchObject({
      content: { text: "a\nb\n" },
      note: "its last 2 MiB",
    });
  });

  it("puts names of others into one folder and no other", () => {
    expect(fileName("../../etc/passwd")).toBe("__.._etc_passwd");
    expect(fileName("127.0.0.1:5051")).toBe("127.0.0.1_5051");
  });
});

// eslint-disable-next-line @typescript-eslint/require-await -- As a log that nobody writes to.
async function* nothing(): AsyncGenerator<never, void, undefined> {
  yield* [];
}

describe("the archive of an export", () => {
  let folder: string;
  beforeEach(async () => (folder = await mkdtemp(join(tmpdir(), "mesos-up-archive-"))));
  afterEach(() => rm(folder, { recursive: true, force: true }));

  it("is one folder, and for its owner's eyes", async () => {
    const file = join(folder, "a.tar.gz");
    const many = Array.from({ length: 30 }, (_, size): [string, string] => [`many/${size}`, "x".repeat(size * 100)]);
    const long = "ü".repeat(100) + "x".repeat(50);
    const bytes = await writeArchive(
      file,
      "root",
      new Map([["MANIFEST.json", "{}\n"], ["logs/a.log", "line\n"], [`logs/${long}.log`, "Grüße\n"], ...many]),
    );
    const { size, mode } = await stat(file);
    expect([size, mode & 0o777]).toEqual([bytes, 0o600]);
    await extract({ file, cwd: folder });
    expect((await readdir(join(folder, "root"))).sort()).toEqual(["MANIFEST.json", "logs", "many"]);
    expect(await readFile(join(folder, "root", "logs", "a.log"), "utf8")).toBe("line\n");
    expect(await readFile(join(folder, "root", "logs", `${long}.log`), "utf8")).toBe("Grüße\n");
    for (const [path, text] of many) expect(await readFile(join(folder, "root", path), "utf8")).toBe(text);
  });

  it("has its name only when it is whole, and nothing lies about before", async () => {
    const file = join(folder, "a.tar.gz");
    await requireFree(file);
    expect(await readdir(folder)).toEqual([]);
    const seen = new Set<string>();
    const watcher = watch(folder, (_event, name) => seen.add(name ?? ""));
    const large = randomBytes(3_000_000).toString("base64");
    const bytes = await writeArchive(file, "root", new Map([["large", large]]));
    await vi.waitFor(() => expect(seen).toContain("a.tar.gz"), { timeout: 60_000 });
    watcher.close();
    expect([...seen]).toEqual([expect.stringMatching(/^a\.tar\.gz\.\w+\.part$/), "a.tar.gz"]);
    expect(await readdir(folder)).toEqual(["a.tar.gz"]);
    expect((await stat(file)).size).toBe(bytes);
  });

  it.each([false, true])(
    "takes no other file's place, and leaves none behind; without hard links: %s",
    async (refused) => {
      links.refused = refused;
      const file = join(folder, "a.tar.gz");
      await requireFree(file);
      await writeFile(file, "mine");
      const taken = { code: "EXPORT_NOT_WRITTEN", message: expect.stringContaining("there already") as string };
      await expect(requireFree(file)).rejects.toMatchObject(taken);
      await expect(writeArchive(file, "root", new Map([["a", "b"]]))).rejects.toMatchObject(taken);
      expect(await readFile(file, "utf8")).toBe("mine");
      expect(await readdir(folder)).toEqual(["a.tar.gz"]);
      await rm(file);
      const bytes = await writeArchive(file, "root", new Map([["a", "b"]]));
      expect((await stat(file)).size).toBe(bytes);
      expect(await readdir(folder)).toEqual(["a.tar.gz"]);
    },
  );

  it("is refused where it cannot be written", async () => {
    const absent = join(folder, "absent", "a.tar.gz");
    await expect(requireFree(absent)).rejects.toMatchObject({ code: "EXPORT_NOT_WRITTEN" });
    await expect(writeArchive(absent, "root", new Map())).rejects.toMatchObject({ code: "EXPORT_NOT_WRITTEN" });
    expect(await readdir(folder)).toEqual([]);
  });
});
