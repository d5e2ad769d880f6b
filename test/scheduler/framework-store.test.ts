import { chmod, mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { FileFrameworkStore } from "../../src/scheduler/framework-store.ts";

let folder = "";
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "framework-store-"));
});
afterEach(async () => {
  await chmod(folder, 0o700);
  await rm(folder, { recursive: true });
});

describe("a framework store", () => {
  it("gives back what was saved last, to another process too", async () => {
    const file = join(folder, "apps", "web.json");
    expect(await new FileFrameworkStore(file).load()).toBeUndefined();
    await new FileFrameworkStore(file).save({ frameworkId: "f1" });
    const placement = {
      taskId: "t",
      offerId: "o",
      agentId: "a",
      agent: "a:5051",
      address: "127.0.0.1",
      hostPorts: [9000],
    };
    await new FileFrameworkStore(file).save({ frameworkId: "f1", placement });
    expect(await new FileFrameworkStore(file).load()).toEqual({ frameworkId: "f1", placement });
    expect(await readdir(join(folder, "apps"))).toEqual(["web.json"]);
  });

  it("forgets", async () => {
    const store = new FileFrameworkStore(join(folder, "web.json"));
    await store.save({ frameworkId: "f1" });
    await store.clear();
    await store.clear();
    expect(await store.load()).toBeUndefined();
  });

  it.each(["", "{", "null", '{"frameworkId": 3}'])("that is damaged (%j) says so", async (text) => {
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
    await expect(store.save({ frameworkId: "f1" })).rejects.toMatchObject({ code: "FRAMEWORK_STORE_UNUSABLE" });
  });
});
