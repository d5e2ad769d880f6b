import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { Backend } from "../../src/backends/backend.ts";
import { clusterFolder } from "../../src/backends/state/cluster-folder.ts";
import { writeClusterRecord } from "../../src/backends/state/cluster-record.ts";
import { plan } from "../../src/cluster/plan.ts";
import { defaultClusterSpec } from "../../src/cluster/spec.ts";
import { applyRemedy } from "../../scripts/doctor-remedies.ts";
import { fakeAgent, fakeExecutor, type Said } from "../doctor/support-agent.ts";

let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "remedies-"));
});
afterEach(() => rmSync(root, { recursive: true }));

/** Sweeps the executor of c1 away beside an agent that says so; whether it lives then, and why it was left. */
async function sweepBeside(...said: [Said, ...Said[]]): Promise<{ lives: boolean; why?: string }> {
  const spec = defaultClusterSpec();
  const folder = clusterFolder(root, spec.name);
  await using agent = await fakeAgent(...said);
  const placement = { stateDirectory: folder, slot: 0, containerProgram: undefined, imageStore: folder };
  const planned = plan(spec, placement);
  const nodes = planned.nodes.map((node) => (node.kind === "agent" ? { ...node, port: agent.port } : node));
  mkdirSync(folder, { recursive: true });
  const about = { backend: "local" as const, owner: "test", createdAt: "2026-01-01T00:00:00Z", placement };
  writeClusterRecord(folder, { ...about, spec, plan: { ...planned, nodes } });
  await using executor = await fakeExecutor(folder, "c1");
  const own = { root, spec, backend: { kind: "local" } as unknown as Backend, env: process.env };
  const work = { progress: { emit: () => undefined }, signal: new AbortController().signal, timeoutMs: 10_000 };
  const remedy = { kind: "sweep" as const, target: "c1", command: "mesos-up doctor --fix", losesTasks: false };
  try {
    await applyRemedy(remedy, own, work);
    await expect.poll(executor.isAlive).toBe(false);
    return { lives: false };
  } catch (error) {
    return { lives: executor.isAlive(), why: (error as Error).message };
  }
}

describe("sweep", () => {
  it("ends what no agent knows", async () => {
    expect(await sweepBeside({ containers: [] })).toEqual({ lives: false });
  });

  const knowsIt = { lives: true, why: "an agent knows it by now, or it has ended" };
  const nobodySays = { lives: true, why: "not every agent says what it runs" };
  const cases: [string, [Said, ...Said[]], object][] = [
    ["an agent knows by now", [{ containers: ["c1"] }], knowsIt],
    ["an agent knows at the second look", [{ containers: [] }, { containers: ["c1"] }], knowsIt],
    ["an agent has not yet taken back", [{ containers: [], hasRecovered: false }], nobodySays],
    ["an agent that is not registered may know", [{ containers: [], isRegistered: false }], nobodySays],
    ["an agent that says nothing may know", [{ containers: undefined }], nobodySays],
  ];
  it.each(cases)("leaves what %s", async (_, said, outcome) => {
    expect(await sweepBeside(...said)).toEqual(outcome);
  });
});
