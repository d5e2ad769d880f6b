import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { writeClusterRecord } from "../../../src/backends/state/cluster-record.ts";
import { madeBy } from "../../../src/backends/state/made-by.ts";
import { plan } from "../../../src/cluster/plan.ts";
import { defaultClusterSpec } from "../../../src/cluster/spec.ts";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "made-by-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

it("a folder is of the backend that its record names, whatever lies beside it", () => {
  const placement = { stateDirectory: folder, slot: 0, containerProgram: undefined, imageStore: "" };
  const spec = defaultClusterSpec();
  const record = { owner: "abc", createdAt: "", spec, placement, plan: plan(spec, placement) };
  mkdirSync(join(folder, "terraform"));
  writeClusterRecord(folder, { backend: "vagrant", ...record });
  expect(madeBy(folder)).toBe("vagrant");
});

it.each([
  [["nodes", "terraform"], "docker"],
  [["ssh_key", "engine"], "vagrant"],
  [[".vagrant"], "vagrant"],
  [["processes"], "local"],
  [["nodes"], "local"],
  [["other"], undefined],
])("one with a damaged record and %j tells by these", (names, backend) => {
  for (const name of names) mkdirSync(join(folder, name));
  for (const record of [undefined, "{", '{ "version": 0 }']) {
    if (record !== undefined) writeFileSync(join(folder, "cluster.json"), record);
    expect(madeBy(folder)).toBe(backend);
  }
});
