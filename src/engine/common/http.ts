// The HTTP server of master and agent: requests and answers as plain values, paths and refusals as libprocess has them.
import {
  createServer,
  type IncomingHttpHeaders,
  type IncomingMessage,
  type Server,
  type ServerResponse,
} from "node:http";
import type { AddressInfo } from "node:net";
import type { Duplex } from "node:stream";
import { gunzipSync, gzipSync } from "node:zlib";
import { MesosUpError } from "../../errors.ts";
import { JsonParts, jsonPieces } from "./json-parts.ts";
import { corkForNow } from "./cork.ts";
import { type Log, silentLog } from "./log.ts";
import { sendPieces, takeChunk } from "./send-pieces.ts";
import { turns } from "./turns.ts";

export interface HttpRequest {
  method: string;
  /** Decoded, without a prefix such as /master. */
  path: string;
  query: URLSearchParams;
  headers: IncomingHttpHeaders;
  /** host:port of the caller. */
  remote: string;
  body: Buffer;
}

/**
 * An answer. `pieces`, where given, are its body, made while it is written. `stream`, where given, takes over the response
 * after the headers are sent.
 */
export interface HttpAnswer {
  status: number;
  headers?: Record<string, string>;
  body?: string | Buffer;
  pieces?: Iterable<string>;
  stream?: (response: ServerResponse) => void;
}

export type HttpHandler = (request: HttpRequest) => HttpAnswer | Promise<HttpAnswer>;
export type UpgradeHandler = (request: IncomingMessage, socket: Duplex, head: Buffer) => void;

const TEXT = { "Content-Type": "text/plain; charset=utf-8" };

/** An answer with a text body; an empty one has neither body nor content type, as in Mesos. */
export const text = (status: number, body = "", headers: Record<string, string> = {}): HttpAnswer =>
  body === "" ? { status, headers } : { status, headers: { ...TEXT, ...headers }, body };

/** 200 with JSON; `jsonp`, where the query names one, wraps it for script tags as Mesos does. */
export function json(value: unknown, jsonp?: string | null): HttpAnswer {
  const headers = { "Content-Type": jsonp ? "text/javascript" : "application/json" };
  if (value instanceof JsonParts) {
    const pieces = jsonPieces(value);
    return { status: 200, headers, pieces: jsonp ? wrapped(jsonp, pieces) : pieces };
  }
  const body = JSON.stringify(value);
  return { status: 200, headers, body: jsonp ? `${jsonp}(${body});` : body };
}

function* wrapped(jsonp: string, pieces: Iterable<string>): Generator<string> {
  yield `${jsonp}(`;
  yield* pieces;
  yield ");";
}

/** `allowed`: one method, or several with ", " between them. */
export const methodNotAllowed = (allowed: string, received: string): HttpAnswer => {
  const quoted = allowed
    .split(", ")
    .map((method) => `'${method}'`)
    .join(", ");
  return text(405, `405 Method Not Allowed. Expecting one of { ${quoted} }, but received '${received}'.`, {
    Allow: allowed,
  });
};

/** Bodies above this are refused while they are being read. */
export const BODY_LIMIT_BYTES = 64 * 1024 * 1024;
/** So are all of them that are being read at once, above this. */
const BODIES_LIMIT_BYTES = 4 * BODY_LIMIT_BYTES;
const GZIP_FROM_BYTES = 1024;
const LONG_TEXT_CHARACTERS = 64 * 1024;

/** Paths and what answers them. A path also answers for everything below it, and under every prefix. */
export class HttpRoutes {
  readonly #handlers = new Map<string, HttpHandler>();
  readonly #upgrades = new Map<string, UpgradeHandler>();
  readonly #prefixes: string[];

  /** `prefixes`: names of libprocess processes, such as `/master`, under which every path exists once more. */
  constructor(prefixes: string[]) {
    this.#prefixes = prefixes;
  }

  route(path: string, handler: HttpHandler): this {
    this.#handlers.set(path, handler);
    return this;
  }

  upgrade(path: string, handler: UpgradeHandler): this {
    this.#upgrades.set(path, handler);
    return this;
  }

  get paths(): Iterable<string> {
    return this.#handlers.keys();
  }

  find(path: string): HttpHandler | undefined {
    return this.#walk(this.#strip(path));
  }

  findUpgrade(path: string): UpgradeHandler | undefined {
    return this.#upgrades.get(this.#strip(path));
  }

  #strip(path: string): string {
    const prefix = this.#prefixes.find((p) => path === p || path.startsWith(`${p}/`));
    return prefix === undefined ? path : path.slice(prefix.length) || "/";
  }

  #walk(path: string): HttpHandler | undefined {
    for (let at = path; at !== ""; at = at.slice(0, at.lastIndexOf("/"))) {
      const handler = this.#handlers.get(at);
      if (handler) return handler;
    }
    return undefined;
  }
}

