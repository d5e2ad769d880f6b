// ZooKeeper: its servers one by one, then the ensemble.
import { ok, unknown, unwell, type Check } from "../check.ts";
import { said, valueOf, type Facts, type ServerFacts } from "../facts.ts";
import { SLOW_MS } from "../gather/zookeeper.ts";
import { bringUp, byHand, restart } from "../remedies.ts";
import { processFindings } from "./processes.ts";

export const zookeeperChecks: Check[] = [
  {
    id: "ZK001",
    layer: "zookeeper",
    title: "The process of every ZooKeeper server runs",
    run: (facts) =>
      processFindings(facts, "zookeeper", (missing, all) =>
        // Where the others do not carry on, as while they elect a leader, what is missing is the reason.
        2 * missing < all && hasQuorum(facts.servers) ? "warning" : "failed",
      ),
  },
  {
    id: "ZK002",
    layer: "zookeeper",
    title: "Every server answers ruok and srvr, and opens a session",
    run: (facts, before) =>
      facts.servers.map((server) => {
        const { name, address, report } = server;
        if (report.kind === "answered") return ok(`ZooKeeper ${report.value.version}, ${report.value.mode}`, name);
        if (before.isUnwell("ZK001", name)) return unknown("ZK001", name);
        return unwell(hasQuorum(facts.servers) ? "warning" : "failed", `does not serve: ${said(report)}`, {
          subject: name,
          evidence: [`${address}: ${said(report)}`],
          remedy: restart(facts, name) ?? byHand(`Look at the log of the ZooKeeper server at ${address}`),
        });
      }),
  },
  {
    id: "ZK003",
    layer: "zookeeper",
    title: "More than half of the servers serve, under one leader",
    run(facts, before) {
      const { servers } = facts;
      if (servers.length === 0) return [];
      const modes = servers.map(({ name, report }) => `${name}: ${valueOf(report)?.mode ?? "does not serve"}`);
      const leaders = servers.filter(({ report }) => ["leader", "standalone"].includes(valueOf(report)?.mode ?? ""));
      if (hasQuorum(servers) && leaders.length === 1) {
        return [ok(`${serving(servers)} of ${servers.length} serve; ${leaders[0]?.name ?? ""} leads`)];
      }
      const earlier = before.trouble(["ZK001", "ZK002"]);
      if (earlier !== undefined && servers.length === 1) return [unknown(earlier)];
      const needed = Math.floor(servers.length / 2) + 1;
      const result = hasQuorum(servers)
        ? `${leaders.length} servers say that they lead`
        : `the ensemble has lost its quorum: ${serving(servers)} of ${servers.length} servers serve, ${needed} have to`;
      return [unwell("failed", result, { evidence: modes, remedy: bringUp(facts) })];
    },
  },
  {
    id: "ZK004",
    layer: "zookeeper",
    title: `Every server answers within ${SLOW_MS} ms`,
    run: (facts) =>
      facts.servers
        .filter(({ report }) => report.kind === "answered")
        .map(({ name, report: { tookMs } }) =>
          tookMs <= SLOW_MS
            ? ok(`${Math.round(tookMs)} ms`, name)
            : unwell("warning", `takes ${Math.round(tookMs)} ms to answer`, {
                subject: name,
                evidence: [`ruok, srvr and a session took ${Math.round(tookMs)} ms`],
                remedy: byHand("Look for what keeps its disk or processor busy"),
              }),
        ),
  },
];

function serving(servers: ServerFacts[]): number {
  return servers.filter(({ report }) => report.kind === "answered").length;
}

export function hasQuorum(servers: Facts["servers"]): boolean {
  return 2 * serving(servers) > servers.length;
}
