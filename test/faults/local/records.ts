// What is written down of a cluster and does not hold any more.
import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { readProcessRecord, writeProcessRecord } from "../../../src/backends/state/process-record.ts";
import type { Fault } from "../fault.ts";

export const recordFaults: Fault[] = [
  {
    name: "stale process record, its number another's",
    inject: async (cluster) => {
      const record = readProcessRecord(cluster.folder, "agent-1");
      await cluster.kill("agent-1");
      if (record) writeProcessRecord(cluster.folder, { ...record, identity: { ...record.identity, pid: process.pid } });
    },
    named: { id: "AG001", subject: "agent-1" },
    cure: "fix",
  },
  {
    name: "state folder half deleted",
    inject: (cluster) => rmSync(join(cluster.folder, "processes"), { recursive: true }),
    named: { id: "ZK001", says: /runs as PID/ },
    cure: "fix",
  },
  {
    name: "cluster.json cut short",
    inject: (cluster) => {
      const file = join(cluster.folder, "cluster.json");
      const content = readFileSync(file, "utf8");
      writeFileSync(file, content.slice(0, 300));
      return { hand: () => writeFileSync(file, content) };
    },
    named: { id: "MC006" },
    cure: "by hand",
  },
];
