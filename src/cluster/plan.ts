// ClusterSpec + Placement → ClusterPlan: every process of a cluster with its address, ports, folders and command line.
// Pure: the same arguments give the same plan, so that one test of it covers every backend.
import { createHash } from "node:crypto";
import { assignPorts, everyAgent } from "./assign-ports.ts";
import { agentNode, masterNode } from "./mesos-nodes.ts";
import type { ClusterPlan, Placement, PlanNode } from "./plan-types.ts";
import { agentNames } from "./spec.ts";
import type { ClusterSpec } from "./spec.ts";
import { zookeeperNode } from "./zookeeper-node.ts";

/**
 * Makes a cluster concrete. Nodes come in the order in which they are to be started: ZooKeeper, masters, agents.
 * @throws ConfigError PORTS_EXHAUSTED when the slot has too few ports for so many agents.
 */
export function plan(spec: ClusterSpec, placement: Placement): ClusterPlan {
  const { stateDirectory, containerProgram, imageStore } = placement;
  const ports = assignPorts(spec, placement.slot);
  const connect = ports.zookeeper.map(({ client }) => `${spec.bind}:${client}`).join(",");
  const zkUrl = `zk://${connect}${spec.zookeeper.path}`;
  const common = (name: string) => ({
    name,
    address: spec.bind,
    zkUrl,
    directory: nodeDirectory(stateDirectory, name),
  });

  const zookeeper = ports.zookeeper.map((own, index) => {
    const directory = nodeDirectory(stateDirectory, `zookeeper-${index + 1}`);
    return zookeeperNode({ address: spec.bind, ports: own, ensemble: ports.zookeeper, index, directory });
  });
  const masters = ports.masters.map((port, i) =>
    masterNode({ ...common(`master-${i + 1}`), port, cluster: spec.name, masters: spec.masters }),
  );
  const names = agentNames(spec.agents).flat();
  const agents = everyAgent(spec.agents).map(({ agent }, i) => {
    const name = names[i] ?? "";
    const { port = 0, tasks } = ports.agents[i] ?? {};
    const cgroupsRoot = cgroupsPrefix(stateDirectory) + name;
    return agentNode({ ...common(name), port, agent, taskPorts: tasks, cgroupsRoot, containerProgram, imageStore });
  });

  const nodes = [...zookeeper, ...masters, ...agents];
  return {
    name: spec.name,
    engine: spec.engine,
    hash: sha256(JSON.stringify([spec.name, spec.engine, nodes])).slice(0, 16),
    nodes,
    zookeeper: { connect, path: spec.zookeeper.path, url: zkUrl },
    masters: masters.map(httpUrl),
    agents: agents.map(httpUrl),
    stateDirectory,
  };
}

/** The node of that name, undefined where the plan has none. */
export function planNodeByName(plan: ClusterPlan, name: string): PlanNode | undefined {
  return plan.nodes.find((node) => node.name === name);
}

/** How the names of all cgroups of a cluster begin, and of no other's: what is found by it is this cluster's. */
export function cgroupsPrefix(stateDirectory: string): string {
  const name = stateDirectory.slice(stateDirectory.lastIndexOf("/") + 1);
  return `mesos-up-${name}-${sha256(stateDirectory).slice(0, 8)}-`;
}

function nodeDirectory(stateDirectory: string, name: string): string {
  return `${stateDirectory}/nodes/${name}`;
}

function httpUrl({ address, port }: PlanNode): string {
  return `http://${address}:${port}`;
}

function sha256(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}
