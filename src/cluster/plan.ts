// ClusterSpec + Placement → ClusterPlan: every process of a cluster with its address, ports, folders and command line.
// Pure: the same arguments give the same plan, so that one test of it covers every backend.
import { createHash } from "node:crypto";
import { assignPorts, type AssignedPorts } from "./assign-ports.ts";
import { dockerNodes } from "./docker/docker-nodes.ts";
import { connectString, machineNodes, zookeeperUrl, type PlacedNodes } from "./machine-nodes.ts";
import type { ClusterPlan, Placement, PlanNode } from "./plan-types.ts";
import { seatsOf } from "./seats-of.ts";
import type { Seats } from "./seats.ts";
import type { ClusterSpec } from "./spec.ts";
import { vagrantNodes } from "./vagrant/vagrant-nodes.ts";

export { cgroupsPrefix } from "./machine-nodes.ts";

/**
 * Makes a cluster concrete. Nodes come in the order in which they are to be started: ZooKeeper, masters, agents.
 * @throws ConfigError PORTS_EXHAUSTED when the slot has too few ports for so many agents, SUBNET_INVALID,
 * IMAGE_NEEDS_DOCKER.
 */
export function plan(spec: ClusterSpec, placement: Placement): ClusterPlan {
  const seats = seatsOf(spec, placement);
  const ports = assignPorts(spec, seats);
  const placed = place(spec, placement, { seats, ports });
  const nodes = inOrder(placed);
  const { docker, vagrant } = placed;
  const containerProgram = docker === undefined ? placement.containerProgram : "docker";
  const matters = [spec.name, spec.engine, nodes, docker, vagrant].filter((part) => part !== undefined);
  return {
    name: spec.name,
    engine: spec.engine,
    hash: createHash("sha256").update(JSON.stringify(matters)).digest("hex").slice(0, 16),
    nodes,
    zookeeper: {
      connect: connectString(placed.zookeeper),
      path: spec.zookeeper.path,
      url: zookeeperUrl(placed.zookeeper, spec),
    },
    masters: placed.masters.map(httpUrl),
    agents: placed.agents.map(httpUrl),
    ...(containerProgram !== undefined && { containerProgram }),
    stateDirectory: placement.stateDirectory,
    ...(docker !== undefined && { docker }),
    ...(vagrant !== undefined && { vagrant }),
  };
}

function place(
  spec: ClusterSpec,
  placement: Placement,
  { seats, ports }: { seats: Seats; ports: AssignedPorts },
): PlacedNodes & Pick<ClusterPlan, "docker" | "vagrant"> {
  const { docker, vagrant } = placement;
  if (docker !== undefined) return dockerNodes(spec, { ...placement, docker }, ports);
  if (vagrant !== undefined) return vagrantNodes(spec, { ...placement, vagrant }, ports);
  return machineNodes(spec, placement, { seats, ports });
}

/** The node of that name, undefined where the plan has none. */
export function planNodeByName(plan: ClusterPlan, name: string): PlanNode | undefined {
  return plan.nodes.find((node) => node.name === name);
}

function inOrder({ zookeeper, masters, agents }: PlacedNodes): PlanNode[] {
  return [...zookeeper, ...masters, ...agents];
}

function httpUrl({ address, port }: PlanNode): string {
  return `http://${address}:${port}`;
}
