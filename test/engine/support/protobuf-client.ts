// A scripted client that speaks protobuf: calls, and streams of events one by one. It knows nothing of who answers.
import { decodeMessage, encodeMessage } from "../../../src/mesos/protobuf/codec.ts";
import { RecordIoDecoder } from "../../../src/mesos/recordio.ts";

export const PROTOBUF = "application/x-protobuf";

export interface ProtobufEvent {
  type: string;
  [part: string]: unknown;
}

/** POST with a body in protobuf, JSON where `headers` say so. `message`: of its definition, such as "scheduler.Call". */
export function post(
  url: string,
  { message, call, headers = {} }: { message: string; call: object | Uint8Array; headers?: Record<string, string> },
): Promise<Response> {
  const isJson = headers["Content-Type"] === "application/json";
  const encoded = isJson ? JSON.stringify(call) : call instanceof Uint8Array ? call : encodeMessage(message, call);
  return fetch(url, {
    method: "POST",
    headers: { "Content-Type": PROTOBUF, Accept: PROTOBUF, ...headers },
    body: typeof encoded === "string" ? encoded : Buffer.from(encoded),
  });
}

/** Events of one open answer, in their order. */
export class EventReader {
  readonly #chunks: AsyncIterator<Uint8Array, undefined>;
  readonly #decoder = new RecordIoDecoder();
  readonly #decode: (record: Uint8Array) => ProtobufEvent;
  readonly #waiting: Uint8Array[] = [];

  /** `message`: of the events' definition; undefined for JSON. */
  constructor(response: Response, message: string | undefined) {
    if (!response.body) throw new Error("The answer has no body");
    this.#chunks = (response.body as unknown as AsyncIterable<Uint8Array, undefined>)[Symbol.asyncIterator]();
    this.#decode = (record) =>
      (message === undefined
        ? JSON.parse(Buffer.from(record).toString())
        : decodeMessage(message, record)) as ProtobufEvent;
  }

  /** The next event of that type; others before it are passed over. Undefined once the stream has ended. */
  async next(type: string): Promise<ProtobufEvent | undefined> {
    for (;;) {
      const record = await this.#nextRecord();
      const event = record && this.#decode(record);
      if (event === undefined || event.type === type) return event;
    }
  }

  /** Hangs up. */
  async close(): Promise<void> {
    await this.#chunks.return?.();
  }

  async #nextRecord(): Promise<Uint8Array | undefined> {
    for (;;) {
      const record = this.#waiting.shift();
      if (record) return record;
      const { value, done } = await this.#chunks.next();
      if (done) return undefined;
      this.#waiting.push(...this.#decoder.push(value));
    }
  }
}

interface SubscribedPart {
  framework_id: { value: string };
}

/** A framework that has subscribed. */
export class ProtobufFramework {
  readonly events: EventReader;
  readonly #url: string;
  readonly #streamId: string;
  #id = "";

  private constructor(url: string, response: Response) {
    this.#url = url;
    this.#streamId = response.headers.get("mesos-stream-id") ?? "";
    this.events = new EventReader(response, "scheduler.Event");
  }

  /** `call`: a SUBSCRIBE, as bytes or in its JSON shape. */
  static async subscribe(master: string, call: object | Uint8Array): Promise<ProtobufFramework> {
    const url = `${master}/api/v1/scheduler`;
    const response = await post(url, { message: "scheduler.Call", call });
    if (response.status !== 200) throw new Error(`SUBSCRIBE was answered ${response.status} ${await response.text()}`);
    const framework = new ProtobufFramework(url, response);
    const event = await framework.events.next("SUBSCRIBED");
    framework.#id = (event?.["subscribed"] as SubscribedPart).framework_id.value;
    return framework;
  }

  get id(): string {
    return this.#id;
  }

  call(parts: { type: string } & Record<string, unknown>, headers: Record<string, string> = {}): Promise<Response> {
    const call = { framework_id: { value: this.#id }, ...parts };
    const stream = { "Mesos-Stream-Id": this.#streamId };
    return post(this.#url, { message: "scheduler.Call", call, headers: { ...stream, ...headers } });
  }
}
