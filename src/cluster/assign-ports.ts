// Every port of a cluster, decided: those that the spec names first, then the open ones around them. What shares an
// address shares its ports; what has an address of its own has the first ones there.
import { portsOf } from "../mesos/resources.ts";
import type { Range } from "../mesos/types.ts";
import { agentPort, masterPort, PortBook, taskPorts, zookeeperPorts } from "./ports.ts";
import { parseResources } from "./resources-text.ts";
import { ordinals, type Seat, type Seats } from "./seats.ts";
import type { AgentSpec, ClusterSpec } from "./spec.ts";

export interface AssignedPorts {
  zookeeper: { client: number; quorum: number; election: number }[];
  masters: number[];
  /** One entry an agent, not an entry of the spec's list. `tasks` is absent where its resources name the ports. */
  agents: { port: number; tasks?: Range }[];
}

/** @throws ConfigError PORTS_EXHAUSTED when an address has too few ports for all that sits there. */
export function assignPorts(spec: ClusterSpec, seats: Seats): AssignedPorts {
  const { zookeeper, masters } = spec;
  const books = new Books();
  const agents = seatedAgents(spec.agents, seats.agents);
  const named = {
    zookeeper: namedPorts(zookeeper.port, seats.zookeeper),
    masters: namedPorts(masters.port, seats.masters),
  };
  reserve(books, named.zookeeper, seats.zookeeper);
  reserve(books, named.masters, seats.masters);
  for (const { seat, port, ranges } of agents) {
    reserve(books, [port], [seat]);
    for (const range of ranges) books.at(seat).reserve(range);
  }

  const onServers = ordinals(seats.zookeeper);
  const onMasters = ordinals(seats.masters);
  const onAgents = ordinals(seats.agents);
  return {
    zookeeper: seats.zookeeper.map((seat, i) => {
      const book = books.at(seat);
      const { client, quorum, election } = zookeeperPorts(seat.slot, onServers[i] ?? 0);
      const peers =
        zookeeper.servers === 1
          ? { quorum, election }
          : { quorum: book.takeOne(quorum), election: book.takeOne(election) };
      return { client: named.zookeeper[i] ?? book.takeOne(client), ...peers };
    }),
    masters: seats.masters.map(
      (seat, i) => named.masters[i] ?? books.at(seat).takeOne(masterPort(seat.slot, onMasters[i] ?? 0)),
    ),
    agents: agents.map(({ seat, port: given, ranges }, i) => {
      const book = books.at(seat);
      const port = given ?? book.takeOne(agentPort(seat.slot, onAgents[i] ?? 0));
      return ranges.length > 0 ? { port } : { port, tasks: book.take(taskPorts(seat.slot, onAgents[i] ?? 0)) };
    }),
  };
}

/** The agents one by one: the entry of the spec's list that each comes from, and which of that entry's agents it is. */
export function everyAgent(agents: readonly AgentSpec[]): { agent: AgentSpec; member: number }[] {
  return agents.flatMap((agent) => Array.from({ length: agent.count }, (_, member) => ({ agent, member })));
}

/** The agents one by one with what the spec says of their ports. */
function seatedAgents(
  agents: readonly AgentSpec[],
  seats: readonly Seat[],
): { seat: Seat; port: number | undefined; ranges: Range[] }[] {
  let next = 0;
  return agents.flatMap((agent) => {
    const own = seats.slice(next, (next += agent.count));
    const ports = namedPorts(agent.port, own);
    const ranges = portsOf(parseResources(agent.resources));
    return own.map((seat, i) => ({ seat, port: ports[i], ranges }));
  });
}

/** The first port, and for those that share an address the next ones. */
function namedPorts(first: number | undefined, seats: readonly Seat[]): (number | undefined)[] {
  return ordinals(seats).map((ordinal) => (first === undefined ? undefined : first + ordinal));
}

function reserve(books: Books, ports: readonly (number | undefined)[], seats: readonly Seat[]): void {
  for (const [i, seat] of seats.entries()) {
    const port = ports[i];
    if (port !== undefined) books.at(seat).reserve({ begin: port, end: port });
  }
}

/** One book of ports an address. */
class Books {
  readonly #books = new Map<string, PortBook>();

  at({ address }: Seat): PortBook {
    const book = this.#books.get(address) ?? new PortBook();
    this.#books.set(address, book);
    return book;
  }
}
