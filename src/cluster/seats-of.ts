// Which node sits where, by the way that the cluster is placed.
import { dockerSeats } from "./docker/docker-addresses.ts";
import type { Placement } from "./plan-types.ts";
import type { Seat, Seats } from "./seats.ts";
import type { ClusterSpec } from "./spec.ts";
import { machineAddresses } from "./vagrant/vagrant-machines.ts";

/** Every node's seat: on the cluster's Docker network, on machines of their own, or all on this machine. */
export function seatsOf(spec: ClusterSpec, placement: Placement): Seats {
  const { docker, slot, vagrant } = placement;
  if (docker !== undefined) return dockerSeats(spec, docker, slot);
  const addresses = vagrant === undefined ? placement.addresses : machineAddresses(spec);
  const agents = spec.agents.reduce((sum, { count }) => sum + count, 0);
  const sit = (count: number, given: readonly string[] | undefined): Seat[] =>
    Array.from({ length: count }, (_, i) => ({ address: given?.[i] ?? spec.bind, slot }));
  return {
    zookeeper: sit(spec.zookeeper.servers, addresses?.zookeeper),
    masters: sit(spec.masters.count, addresses?.masters),
    agents: sit(agents, addresses?.agents),
  };
}
