import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import {
  readClusterRecord,
  requireReadable,
  writeClusterRecord,
  type ClusterRecord,
} from "../../../src/backends/state/cluster-record.ts";
import {
  readProcessRecord,
  readProcessRecords,
  writeProcessRecord,
} from "../../../src/backends/state/process-record.ts";

let folder: string;
beforeEach(() => (folder = mkdtempSync(join(tmpdir(), "mesos-up-record-"))));
afterEach(() => rmSync(folder, { recursive: true }));

describe("cluster.json", () => {
  const record = {
    backend: "local",
    owner: "abc123",
    createdAt: "2026-01-01T00:00:00.000Z",
    spec: { name: "demo" },
    placement: { stateDirectory: "/state" },
    plan: { name: "demo", nodes: [] },
  } as unknown as ClusterRecord;

  it("is read as it was written, and written without a half-way file", () => {
    writeClusterRecord(folder, record);
    expect(readClusterRecord(folder)).toEqual({ kind: "present", record: { ...record, version: 1 } });
    expect(readdirSync(folder)).toEqual(["cluster.json"]);
  });

  it("is absent where nothing was written", () => {
    const state = readClusterRecord(join(folder, "none"));
    expect(state).toEqual({ kind: "absent" });
    expect(requireReadable(state, "demo")).toBeUndefined();
  });

  it.each([
    ["half a file", '{"version":1,'],
    ["something else", "[]"],
    ["null", "null"],
    ["another version", '{"version":2}'],
    ["no plan", '{"version":1,"owner":"abc"}'],
  ])("is damaged when it holds %s, and then says how to go on", (_, text) => {
    writeFileSync(join(folder, "cluster.json"), text);
    const state = readClusterRecord(folder);
    expect(state.kind).toBe("damaged");
    expect(() => requireReadable(state, "demo")).toThrowError(/cluster demo is damaged: .*cluster\.json/);
  });

  it("is damaged when a folder stands in its place", () => {
    mkdirSync(join(folder, "cluster.json"));
    expect(readClusterRecord(folder)).toMatchObject({ kind: "damaged", reason: "it cannot be read (EISDIR)" });
  });
});

describe("process records", () => {
  const identity = { pid: 7, startTicks: 99, bootId: "0badcafe" };
  const record = {
    node: "agent-1",
    program: "mesos-agent" as const,
    identity,
    command: ["node"],
    logFile: "/log",
    startedAt: "2026-01-01T00:00:00.000Z",
  };

  it("are read one by one and all together; what is damaged counts as none", () => {
    expect(readProcessRecords(folder)).toEqual([]);
    writeProcessRecord(folder, record);
    writeFileSync(join(folder, "processes", "agent-2.json"), "{");
    expect(readProcessRecord(folder, "agent-1")).toEqual(record);
    expect(readProcessRecord(folder, "agent-2")).toBeUndefined();
    expect(readProcessRecords(folder)).toEqual([record]);
  });
});
