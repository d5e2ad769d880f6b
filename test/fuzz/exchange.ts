// One request to a master, however wrong it is, and what becomes of it.
import { Agent, type IncomingMessage, request } from "node:http";
import { connect } from "node:net";

export interface Exchange {
  method?: string;
  path: string;
  headers?: Record<string, string>;
  body?: string | Buffer;
}

/** A status and what came first of the body, or a connection that was closed without an answer. */
export type Outcome = { status: number; body: string; headers: IncomingMessage["headers"] } | "closed";

/** Neither an answer nor an end of the connection within this time is a defect. */
const ANSWER_TIMEOUT_MS = 20_000;

/** The part of an answer that is kept: streams of events do not end. */
const KEPT_BYTES = 64 * 1024;

export class Asker {
  readonly #port: number;
  readonly #agent = new Agent({ keepAlive: true, maxSockets: 8 });

  constructor(port: number) {
    this.#port = port;
  }

  /** @throws Error if there is neither an answer nor an end in time */
  ask({ method = "POST", path, headers = {}, body = "" }: Exchange): Promise<Outcome> {
    return new Promise((resolve, reject) => {
      const asked = request({ port: this.#port, method, path, headers, agent: this.#agent }, (response) => {
        let text = "";
        const done = (): void => resolve({ status: response.statusCode ?? 0, body: text, headers: response.headers });
        response.on("data", (part: Buffer) => {
          text += part.toString("latin1");
          // What has no length is a stream of events: its first record is answer enough.
          if ("content-length" in response.headers && text.length < KEPT_BYTES) return;
          done();
          response.destroy();
        });
        response.on("end", done);
        response.on("error", done);
      });
      const timer = setTimeout(() => {
        reject(new Error(`No answer to ${method} ${path} ${String(body).slice(0, 500)}`));
        asked.destroy();
      }, ANSWER_TIMEOUT_MS);
      asked.on("error", () => resolve("closed"));
      asked.on("close", () => clearTimeout(timer));
      asked.end(body);
    });
  }

  /** Bytes as they are, on a connection of their own; resolves with what came back until it was closed or silent. */
  raw(bytes: Buffer, silenceMs: number): Promise<string> {
    return new Promise((resolve) => {
      let text = "";
      const socket = connect(this.#port, "127.0.0.1", () => socket.write(bytes));
      socket.setTimeout(silenceMs, () => socket.destroy());
      socket.on("data", (part) => (text += part.toString("latin1")));
      socket.on("error", () => {});
      socket.on("close", () => resolve(text));
    });
  }

  close(): void {
    this.#agent.destroy();
  }
}
