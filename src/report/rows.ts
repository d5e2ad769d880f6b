// The report as named lines of text: what a terminal and a job summary both show.
import type { DemoReport, ReportCheck, ReportFault } from "./report.ts";

/** Pairs of a name and one line, in reading order; parts that were not reached are left out. */
export function reportRows(report: DemoReport): [name: string, text: string][] {
  const rows: [string, string][] = [];
  const { cluster, framework, task, check } = report;
  if (cluster) {
    rows.push(["cluster", `${cluster.name} (${cluster.backend} backend, ${cluster.engine})`]);
    rows.push(["ZooKeeper", `${cluster.zookeeper.connect}, version ${cluster.zookeeper.version}`]);
    rows.push(["leading master", `${cluster.leadingMaster.url}, ${cluster.leadingMaster.id}`]);
    for (const agent of cluster.agents)
      rows.push([
        "agent",
        `${agent.name} ${agent.url}, ${attributesText(agent.attributes)}, ${agent.active ? "active" : "not active"}`,
      ]);
  }
  if (framework) rows.push(["framework", `${framework.name}, ${framework.id}`]);
  if (task) {
    rows.push(["task", `${task.id} on ${task.agent}, host port ${task.hostPorts.join(", ")}`]);
    rows.push(["container", `${task.containerId} (${task.runtime})`]);
    rows.push(["image", imageText(task.image, task.imageDetail)]);
  }
  return [...rows, ...(check ? checkRows(check) : []), ...(report.faults ?? []).map(faultRow)];
}

/** What is known of an image that was brought from elsewhere begins with its name. */
function imageText(image: string, detail: string | undefined): string {
  if (detail === undefined || detail === "") return image;
  return detail.startsWith(image) ? detail : `${image}, ${detail}`;
}

function faultRow({ fault, outcome, recoveredMs, requests, failed }: ReportFault): [name: string, text: string] {
  const answers =
    failed === 0 ? `nginx answered all of ${requests} requests` : `${failed} of ${requests} requests failed`;
  return ["fault", `${fault}: ${outcome} after ${(recoveredMs / 1000).toFixed(1)} s, ${answers}`];
}

/** What the HTTP check saw. */
export function checkRows(check: ReportCheck): [name: string, text: string][] {
  const { url, status, server, firstBytes, latencyMs, attempts, siteMatches } = check;
  if (status === undefined)
    return [["HTTP check", `${url} → no answer to ${attempts === 1 ? "one request" : `${attempts} requests`}`]];
  const serverText = server === "" ? "no Server header" : `Server: ${server}`;
  const rows: [string, string][] = [
    ["HTTP check", `${url} → ${status}, ${serverText}, ${latencyMs.toFixed(1)} ms`],
    ["first bytes", JSON.stringify(firstBytes)],
  ];
  if (siteMatches !== undefined)
    rows.push(["your site", siteMatches ? "index page came back byte by byte" : "another page came back"]);
  return rows;
}

function attributesText(attributes: Record<string, string>): string {
  const pairs = Object.entries(attributes);
  return pairs.length === 0 ? "no attributes" : pairs.map(([name, value]) => `${name} ${value}`).join(", ");
}
