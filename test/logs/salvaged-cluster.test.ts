import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { identifySelf } from "../../src/backends/state/process-identity.ts";
import { writeProcessRecord } from "../../src/backends/state/process-record.ts";
import { salvagedCluster, salvagedPart, salvagedParts } from "../../src/logs/salvaged-cluster.ts";

const signal = new AbortController().signal;

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "salvaged-"));
  for (const node of ["zookeeper-1", "master-1", "dagobah"]) {
    mkdirSync(join(folder, "nodes", node, "log"), { recursive: true });
    writeFileSync(join(folder, "nodes", node, "log", `${node}.log`), `I1121 13:00:00.000000 1 a.cpp:1] ${node}\n`);
  }
  for (const [node, program, ...flags] of [
    ["master-1", "mesos-master", "--zk=zk://127.0.0.1:2181/mesos", "--ip=127.0.0.1", "--port=5050"],
    ["dagobah", "mesos-agent", "--master=zk://127.0.0.1:2181/mesos", "--ip=127.0.0.1", "--port=5051"],
  ] as const) {
    const logFile = join(folder, "nodes", node, "log", `${node}.log`);
    const identity = identifySelf();
    writeProcessRecord(folder, { node, program, identity, command: [program, ...flags], logFile, startedAt: "" });
  }
});
afterEach(() => rmSync(folder, { recursive: true }));

describe("of a cluster whose record cannot be read", () => {
  it("the parts are known by their folders and processes, with their addresses", () => {
    expect(salvagedParts(folder)).toMatchObject([
      { name: "dagobah", kind: "agent", url: "http://127.0.0.1:5051" },
      { name: "master-1", kind: "master", url: "http://127.0.0.1:5050" },
      { name: "zookeeper-1", kind: "zookeeper" },
    ]);
  });

  it("there are the logs, and agents to be asked", async () => {
    const cluster = salvagedCluster(folder, salvagedParts(folder));
    const logs = await cluster.parts(signal);
    expect(logs.map(({ name }) => name)).toEqual(["dagobah", "master-1", "zookeeper-1"]);
    const { lines } = (await logs[2]?.log.tail(1000, signal)) ?? { lines: [] };
    expect(lines[0]?.text).toMatch(/zookeeper-1$/);
    expect(await cluster.agents(signal)).toEqual([{ name: "dagobah", url: "http://127.0.0.1:5051" }]);
  });

  it("there may be nothing", () => {
    expect(salvagedParts(join(folder, "elsewhere"))).toEqual([]);
  });
});

it("asks a part where it wants to be reached", () => {
  const args = ["--ip=0.0.0.0", "--port=5051", "--advertise_ip=10.0.0.7", "--advertise_port=6051"];
  expect(salvagedPart({ name: "a", args })).toEqual({ name: "a", kind: "agent", url: "http://10.0.0.7:6051" });
});
