// `mesos-up start`, `stop`, `restart`: some nodes of a cluster, one after the other.
import type { ComponentAction, ListingBackend } from "../src/backends/backend.ts";
import type { PlanNode } from "../src/cluster/plan-types.ts";
import { MesosUpError } from "../src/errors.ts";
import { backendFor } from "./backends.ts";
import { runAtTheEdge } from "./edge.ts";
import { readClusterSpec, type CommonOptions } from "./options.ts";

const DONE: Record<ComponentAction, string> = { start: "started", stop: "stopped", restart: "restarted" };

export function act(action: ComponentAction, names: string[], options: CommonOptions): Promise<never> {
  return runAtTheEdge(options, async (edge) => {
    const spec = await readClusterSpec(options);
    const backend = await backendFor(spec);
    const nodes = await inOrder(backend, spec.name, names);
    for (const { name } of nodes) await backend.act(spec.name, name, action, edge);
    const done = nodes.map(({ name }) => name);
    return { json: { ok: true, name: spec.name, [DONE[action]]: done }, text: "" };
  });
}

/** Those that were named, followers before leaders, so that a leader changes once and not with every one of them. */
async function inOrder(backend: ListingBackend, cluster: string, names: string[]): Promise<PlanNode[]> {
  const found = await backend.status(cluster);
  const unknown = names.find((name) => found?.plan.nodes.every((node) => node.name !== name));
  if (found === undefined || unknown !== undefined) throw notThere(cluster, unknown, found?.plan.nodes ?? []);
  const named = found.plan.nodes.filter(({ name }) => names.includes(name));
  if (named.length === 1) return named;
  const leading = await leaders(named);
  return [...named.filter((node) => !leading.has(node)), ...named.filter((node) => leading.has(node))];
}

function notThere(cluster: string, node: string | undefined, nodes: PlanNode[]): MesosUpError {
  if (node === undefined) {
    const hint = "`mesos-up status` lists the clusters.";
    return new MesosUpError(`There is no cluster ${cluster} here.`, { code: "CLUSTER_UNKNOWN", hint });
  }
  const hint = `Its nodes are ${nodes.map(({ name }) => name).join(", ")}.`;
  return new MesosUpError(`The cluster ${cluster} has no node ${node}.`, { code: "NODE_UNKNOWN", hint });
}

const ANSWER_LIMIT_MS = 1_000;

/** Whoever does not say that it leads does not. */
async function leaders(nodes: PlanNode[]): Promise<Set<PlanNode>> {
  const [{ HttpClient }, { probeZooKeeper }] = await Promise.all([
    import("../src/client/http.ts"),
    import("../src/client/zookeeper.ts"),
  ]);
  await using http = new HttpClient();
  const leads = async ({ kind, address, port }: PlanNode): Promise<boolean> => {
    if (kind === "agent") return false;
    if (kind === "zookeeper") {
      return (await probeZooKeeper(address, port, { limitMs: ANSWER_LIMIT_MS })).mode === "leader";
    }
    const url = `http://${address}:${port}/metrics/snapshot`;
    return (await http.json<Record<string, number>>({ url, timeoutMs: ANSWER_LIMIT_MS }))["master/elected"] === 1;
  };
  const answers = await Promise.all(nodes.map(async (node) => [node, await leads(node).catch(() => false)] as const));
  return new Set(answers.filter(([, isLeading]) => isLeading).map(([node]) => node));
}
