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

/** An answer. `stream`, where given, takes over the response after the headers are sent. */
export interface HttpAnswer {
  status: number;
  headers?: Record<string, string>;
  body?: string | Buffer;
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
  const body = JSON.stringify(value);
  if (!jsonp) return { status: 200, headers: { "Content-Type": "application/json" }, body };
  return { status: 200, headers: { "Content-Type": "text/javascript" }, body: `${jsonp}(${body});` };
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
const GZIP_FROM_BYTES = 1024;

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

/** Serves `routes`; resolves when it listens. @throws BindError */
export async function listen(
  routes: HttpRoutes,
  at: { ip: string; port: number },
): Promise<{ server: Server; port: number }> {
  const server = createServer((request, response) => void answer(routes, request, response));
  server.keepAliveTimeout = 120_000;
  server.on("upgrade", (request, socket, head) => {
    const handler = routes.findUpgrade(new URL(request.url ?? "/", "http://any").pathname);
    if (handler) handler(request, socket, head);
    else refuseUpgrade(socket, 404, "Not Found");
  });
  await new Promise<void>((resolve, reject) => {
    server.once("error", (error) => reject(new BindError(at.ip, at.port, error)));
    server.listen(at.port, at.ip, 1024, () => resolve());
  });
  return { server, port: (server.address() as AddressInfo).port };
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

async function answer(routes: HttpRoutes, incoming: IncomingMessage, response: ServerResponse): Promise<void> {
  try {
    const url = new URL(incoming.url ?? "/", "http://any");
    const path = decodePath(url.pathname);
    const handler = path === undefined ? undefined : routes.find(path);
    if (path === undefined || !handler) {
      incoming.resume();
      send(incoming, response, text(404, "404 Not Found."));
      return;
    }
    const body = await readBody(incoming);
    if (!body) {
      send(incoming, response, text(413, "413 Request Entity Too Large.", { Connection: "close" }));
      return;
    }
    const unpacked = unpack(body, incoming.headers["content-encoding"]);
    const remote = `${incoming.socket.remoteAddress ?? ""}:${incoming.socket.remotePort ?? 0}`;
    const method = incoming.method ?? "GET";
    send(
      incoming,
      response,
      await handler({ method, path, query: url.searchParams, headers: incoming.headers, remote, body: unpacked }),
    );
  } catch (error) {
    // A client that hangs up in the middle of its request is nobody's failure.
    if (incoming.errored || response.destroyed) return;
    if (response.headersSent) response.destroy();
    else send(incoming, response, text(500, `500 Internal Server Error: ${(error as Error).message}`));
  }
}

function decodePath(path: string): string | undefined {
  try {
    return decodeURIComponent(path);
  } catch {
    return undefined;
  }
}

/** The whole body; undefined if it is larger than the limit. */
function readBody(incoming: IncomingMessage): Promise<Buffer | undefined> {
  return new Promise((resolve, reject) => {
    const parts: Buffer[] = [];
    let size = 0;
    incoming.on("data", (part: Buffer) => {
      size += part.length;
      if (size <= BODY_LIMIT_BYTES) return void parts.push(part);
      // What the client still sends stays in its own buffers until the connection closes.
      parts.length = 0;
      incoming.pause();
      resolve(undefined);
    });
    incoming.on("end", () => resolve(Buffer.concat(parts)));
    incoming.on("error", reject);
    incoming.on("close", () => reject(new Error("The request was cut short")));
  });
}

function unpack(body: Buffer, encoding: string | undefined): Buffer {
  return encoding === "gzip" ? gunzipSync(body, { maxOutputLength: BODY_LIMIT_BYTES }) : body;
}

function send(incoming: IncomingMessage, response: ServerResponse, answered: HttpAnswer): void {
  if (answered.stream) {
    response.writeHead(answered.status, answered.headers);
    response.flushHeaders();
    answered.stream(response);
    return;
  }
  const headers = { ...answered.headers };
  let body = answered.body ?? "";
  const acceptsGzip = /\bgzip\b/.test(incoming.headers["accept-encoding"]?.toString() ?? "");
  if (acceptsGzip && body.length >= GZIP_FROM_BYTES) {
    body = gzipSync(body, { level: 1 });
    headers["Content-Encoding"] = "gzip";
  }
  headers["Content-Length"] = String(Buffer.byteLength(body));
  response.writeHead(answered.status, headers);
  response.end(body);
}
