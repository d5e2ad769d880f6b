// What a demo puts into its report, and how a person reads it.
import type { ListingBackend, UpResult } from "../src/backends/backend.ts";
import type { DemoReport, ReportCheck } from "../src/report/report.ts";
import { reportRows } from "../src/report/rows.ts";
import type { HttpEvidence } from "../src/scheduler/http-check.ts";

export function newReport(): DemoReport {
  return {
    ok: false,
    startedAt: new Date().toISOString(),
    steps: [],
    timing: { totalMs: 0 },
    kept: false,
    appKept: false,
  };
}

/** What the HTTP check saw, whether it was right or not. */
export function reportCheck(evidence: HttpEvidence): ReportCheck {
  const { url, status, server, firstBytes, latencyMs, attempts, bodyMatches } = evidence;
  return {
    ...{ url, server, firstBytes, latencyMs, attempts },
    ...(status === undefined ? {} : { status }),
    ...(bodyMatches === undefined ? {} : { siteMatches: bodyMatches }),
  };
}

/** What runs, as it is seen from outside: the leading master's own account, and each program's version. */
export async function describeCluster(
  { plan, endpoints }: UpResult,
  backend: ListingBackend,
  { master, signal }: { master: string; signal: AbortSignal },
): Promise<NonNullable<DemoReport["cluster"]>> {
  const [{ HttpClient }, { OperatorClient }] = await Promise.all([
    import("../src/client/http.ts"),
    import("../src/client/operator.ts"),
  ]);
  await using http = new HttpClient();
  const [state, status] = await Promise.all([
    new OperatorClient(http, master).masterState(signal),
    backend.status(plan.name),
  ]);
  const versionOf = (kind: string) => status?.nodes.find((node) => node.kind === kind)?.version ?? "unknown";
  return {
    name: plan.name,
    backend: backend.kind,
    engine: engineText(versionOf("master")),
    zookeeper: { connect: plan.zookeeper.connect, version: versionOf("zookeeper").replace("ZooKeeper ", "") },
    leadingMaster: { url: master, id: state.id },
    agents: state.slaves.map(({ id, hostname, port, active, attributes }) => {
      const known =
        endpoints.agents.find(({ url }) => url === `http://${hostname}:${port}`) ??
        endpoints.agents.find(({ url }) => url.endsWith(`:${port}`));
      const texts = Object.entries(attributes).map(([name, value]) => [name, String(value)] as const);
      return {
        name: known?.name ?? hostname,
        url: known?.url ?? `http://${hostname}:${port}`,
        id,
        attributes: Object.fromEntries(texts),
        active,
      };
    }),
  };
}

/** "mesos-master 1.12.0 (embedded engine)" as people call it. */
function engineText(version: string): string {
  const number = version.replace("mesos-master ", "");
  return number.includes("embedded")
    ? `embedded engine, answers as Mesos ${number.split(" ")[0] ?? ""}`
    : `Apache Mesos ${number}`;
}

/** For a terminal: what was seen, how long it took, what to do next. */
export function reportText(report: DemoReport): string {
  const rows = reportRows(report);
  const width = Math.max(0, ...rows.map(([name]) => name.length));
  const lines = rows.map(([name, text]) => `  ${name.padEnd(width)}  ${text}`);
  if (report.ok) lines.push("", `nginx answered from a container on Mesos. ${timingText(report.timing)}`);
  if (report.appKept && report.check) lines.push("", ...nextCommands(report));
  return lines.join("\n");
}

function timingText({ readyMs = 0, acceptToHttpMs, totalMs }: DemoReport["timing"]): string {
  const accepted = acceptToHttpMs === undefined ? "" : ` ACCEPT to HTTP 200 ${seconds(acceptToHttpMs)},`;
  return `Ready after ${seconds(readyMs)},${accepted} ${seconds(totalMs)} in all.`;
}

function nextCommands({ check, cluster }: DemoReport): string[] {
  const name = cluster === undefined || cluster.name === "demo" ? "" : ` --name ${cluster.name}`;
  return [
    "It is left running:",
    `  ${check?.url ?? ""}  nginx`,
    `  ${cluster?.leadingMaster.url ?? ""}/state  the leading master`,
    "Next:",
    `  npx mesos-up status${name}`,
    `  npx mesos-up down${name}`,
  ];
}

function seconds(milliseconds: number): string {
  return `${(milliseconds / 1000).toFixed(2)} s`;
}
