// Dominant resource fairness (Ghodsi et al., NSDI 2011): whoever has the smallest dominant share comes first.
import { decrease, increase, type Quantities } from "./quantities.ts";

interface Client {
  name: string;
  weight: number;
  allocated: Quantities;
  /** How often it was allocated something: among equal shares, the least favoured goes first. */
  allocations: number;
  share: number;
}

/** Keeps clients in the order of their dominant share divided by their weight. */
export class DrfSorter {
  readonly #clients = new Map<string, Client>();
  readonly #total: Quantities;
  readonly #excluded: ReadonlySet<string>;
  #order: Client[] = [];
  /** Whose place in the order may be wrong: one client's, as after an allocation, or anybody's. */
  #misplaced: Client | "anybody" | undefined;
  /** The total has changed, and with it every share. */
  #stale = false;

  /** `total` is the whole cluster and may change: say so with `totalChanged`. `excluded` resources do not count. */
  constructor(total: Quantities, excluded: ReadonlySet<string> = new Set()) {
    this.#total = total;
    this.#excluded = excluded;
  }

  get size(): number {
    return this.#clients.size;
  }

  has(name: string): boolean {
    return this.#clients.has(name);
  }

  add(name: string, weight = 1): void {
    if (this.#clients.has(name)) return;
    const client: Client = { name, weight, allocated: new Map(), allocations: 0, share: 0 };
    this.#clients.set(name, client);
    this.#order.push(client);
    this.#misplaced = "anybody";
  }

  remove(name: string): void {
    this.#clients.delete(name);
    this.#order = this.#order.filter((client) => client.name !== name);
  }

  setWeight(name: string, weight: number): void {
    const client = this.#clients.get(name);
    if (!client) return;
    client.weight = weight;
    this.#update(client);
  }

  allocated(name: string, quantities: Quantities): void {
    const client = this.#clients.get(name);
    if (!client) return;
    increase(client.allocated, quantities);
    client.allocations++;
    this.#update(client);
  }

  released(name: string, quantities: Quantities): void {
    const client = this.#clients.get(name);
    if (!client) return;
    decrease(client.allocated, quantities);
    this.#update(client);
  }

  totalChanged(): void {
    this.#stale = true;
  }

  /** Dominant share of a client, between 0 and 1, before its weight. */
  share(name: string): number {
    const client = this.#clients.get(name);
    return client ? this.#dominantShare(client) : 0;
  }

  allocationOf(name: string): Quantities {
    return this.#clients.get(name)?.allocated ?? new Map<string, number>();
  }

  /** Names, neediest first. */
  sorted(): string[] {
    if (this.#stale) for (const client of this.#order) this.#update(client);
    this.#stale = false;
    if (this.#misplaced === "anybody") this.#order.sort(neediestFirst);
    else if (this.#misplaced) this.#replace(this.#misplaced);
    this.#misplaced = undefined;
    return this.#order.map((client) => client.name);
  }

  #update(client: Client): void {
    client.share = this.#dominantShare(client) / client.weight;
    this.#misplaced = this.#misplaced === undefined || this.#misplaced === client ? client : "anybody";
  }

  /** Moves one client to where it belongs among the others, which are in order. */
  #replace(client: Client): void {
    const from = this.#order.indexOf(client);
    if (from < 0) return;
    this.#order.splice(from, 1);
    let low = 0;
    let high = this.#order.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      const other = this.#order[middle];
      if (other && neediestFirst(other, client) < 0) low = middle + 1;
      else high = middle;
    }
    this.#order.splice(low, 0, client);
  }

  #dominantShare(client: Client): number {
    let share = 0;
    for (const [name, amount] of client.allocated) {
      const total = this.#total.get(name) ?? 0;
      if (total > 0 && !this.#excluded.has(name)) share = Math.max(share, amount / total);
    }
    return share;
  }
}

function neediestFirst(a: Client, b: Client): number {
  return a.share - b.share || a.allocations - b.allocations || (a.name < b.name ? -1 : Number(a.name > b.name));
}
