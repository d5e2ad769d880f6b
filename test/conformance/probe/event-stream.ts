// An open subscription: its events as they came, and ways of waiting for one.
import type { IncomingHttpHeaders, IncomingMessage } from "node:http";
import { RecordIoDecoder } from "../../../src/mesos/recordio.ts";

/** An event with the time of its arrival, in milliseconds of a clock that only goes forward. */
export interface Arrival<Event> {
  event: Event;
  atMs: number;
}

export class EventStream<Event extends { type: string }> {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly arrivals: Arrival<Event>[] = [];
  readonly #answer: IncomingMessage;
  readonly #decoder = new RecordIoDecoder();
  #closed = false;
  #failure: Error | undefined;
  #watchers = new Set<() => void>();

  constructor(answer: IncomingMessage) {
    this.status = answer.statusCode ?? 0;
    this.headers = answer.headers;
    this.#answer = answer;
    answer.on("data", (chunk: Buffer) => this.#take(chunk));
    answer.on("error", () => this.#end());
    answer.on("close", () => this.#end());
  }

  get closed(): boolean {
    return this.#closed;
  }

  get streamId(): string {
    return this.headers["mesos-stream-id"]?.toString() ?? "";
  }

  get events(): Event[] {
    return this.arrivals.map(({ event }) => event);
  }

  /** How many events have come: what came after is asked for by this number. */
  mark(): number {
    return this.arrivals.length;
  }

  /**
   * The first event that fits, of those that have come since the mark and those still to come.
   * @throws Error when none comes in time, or when the stream ends first.
   */
  async wait(
    fits: (event: Event) => boolean,
    { limitMs = 60_000, since = 0 }: { limitMs?: number; since?: number } = {},
  ): Promise<Arrival<Event>> {
    const find = () => this.arrivals.slice(since).find(({ event }) => fits(event));
    await this.#until(() => find() !== undefined || this.#closed, limitMs);
    const found = find();
    if (found !== undefined) return found;
    if (this.#failure !== undefined) throw this.#failure;
    if (this.#closed) throw new Error("stream closed while waiting");
    throw new Error(`timed out waiting for event; saw ${this.events.map(({ type }) => type).join(",")}`);
  }

  /** The same, with undefined where `wait` throws. */
  async waitOrNone(...args: Parameters<EventStream<Event>["wait"]>): Promise<Arrival<Event> | undefined> {
    return await this.wait(...args).catch(() => undefined);
  }

  /** Whether the server ended the stream within the time. */
  async waitClosed(limitMs = 60_000): Promise<boolean> {
    await this.#until(() => this.#closed, limitMs);
    return this.#closed;
  }

  close(): void {
    this.#answer.destroy();
    this.#end();
  }

  #take(chunk: Buffer): void {
    if (this.status !== 200 || this.#closed) return;
    const atMs = performance.now();
    try {
      for (const record of this.#decoder.push(chunk)) {
        this.arrivals.push({ event: JSON.parse(Buffer.from(record).toString("utf8")) as Event, atMs });
      }
    } catch (error) {
      this.#failure = error as Error;
      this.close();
    }
    this.#tell();
  }

  #end(): void {
    this.#closed = true;
    this.#tell();
  }

  #tell(): void {
    for (const watcher of this.#watchers) watcher();
  }

  #until(holds: () => boolean, limitMs: number): Promise<void> {
    return new Promise((resolve) => {
      const finish = () => {
        clearTimeout(timer);
        this.#watchers.delete(check);
        resolve();
      };
      const check = () => {
        if (holds()) finish();
      };
      const timer = setTimeout(finish, limitMs);
      this.#watchers.add(check);
      check();
    });
  }
}
