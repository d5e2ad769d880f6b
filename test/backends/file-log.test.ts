import { appendFileSync, mkdtempSync, renameSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { fileLog } from "../../src/backends/file-log.ts";

let folder: string;
let path: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "file-log-"));
  path = join(folder, "a.log");
});
afterEach(() => rmSync(folder, { recursive: true }));

const signal = new AbortController().signal;
const texts = (lines: { text: string }[]) => lines.map(({ text }) => text);

/** Reads on until so many lines have come. */
function reader(position?: string) {
  const over = new AbortController();
  const batches = fileLog(path, { pollMs: 1 }).follow(position, over.signal);
  const waiting: string[] = [];
  return {
    async next(count: number): Promise<string[]> {
      while (waiting.length < count) {
        const { value } = await batches.next();
        waiting.push(...texts(value ?? []));
      }
      return waiting.splice(0, count);
    },
    async end() {
      over.abort();
      await batches.next().catch(() => undefined);
    },
  };
}

describe("the tail of a log", () => {
  it("is whole lines, and what the last has so far", async () => {
    writeFileSync(path, "one\ntwo\nthr");
    const tail = await fileLog(path).tail(1000, signal);
    expect([texts(tail.lines), tail.rest?.text, tail.whole]).toEqual([["one", "two"], "thr", true]);
    const part = await fileLog(path).tail(6, signal);
    expect([texts(part.lines), part.whole]).toEqual([[], false]);
  });

  it("is an error where there is no log", async () => {
    await expect(fileLog(path).tail(1000, signal)).rejects.toMatchObject({ code: "LOG_ABSENT" });
  });
});

describe("a log that is followed", () => {
  it("goes on behind the lines that were read, with whole lines only", async () => {
    writeFileSync(path, "one\ntw");
    const { position } = await fileLog(path).tail(1000, signal);
    const log = reader(position);
    appendFileSync(path, "o ü\nthree\n");
    expect(await log.next(2)).toEqual(["two ü", "three"]);
    await log.end();
  });

  it("need not be there yet, and may be gone for a while", async () => {
    const log = reader();
    const first = log.next(1);
    writeFileSync(path, "one\n");
    expect(await first).toEqual(["one"]);
    rmSync(path);
    const second = log.next(1);
    writeFileSync(path, "two\n");
    expect(await second).toEqual(["two"]);
    await log.end();
  });

  it("goes on in a new file once the old one is read to its end", async () => {
    writeFileSync(path, "one\n");
    const log = reader();
    expect(await log.next(1)).toEqual(["one"]);
    appendFileSync(path, "two\nlast");
    renameSync(path, `${path}.1`);
    writeFileSync(path, "three\n");
    expect(await log.next(3)).toEqual(["two", "last", "three"]);
    await log.end();
  });

  it("begins anew where its file was emptied", async () => {
    writeFileSync(path, "one\ntwo\n");
    const log = reader();
    expect(await log.next(2)).toEqual(["one", "two"]);
    truncateSync(path);
    appendFileSync(path, "new\n");
    expect(await log.next(1)).toEqual(["new"]);
    await log.end();
  });
});
