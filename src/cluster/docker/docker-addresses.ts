// Who has which address on a cluster's Docker network, and what is reached where from outside of it.
import { ConfigError } from "../../errors.ts";
import type { Seat, Seats } from "../seats.ts";
import { agentNames, type ClusterSpec } from "../spec.ts";
import type { DockerPlacement } from "./docker-types.ts";

/** Offsets into the network: .11 to .15, .21 to .25, .31, .101 to .200. */
const FIRST = { zookeeper: 11, masters: 21, mirror: 31, agents: 101 };

export interface DockerAddresses {
  zookeeper: string[];
  masters: string[];
  mirror: string;
  /** Host form: the gateway, for all of them. */
  agents: string[];
}

/** What each node listens on. @throws ConfigError SUBNET_INVALID */
export function dockerAddresses(spec: ClusterSpec, docker: DockerPlacement): DockerAddresses {
  const { form, network } = docker;
  const agents = agentNames(spec.agents).flat();
  const range = (first: number, count: number): string[] =>
    Array.from({ length: count }, (_, i) => addressIn(network.subnet, first + i));
  return {
    zookeeper: range(FIRST.zookeeper, spec.zookeeper.servers),
    masters: range(FIRST.masters, spec.masters.count),
    mirror: addressIn(network.subnet, FIRST.mirror),
    agents: form === "host" ? agents.map(() => network.gateway) : agentAddresses(agents, docker),
  };
}

/** Agents stay where they are: one with another address would be made anew when one before it is taken out. */
function agentAddresses(
  names: readonly string[],
  { network: { subnet }, agents: known = {} }: DockerPlacement,
): string[] {
  const taken = new Set(names.map((name) => known[name]));
  let offset = FIRST.agents;
  const nextFree = (): string => {
    for (;;) {
      const address = addressIn(subnet, offset++);
      if (!taken.has(address)) return address;
    }
  };
  return names.map((name) => known[name] ?? nextFree());
}

/**
 * Host form: the addresses of the cluster's network are its own, but what its agents publish for tasks is on every address
 * of the machine. Bridge form: all of it is published side by side.
 */
export function dockerSeats(spec: ClusterSpec, docker: DockerPlacement, slot: number): Seats {
  const addresses = dockerAddresses(spec, docker);
  const bridged = docker.form === "bridge";
  const sit =
    (ownSlot: number) =>
    (address: string): Seat =>
      bridged ? { address: docker.publish.hostname, slot } : { address, slot: ownSlot };
  return {
    zookeeper: addresses.zookeeper.map(sit(0)),
    masters: addresses.masters.map(sit(0)),
    agents: addresses.agents.map(sit(slot)),
  };
}

/** The first address of a network, which Docker gives to its bridge. @throws ConfigError SUBNET_INVALID */
export function gatewayOf(subnet: string): string {
  return addressIn(subnet, 1);
}

function addressIn(subnet: string, offset: number): string {
  const [address = "", prefix = ""] = subnet.split("/");
  const bytes = address.split(".").map(Number);
  const bits = Number(prefix);
  const sound = bytes.length === 4 && bytes.every((byte) => Number.isInteger(byte) && byte >= 0 && byte <= 255);
  if (!sound || !Number.isInteger(bits) || prefix === "" || bits < 8 || bits > 24) {
    throw new ConfigError(`The network ${subnet} is not an IPv4 network of 256 addresses or more.`, {
      code: "SUBNET_INVALID",
      hint: "Give one such as 172.30.0.0/24, which nothing else on the daemon's machine uses.",
    });
  }
  const first = bytes.reduce((sum, byte) => sum * 256 + byte, 0);
  const network = first - (first % 2 ** (32 - bits));
  const number = network + offset;
  return [24, 16, 8, 0].map((shift) => Math.floor(number / 2 ** shift) % 256).join(".");
}
