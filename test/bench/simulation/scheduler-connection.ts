// A framework's connection for benches: as little as the v1 scheduler API asks for, so that what is measured is the master.
// Calls go down one connection, a few of them before the first is answered.
import { request } from "node:http";
import { connect, type Socket } from "node:net";
import { RecordIoDecoder } from "../../../src/mesos/recordio.ts";
import {
  SCHEDULER_PATH,
  STREAM_ID_HEADER,
  type SchedulerCall,
  type SchedulerEvent,
} from "../../../src/mesos/scheduler-api.ts";
import type { FrameworkInfo } from "../../../src/mesos/types.ts";

export interface Address {
  host: string;
  port: number;
}

/** As many calls may be without an answer; the next ones wait here. */
const CALLS_IN_FLIGHT = 4;

export interface SubscribeOptions {
  master: Address;
  info: FrameworkInfo;
  suppressedRoles?: string[];
  /** SUBSCRIBE is about to be sent. */
  onSubscribe?: () => void;
  /** Also SUBSCRIBED, and everything that arrives with it. */
  onEvent: (event: SchedulerEvent, connection: SchedulerConnection) => void;
  /** A refused call, or a stream that ended by itself. */
  onError: (error: Error) => void;
}

type CallParts = SchedulerCall extends infer C
  ? C extends { framework_id?: unknown }
    ? Omit<C, "framework_id">
    : never
  : never;

export class SchedulerConnection {
  readonly #options: SubscribeOptions;
  readonly #calls: Socket;
  #streamId = "";
  #frameworkId = "";
  #answers = "";
  #inFlight = 0;
  readonly #waiting: string[] = [];
  #closed = false;
  #closeStream = (): void => {};
  #end = (): void => {};
  readonly #ended = new Promise<void>((resolve) => (this.#end = resolve));

  /** Resolves once SUBSCRIBED has arrived. */
  static async open(options: SubscribeOptions): Promise<SchedulerConnection> {
    const calls = connect({ ...options.master, noDelay: true });
    await new Promise<void>((resolve, reject) => calls.once("connect", () => resolve()).once("error", reject));
    const connection = new SchedulerConnection(options, calls);
    await connection.#subscribe();
    return connection;
  }

  private constructor(options: SubscribeOptions, calls: Socket) {
    this.#options = options;
    this.#calls = calls;
    calls.setEncoding("latin1");
    calls.on("data", (text: string) => this.#readAnswers(text));
    calls.on("error", (error) => this.#fail(error));
    calls.on("close", () => this.#fail(new Error("The master closed the connection for calls")));
  }

  get frameworkId(): string {
    return this.#frameworkId;
  }

  /** All calls have been answered. */
  get idle(): boolean {
    return this.#inFlight === 0 && this.#waiting.length === 0;
  }

  /** Sends a call; one that the master does not accept with 202 comes back through `onError`. */
  call(parts: CallParts): void {
    const body = JSON.stringify({ framework_id: { value: this.#frameworkId }, ...parts });
    this.#waiting.push(
      `POST ${SCHEDULER_PATH} HTTP/1.1\r\nHost: any\r\nContent-Type: application/json\r\n` +
        `${STREAM_ID_HEADER}: ${this.#streamId}\r\nContent-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`,
    );
    this.#sendWaiting();
  }

  /** Says TEARDOWN and waits until the master has ended the stream, or has not within two seconds. */
  async teardown(): Promise<void> {
    this.#options.onError = () => {};
    this.call({ type: "TEARDOWN" });
    await Promise.race([this.#ended, new Promise((resolve) => setTimeout(resolve, 2000))]);
    this.close();
  }

  /** Leaves without TEARDOWN. */
  close(): void {
    this.#closed = true;
    this.#closeStream();
    this.#calls.destroy();
  }

  #sendWaiting(): void {
    const next = this.#waiting.splice(0, CALLS_IN_FLIGHT - this.#inFlight);
    this.#inFlight += next.length;
    if (next.length > 0 && !this.#closed) this.#calls.write(next.join(""));
  }

  #subscribe(): Promise<void> {
    const { master, info, suppressedRoles, onEvent } = this.#options;
    const call: SchedulerCall = {
      type: "SUBSCRIBE",
      subscribe: { framework_info: info, ...(suppressedRoles ? { suppressed_roles: suppressedRoles } : {}) },
    };
    return new Promise((resolve, reject) => {
      const headers = { "Content-Type": "application/json", Accept: "application/json" };
      const sent = request({ ...master, path: SCHEDULER_PATH, method: "POST", headers, agent: false }, (response) => {
        if (response.statusCode !== 200) reject(new Error(`SUBSCRIBE was answered with ${response.statusCode ?? 0}`));
        this.#streamId = response.headers[STREAM_ID_HEADER.toLowerCase()]?.toString() ?? "";
        this.#closeStream = () => response.destroy();
        const decoder = new RecordIoDecoder();
        response.on("data", (chunk: Buffer) => {
          for (const record of decoder.push(chunk)) {
            const event = JSON.parse(Buffer.from(record).toString("utf8")) as SchedulerEvent;
            if (event.type === "SUBSCRIBED") {
              this.#frameworkId = event.subscribed.framework_id.value;
              resolve();
            }
            onEvent(event, this);
          }
        });
        response.on("error", (error) => this.#fail(error));
        response.on("close", this.#end);
        response.on("end", () => this.#fail(new Error("The master ended the event stream")));
      });
      sent.on("error", reject);
      this.#options.onSubscribe?.();
      sent.end(JSON.stringify(call));
    });
  }

  /** Accepted calls are answered with an empty body, so that a blank line ends every answer. */
  #readAnswers(text: string): void {
    this.#answers += text;
    for (;;) {
      const end = this.#answers.indexOf("\r\n\r\n");
      if (end < 0) {
        this.#sendWaiting();
        return;
      }
      const head = this.#answers.slice(0, end);
      if (!head.startsWith("HTTP/1.1 202")) {
        this.#fail(new Error(`A call was refused: ${this.#answers}`));
        return;
      }
      this.#answers = this.#answers.slice(end + 4);
      this.#inFlight--;
    }
  }

  #fail(error: Error): void {
    if (this.#closed) return;
    this.close();
    this.#options.onError(error);
  }
}
