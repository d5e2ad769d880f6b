// Every port of a cluster, decided: those that the spec names first, then the open ones around them.
import { portsOf } from "../mesos/resources.ts";
import type { Range } from "../mesos/types.ts";
import { agentPort, masterPort, PortBook, taskPorts, zookeeperPorts } from "./ports.ts";
import { parseResources } from "./resources-text.ts";
import type { AgentSpec, ClusterSpec } from "./spec.ts";

export interface AssignedPorts {
  zookeeper: { client: number; quorum: number; election: number }[];
  masters: number[];
  /** One entry an agent, not an entry of the spec's list. `tasks` is absent where its resources name the ports. */
  agents: { port: number; tasks?: Range }[];
}

export function assignPorts(spec: ClusterSpec, slot: number): AssignedPorts {
  const { zookeeper, masters, agents } = spec;
  const book = new PortBook();
  const fixed = { zookeeper: zookeeper.port, masters: masters.port };
  reserveGroup(book, fixed.zookeeper, zookeeper.servers);
  reserveGroup(book, fixed.masters, masters.count);
  for (const agent of agents) {
    reserveGroup(book, agent.port, agent.count);
    for (const range of portsOf(parseResources(agent.resources))) book.reserve(range);
  }

  const open = (first: number | undefined, index: number, wanted: number): number =>
    first === undefined ? book.takeOne(wanted) : first + index;
  return {
    zookeeper: indices(zookeeper.servers).map((i) => {
      const { client, quorum, election } = zookeeperPorts(slot, i);
      const peers =
        zookeeper.servers === 1
          ? { quorum, election }
          : { quorum: book.takeOne(quorum), election: book.takeOne(election) };
      return { client: open(fixed.zookeeper, i, client), ...peers };
    }),
    masters: indices(masters.count).map((i) => open(fixed.masters, i, masterPort(slot, i))),
    agents: everyAgent(agents).map(({ agent, member }, i) => {
      const port = open(agent.port, member, agentPort(slot, i));
      const namesPorts = portsOf(parseResources(agent.resources)).length > 0;
      return namesPorts ? { port } : { port, tasks: book.take(taskPorts(slot, i)) };
    }),
  };
}

/** The agents one by one: the entry of the spec's list that each comes from, and which of that entry's agents it is. */
export function everyAgent(agents: readonly AgentSpec[]): { agent: AgentSpec; member: number }[] {
  return agents.flatMap((agent) => indices(agent.count).map((member) => ({ agent, member })));
}

function reserveGroup(book: PortBook, first: number | undefined, count: number): void {
  if (first !== undefined) book.reserve({ begin: first, end: first + count - 1 });
}

function indices(count: number): number[] {
  return Array.from({ length: count }, (_, i) => i);
}
