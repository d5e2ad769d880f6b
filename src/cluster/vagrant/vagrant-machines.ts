// Which machines a cluster has, and who is on which: ZooKeeper servers with the masters, every agent alone.
import type { Placement } from "../plan-types.ts";
import type { ClusterSpec } from "../spec.ts";
import { defaultVagrantSpec, type MachineSize } from "./vagrant-spec.ts";

/** A machine and its nodes, by their positions among the nodes of their kind. */
export interface MachineSeat {
  name: string;
  address: string;
  size: MachineSize;
  zookeeper?: number;
  master?: number;
  agent?: number;
}

/** Masters' machines first. .10 for the first master, .9, .8, … for the others; .11, .12, … for agents. */
export function machineSeats(spec: ClusterSpec): MachineSeat[] {
  const { network, masters, agents } = spec.vagrant ?? defaultVagrantSpec();
  const agentCount = spec.agents.reduce((sum, { count }) => sum + count, 0);
  return [
    ...indices(Math.max(spec.masters.count, spec.zookeeper.servers)).map((i) => ({
      name: numbered(i < spec.masters.count ? "mesos-master" : "mesos-zookeeper", i),
      address: `${network}.${10 - i}`,
      size: masters,
      ...(i < spec.zookeeper.servers && { zookeeper: i }),
      ...(i < spec.masters.count && { master: i }),
    })),
    ...indices(agentCount).map((i) => ({
      name: numbered("mesos-agent", i),
      address: `${network}.${11 + i}`,
      size: agents,
      agent: i,
    })),
  ];
}

/** The address of every node, as a placement has it. */
export function machineAddresses(spec: ClusterSpec): NonNullable<Placement["addresses"]> {
  const seats = machineSeats(spec);
  const of = (kind: "zookeeper" | "master" | "agent"): string[] =>
    seats.filter((seat) => seat[kind] !== undefined).map(({ address }) => address);
  return { zookeeper: of("zookeeper"), masters: of("master"), agents: of("agent") };
}

function numbered(name: string, index: number): string {
  return index === 0 ? name : `${name}-${index + 1}`;
}

function indices(count: number): number[] {
  return Array.from({ length: count }, (_, i) => i);
}
