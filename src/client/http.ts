// HTTP as this project speaks it with masters and agents, on undici: whole answers and endless ones, redirects followed
// as Mesos sends them, and a failed connection told apart from an answer.
import type { Readable } from "node:stream";
import type { Agent, Dispatcher } from "undici";
import { MesosUpError } from "../errors.ts";
import type { ErrorDetails } from "../errors.ts";
import { apiError } from "./api-errors.ts";
import { addressOver, credentialHeaders } from "./connection.ts";
import type { HttpConnection, HttpWatcher } from "./connection.ts";

export interface HttpRequest {
  method?: "GET" | "POST" | "PUT" | "DELETE";
  url: string;
  headers?: Record<string, string>;
  /** A stream goes out as it comes; a watcher does not hear of it. */
  body?: string | Readable;
  signal?: AbortSignal | undefined;
  /** Until the answer's head is there, and then between any two parts of its body. */
  timeoutMs?: number;
  /** Default: true. */
  followRedirects?: boolean;
}

export interface HttpHead {
  /** Of the server that answered in the end. */
  url: string;
  status: number;
  /** Names in lower case. */
  headers: Record<string, string | string[] | undefined>;
}

export interface HttpAnswer extends HttpHead {
  body: Buffer;
}

/** An answer whose body may never end. Leaving the loop over it closes the connection. */
export interface HttpStream extends HttpHead {
  body: AsyncIterable<Uint8Array> & { destroy(): void };
}

/** Nobody answered: nothing listens there, the connection broke, or the time was up. */
export class UnreachableError extends MesosUpError {
  readonly url: string;

  constructor(message: string, details: ErrorDetails & { url: string }) {
    super(message, details);
    this.url = details.url;
  }
}

const DEFAULT_TIMEOUT_MS = 10_000;
const MAX_REDIRECTS = 5;

/** Keeps connections open between requests, calls and streams apart. `close` when done, lest they linger. */
export class HttpClient implements AsyncDisposable {
  readonly #agents = new Map<"calls" | "streams", Agent>();
  readonly #connection: HttpConnection;
  #exchanges = 0;

  constructor(connection: HttpConnection = {}) {
    this.#connection = connection;
  }