/** The port is taken, or the address is not this machine's; worded as libprocess does. */
export class BindError extends MesosUpError {
  constructor(ip: string, port: number, cause: NodeJS.ErrnoException) {
    const reason = cause.code === "EADDRINUSE" ? "Address already in use" : cause.message;
    super(`Failed to initialize: Failed to bind on ${ip}:${port}: ${reason}`, {
      code: "BIND_FAILED",
      hint: "Give another --port, or end the program that listens there.",
      cause,
    });
  }
}

export interface ListenOptions {
  ip: string;
  port: number;
  /** How long a client may take to send the head of a request, and the whole of it. Default: a minute, and five. */
  patience?: { headMs: number; requestMs: number };
  /** What bodies that are being read may hold together. Default: 256 MB. */
  bodiesLimitBytes?: number;
  /** Hears of requests whose handlers fail, which are answered with 500. Default: none. */
  log?: Log;
}

const PATIENCE = { headMs: 60_000, requestMs: 300_000 };

/** Serves `routes`; resolves when it listens. @throws BindError */
export async function listen(routes: HttpRoutes, at: ListenOptions): Promise<{ server: Server; port: number }> {
  const { headMs, requestMs } = at.patience ?? PATIENCE;
  const log = (at.log ?? silentLog).named("process.cpp");
  const budget = new BodyBudget(at.bodiesLimitBytes ?? BODIES_LIMIT_BYTES);
  const limits = { headersTimeout: headMs, requestTimeout: requestMs, connectionsCheckingInterval: headMs / 2 };
  const server = createServer(limits, (request, response) => void answer({ routes, log, budget }, request, response));
  server.keepAliveTimeout = 120_000;
  server.on("upgrade", (request, socket, head) => {
    // The server has let go of the socket: nobody else would hear of a client that is gone.
    socket.on("error", () => socket.destroy());
    const handler = routes.findUpgrade(parseTarget(request.url)?.path ?? "");
    if (handler) handler(request, socket, head);
    else serveWithoutUpgrade(server, request, { socket, head });
  });
  await new Promise<void>((resolve, reject) => {
    server.once("error", (error) => reject(new BindError(at.ip, at.port, error)));
    server.listen(at.port, at.ip, 1024, () => resolve());
  });
  return { server, port: (server.address() as AddressInfo).port };
}

const ABOUT_UPGRADES = new Set(["connection", "upgrade", "http2-settings"]);

/** As if the client had not offered another protocol, which nobody has to accept; Java's HTTP client always offers h2c. */
function serveWithoutUpgrade(
  server: Server,
  { method, url, httpVersion, rawHeaders }: IncomingMessage,
  { socket, head }: { socket: Duplex; head: Buffer },
): void {
  const lines = [`${method ?? "GET"} ${url ?? "/"} HTTP/${httpVersion}`];
  for (let at = 0; at < rawHeaders.length; at += 2) {
    const [name = "", value = ""] = rawHeaders.slice(at, at + 2);
    if (!ABOUT_UPGRADES.has(name.toLowerCase())) lines.push(`${name}: ${value}`);
  }
  socket.unshift(Buffer.concat([Buffer.from(`${lines.join("\r\n")}\r\n\r\n`, "latin1"), head]));
  server.emit("connection", socket);
}

/** Ends an upgrade request with an ordinary refusal. */
export function refuseUpgrade(
  socket: Duplex,
  status: number,
  reason: string,
  headers: Record<string, string> = {},
): void {
  const lines = Object.entries({ ...headers, "Content-Length": "0", Connection: "close" }).map(
    ([k, v]) => `${k}: ${v}\r\n`,
  );
  socket.end(`HTTP/1.1 ${status} ${reason}\r\n${lines.join("")}\r\n`);
}

async function answer(
  { routes, log, budget }: { routes: HttpRoutes; log: Log; budget: BodyBudget },
  incoming: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  try {
    const target = parseTarget(incoming.url);
    const handler = target && routes.find(target.path);
    if (!target || !handler) {
      incoming.resume();
      await send(incoming, response, text(404, "404 Not Found."));
      return;
    }
    const received = await readBody(incoming, budget);
    if (!received) {
      refuseBody(incoming, response);
      return;
    }
    const body = unpack(received, incoming.headers["content-encoding"]);
    if ("refusal" in body) {
      await send(incoming, response, body.refusal);
      return;
    }
    await turns.taken();
    const remote = `${incoming.socket.remoteAddress ?? ""}:${incoming.socket.remotePort ?? 0}`;
    const { method = "GET", headers } = incoming;
    await send(incoming, response, await handler({ method, ...target, headers, remote, body: body.unpacked }));
  } catch (error) {
    // A client that hangs up in the middle of its request is nobody's failure.
    if (incoming.errored || response.destroyed) return;
    // Only defects come here, and their stacks are what tells where.
    const { message, stack = message } = error as Error;
    log.error(`Failed to answer ${incoming.method ?? ""} '${incoming.url ?? ""}': ${stack}`);
    if (response.headersSent) response.destroy();
    else await send(incoming, response, text(500, `500 Internal Server Error: ${message}`));
  }
}

