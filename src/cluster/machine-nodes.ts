// The nodes of a cluster whose processes run on machines as they are: this one, or one for each.
import { createHash } from "node:crypto";
import { everyAgent, type AssignedPorts } from "./assign-ports.ts";
import { agentNode, masterNode } from "./mesos-nodes.ts";
import type { Placement, PlanNode } from "./plan-types.ts";
import type { Seats } from "./seats.ts";
import { agentNames } from "./spec.ts";
import type { ClusterSpec } from "./spec.ts";
import { zookeeperNode } from "./zookeeper-node.ts";

/** What a way of placing a cluster gives the plan. */
export interface PlacedNodes {
  zookeeper: PlanNode[];
  masters: PlanNode[];
  agents: PlanNode[];
}

export function machineNodes(
  spec: ClusterSpec,
  placement: Placement,
  { seats, ports }: { seats: Seats; ports: AssignedPorts },
): PlacedNodes {
  const { stateDirectory, containerProgram, imageStore } = placement;
  const ensemble = ports.zookeeper.map((own, i) => ({ ...own, address: addressOf(seats.zookeeper, i) }));
  const zkUrl = zookeeperUrl(
    ensemble.map(({ address, client }) => ({ address, port: client })),
    spec,
  );
  const directory = (name: string): string => nodeDirectory(stateDirectory, name);
  const names = agentNames(spec.agents).flat();
  return {
    zookeeper: ensemble.map((own, index) =>
      zookeeperNode({
        address: own.address,
        ports: own,
        ensemble,
        index,
        directory: directory(`zookeeper-${index + 1}`),
      }),
    ),
    masters: ports.masters.map((port, i) => {
      const name = `master-${i + 1}`;
      const address = addressOf(seats.masters, i);
      return masterNode({
        name,
        address,
        port,
        zkUrl,
        directory: directory(name),
        cluster: spec.name,
        masters: spec.masters,
      });
    }),
    agents: everyAgent(spec.agents).map(({ agent }, i) => {
      const name = names[i] ?? "";
      const { port = 0, tasks } = ports.agents[i] ?? {};
      return agentNode({
        name,
        address: addressOf(seats.agents, i),
        port,
        zkUrl,
        directory: directory(name),
        agent,
        taskPorts: tasks,
        cgroupsRoot: cgroupsPrefix(stateDirectory) + name,
        containerProgram,
        imageStore,
      });
    }),
  };
}

/** zk://host:port,host:port/mesos */
export function zookeeperUrl(
  servers: readonly { address: string; port: number }[],
  { zookeeper }: Pick<ClusterSpec, "zookeeper">,
): string {
  return `zk://${connectString(servers)}${zookeeper.path}`;
}

/** host:port,host:port */
export function connectString(servers: readonly { address: string; port: number }[]): string {
  return servers.map(({ address, port }) => `${address}:${port}`).join(",");
}

/** How the names of all cgroups of a cluster begin, and of no other's: what is found by it is this cluster's. */
export function cgroupsPrefix(stateDirectory: string): string {
  const name = stateDirectory.slice(stateDirectory.lastIndexOf("/") + 1);
  return `mesos-up-${name}-${stateHash(stateDirectory)}-`;
}

/** Eight digits that tell clusters of one name in several folders apart. */
export function stateHash(stateDirectory: string): string {
  return createHash("sha256").update(stateDirectory).digest("hex").slice(0, 8);
}

export function nodeDirectory(stateDirectory: string, name: string): string {
  return `${stateDirectory}/nodes/${name}`;
}

function addressOf(seats: Seats["agents"], i: number): string {
  return seats[i]?.address ?? "";
}
