// A master that answers as a test tells it, over real HTTP.
import { createServer } from "node:http";
import type { IncomingMessage, Server, ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { encodeRecord, RecordIoDecoder } from "../../src/mesos/recordio.ts";
import { SCHEDULER_PATH } from "../../src/mesos/scheduler-api.ts";
import type { SchedulerCall, SchedulerEvent } from "../../src/mesos/scheduler-api.ts";

export interface Received {
  method: string;
  path: string;
  headers: IncomingMessage["headers"];
  /** Of a body in JSON. */
  body: unknown;
}

/** An open stream of events to one subscriber. */
export class EventStream {
  readonly call: SchedulerCall;
  readonly #response: ServerResponse;

  constructor(call: SchedulerCall, response: ServerResponse) {
    this.call = call;
    this.#response = response;
  }

  /** All at once, as a master does that has more than one to tell of. */
  send(...events: SchedulerEvent[]): void {
    this.#response.write(Buffer.concat(events.map((event) => encodeRecord(JSON.stringify(event)))));
  }

  end(): void {
    this.#response.end();
  }

  /** Drops the connection as a killed master does. */
  break(): void {
    this.#response.destroy();
  }
}

type Answer = (response: ServerResponse, request: Received) => void;

export class ScriptedMaster implements AsyncDisposable {
  readonly received: Received[] = [];
  readonly #server: Server;
  readonly #routes = new Map<string, Answer>();
  #streams: EventStream[] = [];
  #watchers: (() => void)[] = [];
  /** Answers to SUBSCRIBE, in order; then streams. */
  #subscribeAnswers: Answer[] = [];

  private constructor(server: Server) {
    this.#server = server;
    server.on("request", (request, response) => void this.#answer(request, response));
  }

  static async start(): Promise<ScriptedMaster> {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    return new ScriptedMaster(server);
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  /** How a path (with its query) is answered from now on. */
  on(path: string, answer: Answer): this {
    this.#routes.set(path, answer);
    return this;
  }

  /** How the next SUBSCRIBE is answered, in place of a stream. */
  onSubscribe(answer: Answer): this {
    this.#subscribeAnswers.push(answer);
    return this;
  }

  /** The stream of the next subscription that no test has taken yet. */
  async stream(): Promise<EventStream> {
    await this.#until(() => this.#streams.length > 0);
    return this.#streams.shift()!;
  }

  /** Waits for the next call of that type. */
  async call<T extends SchedulerCall["type"]>(type: T, nth = 1): Promise<Extract<SchedulerCall, { type: T }>> {
    const calls = () => this.received.filter(({ body }) => (body as { type?: string } | undefined)?.type === type);
    await this.#until(() => calls().length >= nth);
    return calls()[nth - 1]!.body as Extract<SchedulerCall, { type: T }>;
  }

  calls(): string[] {
    return this.received.map(({ body, path }) => (body as { type?: string } | undefined)?.type ?? path);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const closed = new Promise((resolve) => this.#server.close(resolve));
    this.#server.closeAllConnections();
    await closed;
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const parts: Buffer[] = [];
    for await (const part of request) parts.push(part as Buffer);
    const text = Buffer.concat(parts).toString("utf8");
    const received: Received = {
      method: request.method!,
      path: request.url!,
      headers: request.headers,
      body: text === "" ? undefined : parse(text, request.headers["content-type"]),
    };
    this.received.push(received);
    this.#respond(received, response);
    this.#watchers.splice(0).forEach((watcher) => watcher());
  }

  #respond(received: Received, response: ServerResponse): void {
    const call = received.body as SchedulerCall | undefined;
    const subscribes = received.path === SCHEDULER_PATH && call?.type === "SUBSCRIBE";
    const answer = this.#routes.get(received.path) ?? (subscribes ? this.#subscribeAnswers.shift() : undefined);
    if (answer !== undefined) answer(response, received);
    else if (subscribes) this.#stream(call, response);
    else status(received.path === SCHEDULER_PATH ? 202 : 404)(response, received);
  }

  #stream(call: SchedulerCall, response: ServerResponse): void {
    response.writeHead(200, {
      "Content-Type": "application/json",
      "Mesos-Stream-Id": `stream-${this.received.length}`,
    });
    response.flushHeaders();
    this.#streams.push(new EventStream(call, response));
  }

  async #until(condition: () => boolean): Promise<void> {
    while (!condition()) await new Promise<void>((resolve) => this.#watchers.push(resolve));
  }
}

/** A stream is the messages in it. */
function parse(text: string, contentType: string | undefined): unknown {
  if (contentType !== "application/recordio") return JSON.parse(text);
  const records = new RecordIoDecoder().push(Buffer.from(text));
  return records.map((record) => JSON.parse(Buffer.from(record).toString("utf8")) as unknown);
}

export function status(code: number, body = "", headers: Record<string, string> = {}): Answer {
  return (response) => response.writeHead(code, { "Content-Type": "text/plain", ...headers }).end(body);
}

export function json(value: unknown): Answer {
  return (response) => response.writeHead(200, { "Content-Type": "application/json" }).end(JSON.stringify(value));
}

export function subscribed(frameworkId: string, heartbeatSeconds = 15): SchedulerEvent {
  return {
    type: "SUBSCRIBED",
    subscribed: { framework_id: { value: frameworkId }, heartbeat_interval_seconds: heartbeatSeconds },
  };
}
