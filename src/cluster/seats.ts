// Where the nodes of a cluster sit, as far as ports are concerned: nodes at one address share its ports.

export interface Seat {
  address: string;
  /** Moves the ports that the spec leaves open, see ports.ts. */
  slot: number;
}

/** One seat a node, in the order of the nodes. */
export interface Seats {
  zookeeper: Seat[];
  masters: Seat[];
  agents: Seat[];
}

/** Of every seat, how many before it are at the same address. */
export function ordinals(seats: readonly Seat[]): number[] {
  const counts = new Map<string, number>();
  return seats.map(({ address }) => {
    const before = counts.get(address) ?? 0;
    counts.set(address, before + 1);
    return before;
  });
}