/** Undefined if it names nothing that could be here. */
function parseTarget(target: string | undefined): { path: string; query: URLSearchParams } | undefined {
  try {
    const { pathname, searchParams } = new URL(target ?? "/", "http://any");
    return { path: decodeURIComponent(pathname), query: searchParams };
  } catch {
    return undefined;
  }
}

/** What half-received bodies hold together: many clients must not do what one may not. */
class BodyBudget {
  #heldBytes = 0;
  readonly #limitBytes: number;

  constructor(limitBytes: number) {
    this.#limitBytes = limitBytes;
  }

  /** False if there is no room for so much more. */
  take(bytes: number): boolean {
    this.#heldBytes += bytes;
    return this.#heldBytes <= this.#limitBytes;
  }

  giveBack(bytes: number): void {
    this.#heldBytes -= bytes;
  }
}

/** The whole body; undefined, as soon as that is known, if it is larger than the limit, or than what there is room for. */
function readBody(incoming: IncomingMessage, budget: BodyBudget): Promise<Buffer | undefined> {
  if (Number(incoming.headers["content-length"] ?? 0) > BODY_LIMIT_BYTES) return Promise.resolve(undefined);
  return new Promise((resolve, reject) => {
    const parts: Buffer[] = [];
    let size = 0;
    let held = 0;
    const letGo = (): void => {
      budget.giveBack(held);
      held = 0;
      parts.length = 0;
    };
    let isRefused = false;
    incoming.on("data", (part: Buffer) => {
      if (isRefused) return;
      size += part.length;
      held += part.length;
      isRefused = !budget.take(part.length) || size > BODY_LIMIT_BYTES;
      if (!isRefused) return void parts.push(part);
      letGo();
      resolve(undefined);
    });
    incoming.on("end", () => {
      resolve(Buffer.concat(parts));
      letGo();
    });
    incoming.on("error", reject);
    incoming.on("close", () => {
      letGo();
      reject(new Error("The request was cut short"));
    });
  });
}

/** How long a client that was refused may go on sending before its connection is closed. */
const LINGER_MS = 2000;

/** A connection closed while its client still sends would take the answer with it: the rest is read, and thrown away. */
function refuseBody(incoming: IncomingMessage, response: ServerResponse): void {
  const { status, headers, body = "" } = text(413, "413 Request Entity Too Large.", { Connection: "close" });
  response.writeHead(status, { ...headers, "Content-Length": String(body.length) });
  response.write(body);
  const end = (): void => void response.end();
  const timer = setTimeout(end, LINGER_MS);
  incoming.on("close", () => clearTimeout(timer));
  incoming.on("end", end);
  incoming.resume();
}

function unpack(body: Buffer, encoding: string | undefined): { unpacked: Buffer } | { refusal: HttpAnswer } {
  if (encoding !== "gzip") return { unpacked: body };
  try {
    return { unpacked: gunzipSync(body, { maxOutputLength: BODY_LIMIT_BYTES }) };
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ERR_BUFFER_TOO_LARGE")
      return { refusal: text(413, "413 Request Entity Too Large.") };
    return { refusal: text(400, "400 Bad Request.") };
  }
}

async function send(incoming: IncomingMessage, response: ServerResponse, answered: HttpAnswer): Promise<void> {
  if (answered.stream) {
    response.writeHead(answered.status, answered.headers);
    response.flushHeaders();
    answered.stream(response);
    return;
  }
  const acceptsGzip = /\bgzip\b/.test(incoming.headers["accept-encoding"]?.toString() ?? "");
  const headers = { ...answered.headers };
  let body = answered.body ?? "";
  if (answered.pieces) {
    const rest = answered.pieces[Symbol.iterator]();
    const { chunk, done } = takeChunk(rest);
    if (!done)
      return sendPieces(response, { ...{ status: answered.status, headers, gzip: acceptsGzip }, first: chunk, rest });
    body = chunk;
  }
  if (acceptsGzip && body.length >= GZIP_FROM_BYTES) {
    body = gzipSync(body, { level: 1 });
    headers["Content-Encoding"] = "gzip";
  }
  // A long text would be copied whole behind its headers, and again for the socket with room for three bytes a character.
  if (typeof body === "string" && body.length >= LONG_TEXT_CHARACTERS) body = Buffer.from(body);
  headers["Content-Length"] = String(Buffer.byteLength(body));
  // Answers to calls that came together go together.
  if (response.socket) corkForNow(response.socket);
  response.writeHead(answered.status, headers);
  response.end(body);
}
