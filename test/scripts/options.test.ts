import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { backendThere, readClusterSpec, type CommonOptions } from "../../scripts/options.ts";

let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "options-"));
  vi.spyOn(process, "cwd").mockReturnValue(root);
});
afterEach(() => {
  vi.restoreAllMocks();
  rmSync(root, { recursive: true, force: true });
});

/** A cluster's folder with these in it, and a record that nobody can read. */
function damaged(...names: string[]): void {
  const folder = join(root, ".mesos-up/demo");
  for (const name of names) mkdirSync(join(folder, name), { recursive: true });
  writeFileSync(join(folder, "cluster.json"), "{");
}

const options = (more: Partial<CommonOptions> = {}): CommonOptions => ({ timeout: 1000, ...more });

describe("a cluster whose record is damaged", () => {
  it.each([
    ["docker", ["terraform"]],
    ["vagrant", [".vagrant"]],
    ["local", ["nodes"]],
  ] as const)("stays one of %s, for whatever mends it", async (backend, names) => {
    damaged(...names);
    expect((await readClusterSpec(options())).backend).toBe(backend);
    expect(backendThere({ name: "demo", backend: "local" }, undefined)).toBe(backend);
  });

  it("is taken for what is asked for", async () => {
    damaged("terraform");
    expect((await readClusterSpec(options({ backend: "vagrant" }))).backend).toBe("vagrant");
    expect(backendThere({ name: "demo", backend: "local" }, "vagrant")).toBe("vagrant");
  });
});

it("takes a cluster that is not there for one of its file's backend", async () => {
  expect((await readClusterSpec(options())).backend).toBe("local");
  expect(backendThere({ name: "demo", backend: "docker" }, undefined)).toBe("docker");
});
