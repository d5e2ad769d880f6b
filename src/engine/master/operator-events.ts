// The subscribers of the v1 operator API's event stream.

/** An event of master.proto, such as TASK_ADDED. */
export type OperatorEvent = { type: string } & Record<string, unknown>;

export interface OperatorStream {
  send(event: OperatorEvent): void;
  close(): void;
}

/** Hands events to all subscribers; nothing is kept for later ones. */
export class OperatorEvents {
  readonly #streams = new Set<OperatorStream>();
  readonly #limit: number;

  /** Beyond `limit` subscribers, the oldest is dropped. */
  constructor(limit: number) {
    this.#limit = limit;
  }

  get subscribers(): number {
    return this.#streams.size;
  }

  add(stream: OperatorStream): void {
    this.#streams.add(stream);
    if (this.#streams.size <= this.#limit) return;
    const [oldest] = this.#streams;
    oldest?.close();
    if (oldest) this.#streams.delete(oldest);
  }

  delete(stream: OperatorStream): void {
    this.#streams.delete(stream);
  }

  /** `make` is only called if somebody listens. */
  publish(make: () => OperatorEvent): void {
    if (this.#streams.size === 0) return;
    const event = make();
    for (const stream of this.#streams) stream.send(event);
  }
}
