import { mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { ConfigError } from "../../src/errors.ts";
import { defineApp } from "../../src/index.ts";
import { loadAppModule } from "../../src/scheduler/load-app-module.ts";
import { parseAppObject } from "../../src/scheduler/parse-app-file.ts";

let directory: string;
beforeEach(() => (directory = mkdtempSync(join(tmpdir(), "mesos-up-module-"))));
afterEach(() => rmSync(directory, { recursive: true }));

const load = (name: string, text: string) => {
  writeFileSync(join(directory, name), text);
  return loadAppModule(join(directory, name), { library: { defineApp } });
};

const web = parseAppObject({ name: "web", image: "i", constraints: [["rack", "MAX_PER", 2]], env: { N: 1 } });

describe("an app file that is a module", () => {
  it.each(["web.ts", "web.mts"])("is compiled as it is loaded: %s", async (name) => {
    const text = `
      import { defineApp, type AppDescription } from "mesos-up";
      const perRack: number = 2;
      export default defineApp({
        name: "web", image: "i", constraints: [["rack", "MAX_PER", perRack]], env: { N: 1 },
      }) satisfies AppDescription;`;
    expect(await load(name, text)).toEqual(web);
    expect(readdirSync(directory)).toEqual([name]);
  });

  it("is among the examples", async () => {
    const file = fileURLToPath(new URL("../../examples/apps/per-stage.ts", import.meta.url));
    expect(await loadAppModule(file, { library: { defineApp } })).toMatchObject({ name: "per-stage", instances: 1 });
  });

  it("may be plain JavaScript, import its neighbours, and export a function or a promise", async () => {
    writeFileSync(join(directory, "image.ts"), `export const image: string = "i";`);
    const text = `import { image } from "./image.ts";
      export default async () => ({ name: "web", image, constraints: [["rack", "MAX_PER", "2"]], env: { N: "1" } });`;
    expect(await load("web.mjs", text)).toEqual(web);
    expect(await load("web.cjs", `module.exports = { name: "web", image: "i" };`)).toMatchObject({ image: "i" });
  });

  it("has all its problems named, as any other", async () => {
    const error = await load("web.ts", `export default { name: "No", mem: 1, imgae: "i" };`).catch((e: unknown) => e);
    if (!(error instanceof ConfigError)) throw error;
    expect(error.message).toMatch(/web\.ts has 4 problems/);
    expect(error.issues.map(({ path }) => path)).toEqual(["name", "mem", "imgae", ""]);
  });

  it.each([
    ["exports nothing", "export const app = {};", /exports no app/],
    ["throws", `throw new Error("no secret")`, /cannot be loaded: no secret/],
    ["is not of the language", "export default {", /cannot be loaded/],
    ["imports what is not there", `import "./none.ts"; export default {};`, /cannot be loaded: .*none/],
  ])("is refused where it %s", async (_what, text, message) => {
    await expect(load("web.ts", text)).rejects.toMatchObject({ code: "APP_MODULE_UNREADABLE", message });
  });
});
