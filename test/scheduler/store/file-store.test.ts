import { chmod, mkdtemp, readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import type { FileHandle } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { FileFrameworkStore } from "../../../src/scheduler/store/file-store.ts";

let folder = "";
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "framework-store-"));
});
afterEach(async () => {
  await chmod(folder, 0o700);
  await rm(folder, { recursive: true });
});

describe("a framework store", () => {
  it("gives back what was written, to another process too", async () => {
    const file = join(folder, "apps", "web.json");
    const first = new FileFrameworkStore(file);
    expect(await first.load()).toBeUndefined();
    await first.write({ framework: { id: "f1" }, "app/a": { name: "a" } });
    await first.write({ "app/a": undefined, "instance/b.1": { id: "b.1" } });
    expect(await new FileFrameworkStore(file).load()).toEqual({
      framework: { id: "f1" },
      "instance/b.1": { id: "b.1" },
    });
    const second = new FileFrameworkStore(file);
    await second.load();
    await second.write({ "instance/b.1": { id: "b.1", state: "running" } });
    expect(await new FileFrameworkStore(file).load()).toEqual({
      framework: { id: "f1" },
      "instance/b.1": { id: "b.1", state: "running" },
    });
    expect(await readdir(join(folder, "apps"))).toEqual(["web.json"]);
    await Promise.all([first.close(), second.close()]);
  });

  it("takes a write that was cut short anywhere for one that never was", async () => {
    const file = join(folder, "web.json");
    const store = new FileFrameworkStore(file);
    await store.write({ a: 1 });
    const whole = await readFile(file);
    await store.write({ a: 2, b: "é" });
    await store.close();
    const longer = await readFile(file);
    for (let length = whole.length; length <= longer.length; length++) {
      await writeFile(file, longer.subarray(0, length));
      const again = new FileFrameworkStore(file);
      expect(await again.load()).toEqual(length === longer.length ? { a: 2, b: "é" } : { a: 1 });
      await again.write({ c: 3 });
      await again.close();
      expect(await new FileFrameworkStore(file).load()).toMatchObject({ c: 3 });
    }
  });

  it("has stored nothing before the disk has it", async () => {
    const file = join(folder, "web.json");
    const onDisk: string[] = [];
    const idle = () => undefined;
    let resume: () => void = idle;
    const sync = async (handle: FileHandle) => {
      const about = (await handle.stat()).isDirectory() ? "names" : "content";
      await new Promise<void>((resolve) => (resume = resolve));
      onDisk.push(about);
    };
    await using store = closing(new FileFrameworkStore(file, { sync }));
    for (const synced of [["content", "names"], ["content"]]) {
      onDisk.length = 0;
      let stored = false;
      const writing = store.write({ a: synced.length }).then(() => (stored = true));
      for (const [i] of synced.entries()) {
        await expect.poll(() => resume).not.toBe(idle);
        expect([stored, onDisk.length]).toEqual([false, i]);
        resume();
        resume = idle;
      }
      await writing;
      expect(onDisk).toEqual(synced);
      expect(await new FileFrameworkStore(file).load()).toEqual({ a: synced.length });
    }
  });

  it("does not grow for ever", async () => {
    const file = join(folder, "web.json");
    await using store = closing(new FileFrameworkStore(file));
    const value = "x".repeat(1000);
    for (let n = 0; n < 600; n++) await store.write({ a: `${value}${n}` });
    expect((await stat(file)).size).toBeLessThan(300 * 1024);
    expect(await new FileFrameworkStore(file).load()).toEqual({ a: `${value}599` });
  });

  it("forgets", async () => {
    const store = new FileFrameworkStore(join(folder, "web.json"));
    await store.write({ framework: { id: "f1" } });
    await store.clear();
    await store.clear();
    expect(await store.load()).toBeUndefined();
  });

  it.each(["", "{", "null\n", "{\n{}\n", '{"frameworkId": 3}\n'])("that is damaged (%j) says so", async (text) => {
    const file = join(folder, "web.json");
    await writeFile(file, text);
    await expect(new FileFrameworkStore(file).load()).rejects.toMatchObject({
      code: "FRAMEWORK_STORE_UNUSABLE",
      message: expect.stringContaining(`${file}: it is damaged`) as string,
    });
  });

  it("that cannot be written says so", async () => {
    await writeFile(join(folder, "apps"), "");
    const store = new FileFrameworkStore(join(folder, "apps", "web.json"));
    await expect(store.write({ framework: { id: "f1" } })).rejects.toMatchObject({ code: "FRAMEWORK_STORE_UNUSABLE" });
  });
});

function closing(store: FileFrameworkStore): FileFrameworkStore & AsyncDisposable {
  return Object.assign(store, { [Symbol.asyncDispose]: () => store.close() });
}
