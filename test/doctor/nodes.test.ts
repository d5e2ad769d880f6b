import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import type { NodeStatus } from "../../src/backends/backend.ts";
import { commandLineWords, identify } from "../../src/backends/state/process-identity.ts";
import { writeProcessRecord } from "../../src/backends/state/process-record.ts";
import { plan } from "../../src/cluster/plan.ts";
import { defaultClusterSpec } from "../../src/cluster/spec.ts";
import { nodeFacts } from "../../src/doctor/gather/nodes.ts";
import type { Target } from "../../src/doctor/gather/target.ts";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "nodes-"));
});
afterEach(() => rmSync(folder, { recursive: true }));

/** The default cluster, of which the backend says that nothing of it runs, once: it has no time to say it again. */
function deadCluster(): Target {
  const placement = { stateDirectory: folder, slot: 0, containerProgram: undefined, imageStore: folder };
  const planned = plan(defaultClusterSpec(), placement);
  const dead = planned.nodes.map(({ name, kind, address, port }): NodeStatus => ({
    ...{ name, kind, address, port },
    state: "dead",
  }));
  let asked = 0;
  return {
    ...{ cluster: "demo", plan: planned, zookeeper: undefined, masters: [], agents: [] },
    nodes: () => (asked++ === 0 ? Promise.resolve(dead) : new Promise(() => undefined)),
    logTail: () => Promise.resolve("its log"),
    schedulers: () => Promise.resolve([]),
  };
}

it("sees what somebody else's run has started while the nodes were looked at, and loses none of the others", async () => {
  const target = deadCluster();
  const identity = identify(process.pid);
  if (identity === undefined) throw new Error("This process is not there");
  const command = commandLineWords(process.pid);
  const startedAt = new Date(0).toISOString();
  const record = { node: "master-1", program: "mesos-master", identity, command, logFile: "/log", startedAt } as const;
  writeProcessRecord(folder, record);
  const options = { limitMs: 1, untilMs: 0, signal: new AbortController().signal, nowMs: () => 0 };
  const nodes = await nodeFacts(target, { env: {}, options });
  expect(nodes.map(({ name, state, pid }) => ({ name, state, pid }))).toEqual(
    target.plan?.nodes.map(({ name }) =>
      name === "master-1" ? { name, state: "running", pid: process.pid } : { name, state: "dead", pid: undefined },
    ),
  );
  expect(nodes.find(({ name }) => name === "master-1")).toMatchObject({ logFile: "/log", logTail: "its log" });
});
