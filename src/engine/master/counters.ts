// Numbers that only go up, for /metrics/snapshot.

/** Counts by the name of the metric without its `master/`. */
export class Counters {
  readonly #values = new Map<string, number>();

  count(name: string): void {
    this.#values.set(name, this.get(name) + 1);
  }

  get(name: string): number {
    return this.#values.get(name) ?? 0;
  }
}
