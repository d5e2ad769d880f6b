import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { ConfigError, startCluster } from "../src/index.ts";

let directory: string;
beforeEach(() => (directory = mkdtempSync(join(tmpdir(), "mesos-up-library-"))));
afterEach(() => rmSync(directory, { recursive: true }));

describe("startCluster", () => {
  it("names every problem of a description before it starts anything", async () => {
    const wrong = startCluster({ directory, name: "No Name", agents: [{ resources: "cpus:many" }] });
    await expect(wrong).rejects.toBeInstanceOf(ConfigError);
    const { issues } = (await wrong.catch((error: unknown) => error)) as ConfigError;
    expect(issues.map(({ path }) => path)).toEqual(["name", "agents[0].resources"]);
    expect(readdirSync(directory)).toEqual([]);
  });

  it("leaves nothing when it fails", async () => {
    const missing = startCluster({ directory, engine: "mesos", env: { PATH: "/nowhere" } });
    await expect(missing).rejects.toMatchObject({ code: "ENGINE_MISSING" });
    expect(readdirSync(directory)).toEqual([]);
  });

  it("does not start what was given up before", async () => {
    const given = startCluster({ directory, signal: AbortSignal.abort(new Error("given up")) });
    await expect(given).rejects.toThrow("given up");
    expect(readdirSync(directory)).toEqual([]);
  });
});
