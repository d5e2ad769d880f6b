// Which ports a cluster gets where its spec leaves them open. The scheme is documented in docs/cluster-file.md: up to 5
// ZooKeeper servers, 5 masters and 20 agents, no two ports meet within a cluster nor between clusters of different slots.
import { ConfigError } from "../errors.ts";
import type { Range } from "../mesos/types.ts";

/** Slots go from 0 to this. */
export const LAST_SLOT = 10;

/** Ports above are the system's, for outgoing connections. */
const LAST_PORT = 32_767;

/** By slot and by index from 0: 2181, 2191, …; quorum ports from 2888, election ports from 3888. */
export function zookeeperPorts(slot: number, index: number): { client: number; quorum: number; election: number } {
  const offset = 10 * slot + index;
  return { client: 2181 + offset, quorum: 2888 + offset, election: 3888 + offset };
}

/** 5050 for the first, 5041 to 5044 for the others: the ports after 5050 are the agents'. A slot is 200 wide. */
export function masterPort(slot: number, index: number): number {
  return 200 * slot + (index === 0 ? 5050 : 5040 + index);
}

/** 5051, 5052, … */
export function agentPort(slot: number, index: number): number {
  return 5051 + 200 * slot + index;
}

/** Ports for tasks: 9000-10000 for the first agent, then 50 each: 10001-10050, 10051-10100, …. A slot is 2000 wide. */
export function taskPorts(slot: number, index: number): Range {
  const first = 9000 + 2000 * slot;
  if (index === 0) return { begin: first, end: first + 1000 };
  const begin = first + 1001 + 50 * (index - 1);
  return { begin, end: begin + 49 };
}

/** Remembers which ports are given away. */
export class PortBook {
  #taken: Range[] = [];

  /** Keeps ports that the spec names out of what is given to others. */
  reserve(ports: Range): void {
    this.#taken.push(ports);
  }

  /**
   * Gives the wanted ports, or as many of the next higher ones that are all free.
   * @throws ConfigError PORTS_EXHAUSTED when there are none below the system's own.
   */
  take(wanted: Range): Range {
    const length = wanted.end - wanted.begin;
    let { begin } = wanted;
    for (let other = this.#meeting(begin, length); other !== undefined; other = this.#meeting(begin, length)) {
      begin = other.end + 1;
    }
    if (begin + length > LAST_PORT) {
      throw new ConfigError(`No ports are left below ${LAST_PORT + 1} for a cluster of this size beside the others.`, {
        code: "PORTS_EXHAUSTED",
        hint: "Take another cluster down, use fewer agents, or name ports in the cluster file.",
      });
    }
    const given = { begin, end: begin + length };
    this.#taken.push(given);
    return given;
  }

  /** The same for one port. */
  takeOne(wanted: number): number {
    return this.take({ begin: wanted, end: wanted }).begin;
  }

  #meeting(begin: number, length: number): Range | undefined {
    return this.#taken.find((range) => range.begin <= begin + length && begin <= range.end);
  }
}
