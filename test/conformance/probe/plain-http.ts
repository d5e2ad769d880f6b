// HTTP as it goes over the wire: no redirect followed, no status turned into an error, so that a scenario sees what was
// really answered.
import { Agent, request, type ClientRequest, type IncomingHttpHeaders, type IncomingMessage } from "node:http";

export interface PlainRequest {
  method: string;
  path: string;
  headers?: Record<string, string>;
  /** Text goes out as it is, anything else as JSON. */
  body?: unknown;
}

export interface PlainAnswer {
  status: number;
  headers: IncomingHttpHeaders;
  body: string;
  /** The body as JSON, or as text where it is none. */
  json: unknown;
}

/** A master or agent that does not answer within this time does not answer. */
const ANSWER_WITHIN_MS = 15_000;

export class PlainHttp {
  readonly #agent = new Agent({ keepAlive: true, maxSockets: Infinity });

  /** One exchange with the server at `base` (http://host:port). */
  async exchange(base: string, { method, path, headers = {}, body }: PlainRequest): Promise<PlainAnswer> {
    const answer = await this.open(base, { method, path, headers, body });
    const chunks: Buffer[] = [];
    for await (const chunk of answer) chunks.push(chunk as Buffer);
    const text = Buffer.concat(chunks).toString("utf8");
    return { status: answer.statusCode ?? 0, headers: answer.headers, body: text, json: jsonOrText(text) };
  }

  /** The same for an answer whose body may never end; it is the caller's to read or to destroy. */
  open(base: string, { method, path, headers = {}, body }: PlainRequest): Promise<IncomingMessage> {
    const payload = body === undefined || typeof body === "string" ? body : JSON.stringify(body);
    const length = payload === undefined ? {} : { "Content-Length": String(Buffer.byteLength(payload)) };
    const { hostname, port } = new URL(base);
    return new Promise((resolve, reject) => {
      // The path is not parsed on its way: a scenario may ask for one that is no proper URL.
      const options = { host: hostname, port, path, method, agent: this.#agent, headers: { ...headers, ...length } };
      const outgoing = request(options, (answer) => {
        outgoing.setTimeout(0);
        resolve(answer);
      });
      outgoing.setTimeout(ANSWER_WITHIN_MS, () =>
        outgoing.destroy(new Error(`no answer to ${method} ${path} within ${ANSWER_WITHIN_MS / 1000} s`)),
      );
      outgoing.on("error", reject);
      outgoing.end(payload);
    });
  }

  /** A request whose body the caller writes as it goes along; its answer may come before the end of that. */
  begin(
    base: string,
    { method, path, headers = {} }: Omit<PlainRequest, "body">,
  ): { request: ClientRequest; answer: Promise<Pick<PlainAnswer, "status" | "body">> } {
    const { hostname, port } = new URL(base);
    const outgoing = request({ host: hostname, port, path, method, headers });
    const answer = new Promise<IncomingMessage>((resolve, reject) =>
      outgoing.on("response", resolve).on("error", reject),
    );
    const whole = answer.then(async (head) => {
      const chunks: Buffer[] = [];
      for await (const chunk of head) chunks.push(chunk as Buffer);
      return { status: head.statusCode ?? 0, body: Buffer.concat(chunks).toString("utf8") };
    });
    whole.catch(() => undefined);
    return { request: outgoing, answer: whole };
  }

  close(): void {
    this.#agent.destroy();
  }
}

function jsonOrText(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return text;
  }
}