  /**
   * One exchange, redirects (307) followed.
   * @throws UnreachableError; any answer at all is returned.
   */
  async request(request: HttpRequest): Promise<HttpAnswer> {
    const { id, body, ...head } = await this.#follow(request, "calls");
    return { ...head, body: await readAll(this.#watched(id, reported(head.url, body, request.signal))) };
  }

  /**
   * One exchange whose answer is JSON.
   * @throws MesosApiError for every status but success, UnreachableError.
   */
  async json<T>(request: HttpRequest): Promise<T> {
    const answer = await this.request({ ...request, headers: { Accept: "application/json", ...request.headers } });
    const text = answer.body.toString("utf8");
    const what = `${request.method ?? "GET"} ${new URL(answer.url).pathname}`;
    if (answer.status >= 300) throw apiError(what, new URL(answer.url).origin, { status: answer.status, body: text });
    try {
      return JSON.parse(text) as T;
    } catch {
      throw apiError(what, new URL(answer.url).origin, { status: answer.status, body: text });
    }
  }

  /**
   * Opens a stream, redirects followed; no limit between parts of its body.
   * @throws UnreachableError
   */
  async open(request: HttpRequest): Promise<HttpStream> {
    const { id, body, ...head } = await this.#follow(request, "streams");
    const bytes = this.#watched(id, reported(head.url, body, request.signal));
    return { ...head, body: Object.assign(bytes, { destroy: () => body.destroy() }) };
  }

  /** Ends every connection, those of open streams too. */
  async close(): Promise<void> {
    const agents = [...this.#agents.values()];
    this.#agents.clear();
    await Promise.all(agents.map((agent) => agent.destroy()));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  /** The same bytes, of which the watcher hears. */
  #watched(id: number, body: AsyncGenerator<Uint8Array>): AsyncGenerator<Uint8Array> {
    const { watcher } = this.#connection;
    return watcher === undefined ? body : told(watcher, id, body);
  }

  async #follow(
    request: HttpRequest,
    kind: "calls" | "streams",
  ): Promise<HttpHead & { id: number; body: Dispatcher.ResponseData["body"] }> {
    let url = addressOver(this.#connection, request.url);
    const asked = new Set<string>();
    for (let hops = 0; ; hops++) {
      asked.add(new URL(url).origin);
      const answer = await this.#send({ ...request, url }, kind);
      const follow = answer.statusCode === 307 && request.followRedirects !== false && hops < MAX_REDIRECTS;
      const target = follow ? redirectTarget(url, answer.headers["location"]) : undefined;
      // A master that was started anew redirects to itself until ZooKeeper has forgotten its predecessor at that address.
      if (target === undefined || asked.has(new URL(addressOver(this.#connection, target)).origin)) {
        return { url, id: answer.id, status: answer.statusCode, headers: answer.headers, body: answer.body };
      }
      await answer.body.dump();
      url = addressOver(this.#connection, target);
    }
  }

  async #send(request: HttpRequest, kind: "calls" | "streams"): Promise<Dispatcher.ResponseData & { id: number }> {
    request.signal?.throwIfAborted();
    // Loaded here: a program that only starts a cluster has better things to do in its first milliseconds.
    const { Agent } = (await import("undici")).default;
    request.signal?.throwIfAborted();
    let dispatcher = this.#agents.get(kind);
    if (dispatcher === undefined) {
      const { ca } = this.#connection;
      dispatcher = new Agent({ connect: { timeout: DEFAULT_TIMEOUT_MS, ...(ca !== undefined && { ca }) } });
      this.#agents.set(kind, dispatcher);
    }
    const { method = "GET", url, body, timeoutMs = DEFAULT_TIMEOUT_MS } = request;
    const headers = { ...credentialHeaders(this.#connection), ...request.headers };
    const { watcher } = this.#connection;
    const id = this.#exchanges++;
    watcher?.asked({ id, method, url, headers, ...(typeof body === "string" && { body }) });
    try {
      const { origin, pathname, search } = new URL(url);
      const sent = dispatcher.request({
        origin,
        path: pathname + search,
        method,
        headersTimeout: timeoutMs,
        bodyTimeout: kind === "streams" ? 0 : timeoutMs,
        headers,
        ...(body !== undefined && { body }),
        ...(request.signal && { signal: request.signal }),
      });
      const answer = await unlessAborted(sent, request.signal);
      watcher?.answered({ id, status: answer.statusCode, headers: answer.headers, streams: kind === "streams" });
      return { ...answer, id };
    } catch (cause) {
      watcher?.ended({ id, reason: reasonOf(cause) });
      throw unreachable(url, cause, request.signal);
    }
  }
}

/** undici heeds an abort only once it is connected, which may take its whole limit; nothing is sent then. */
function unlessAborted<T>(sent: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (signal === undefined) return sent;
  return new Promise((resolve, reject) => {
    const abort = (): void => reject(signal.reason as Error);
    signal.addEventListener("abort", abort, { once: true });
    void sent.then(resolve, reject).finally(() => signal.removeEventListener("abort", abort));
  });
}

/** Where a 307 leads. Mesos leaves the scheme out ("//host:port/path") on some paths and not on others. */
export function redirectTarget(url: string, location: string | string[] | undefined): string | undefined {
  if (typeof location !== "string" || !URL.canParse(location, url)) return undefined;
  return new URL(location, url).href;
}

/** The bytes of a body that ends. */
export async function readAll(body: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const parts: Uint8Array[] = [];
  for await (const part of body) parts.push(part);
  return Buffer.concat(parts);
}

/** The same bytes; what undici throws underway comes out as an error of ours. */
async function* reported(
  url: string,
  body: AsyncIterable<Uint8Array>,
  signal?: AbortSignal,
): AsyncGenerator<Uint8Array> {
  try {
    yield* body;
  } catch (cause) {
    throw unreachable(url, cause, signal);
  }
}

async function* told(watcher: HttpWatcher, id: number, body: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  try {
    for await (const bytes of body) {
      watcher.received({ id, bytes });
      yield bytes;
    }
    watcher.ended({ id });
  } catch (error) {
    watcher.ended({ id, reason: reasonOf(error) });
    throw error;
  }
}

function unreachable(url: string, cause: unknown, signal: AbortSignal | undefined): Error {
  if (signal?.aborted) return signal.reason as Error;
  const { origin } = new URL(url);
  return new UnreachableError(`${origin} gave no answer: ${reasonOf(cause)}.`, {
    code: "UNREACHABLE",
    hint: CERTIFICATE_REFUSED.test(codeOf(cause))
      ? "Name the certificates that the cluster's descend from with --ca FILE, and the host as its certificate does."
      : "Check that the master or agent runs and that its address is right.",
    url: origin,
    cause,
  });
}

/** Of OpenSSL and Node, for a certificate that is not believed. */
const CERTIFICATE_REFUSED = /CERT|UNABLE_TO_(VERIFY|GET_ISSUER)/;

function codeOf(cause: unknown): string {
  return (cause as NodeJS.ErrnoException | undefined)?.code ?? "";
}

/** An AggregateError (several addresses of one name were tried) has an empty message of its own. */
function reasonOf(cause: unknown): string {
  if (cause instanceof AggregateError) return cause.errors.map(reasonOf).join(", ");
  return cause instanceof Error ? cause.message : String(cause);
}
