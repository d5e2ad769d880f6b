// `mesos-up status`: what has become of the cluster's parts, and what its leading master says about itself.
import Table from "cli-table3";
import type { Backend, NodeStatus } from "../src/backends/backend.ts";
import type { MasterState } from "../src/client/operator.ts";
import { answeringZooKeeper } from "./answering-zookeeper.ts";
import { backendFor } from "./backends.ts";
import { runAtTheEdge, type CommandResult } from "./edge.ts";
import { readClusterSpec, type CommonOptions } from "./options.ts";

export function status(options: CommonOptions): Promise<never> {
  return runAtTheEdge(options, async () => {
    const spec = await readClusterSpec(options);
    const backend = await backendFor(spec);
    const found = await backend.status(spec.name);
    if (found === undefined) return absent(spec.name, await backend.list());
    const state = await leadingMasterState(found);
    const ok = state !== undefined && found.nodes.every((node) => node.state === "running");
    return {
      unwell: !ok,
      json: {
        ok,
        name: spec.name,
        nodes: found.nodes,
        leader: state && leaderJson(state),
      },
      text: [nodeTable(found.nodes), ...(state === undefined ? ["No master leads."] : stateLines(state))].join("\n"),
    };
  });
}

function absent(name: string, others: { name: string; folder: string }[]): CommandResult {
  const known = others.map((cluster) => `  ${cluster.name}  ${cluster.folder}`);
  const list = known.length === 0 ? "" : `\nClusters of yours on this machine:\n${known.join("\n")}`;
  return {
    unwell: true,
    json: { ok: false, name, nodes: [], clusters: others },
    text: `There is no cluster ${name} here; \`npx mesos-up up\` brings one up.${list}`,
  };
}

type Found = NonNullable<Awaited<ReturnType<Backend["status"]>>>;

/** Undefined where nobody leads, or nobody says so in time. */
async function leadingMasterState({ plan, nodes }: Found): Promise<MasterState | undefined> {
  if (!nodes.some(({ kind, state }) => kind === "master" && state === "running")) return undefined;
  const [{ leaderDetector }, { HttpClient }, { OperatorClient }] = await Promise.all([
    import("../src/client/leader.ts"),
    import("../src/client/http.ts"),
    import("../src/client/operator.ts"),
  ]);
  const signal = AbortSignal.timeout(3_000);
  await using http = new HttpClient();
  await using detector = leaderDetector(answeringZooKeeper(plan.zookeeper, nodes), { http });
  try {
    return await new OperatorClient(http, await detector.find(signal)).masterState(signal);
  } catch {
    return undefined;
  }
}

function leaderJson({ id, leader, version, slaves, frameworks }: MasterState): object {
  return {
    id,
    pid: leader,
    version,
    agents: slaves.map(({ id, hostname, port, active, attributes, resources }) => ({
      id,
      hostname,
      port,
      active,
      attributes,
      resources,
    })),
    frameworks: frameworks.map(({ id, name, active, tasks }) => ({
      id,
      name,
      active,
      tasks: tasks.map((task) => ({ id: task.id, state: task.state, agent_id: task.slave_id })),
    })),
  };
}

function nodeTable(nodes: NodeStatus[]): string {
  const table = new Table({ head: ["node", "state", "address", "PID", "version"], style: { head: [], border: [] } });
  for (const { name, state, address, port, pid, version } of nodes)
    table.push([name, state, `${address}:${port}`, pid ?? "", version ?? ""]);
  return table.toString();
}

function stateLines({ leader, slaves, frameworks }: MasterState): string[] {
  return [
    `leading master  ${leader ?? "unknown"}`,
    ...slaves.map((agent) => {
      const attributes = Object.entries(agent.attributes).map(([name, value]) => `${name} ${String(value)}`);
      return `agent           ${agent.hostname}:${agent.port}  ${agent.active ? "active" : "not active"}  ${attributes.join(", ")}`;
    }),
    ...frameworks.flatMap((framework) => [
      `framework       ${framework.name}  ${framework.id}  ${framework.active ? "active" : "not active"}`,
      ...framework.tasks.map((task) => `  task          ${task.id}  ${task.state}`),
    ]),
  ];
}
