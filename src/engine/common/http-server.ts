// The HTTP server of master and agent: paths, limits and refusals as libprocess has them.
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { gzipSync } from "node:zlib";
import { MesosUpError } from "../../errors.ts";
import { RECORDIO_TYPE } from "./api-request.ts";
import { corkForNow } from "./cork.ts";
import { type HttpAnswer, text } from "./http.ts";
import { BODIES_LIMIT_BYTES, BodyBudget, readBody, type ReadingLimits, refuseBody, unpack } from "./http-body.ts";
import type { HttpRoutes } from "./http-routes.ts";
import { serveWithoutUpgrade } from "./http-upgrade.ts";
import { type Log, silentLog } from "./log.ts";
import { sendPieces, takeChunk } from "./send-pieces.ts";
import { turns } from "./turns.ts";

const GZIP_FROM_BYTES = 1024;
const LONG_TEXT_CHARACTERS = 64 * 1024;

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
  // The whole of a request has a limit where its body is read: that of a stream has none.
  const limits = { headersTimeout: headMs, requestTimeout: 0, connectionsCheckingInterval: headMs / 2 };
  const context = { routes, log, budget, limitMs: requestMs };
  const server = createServer(limits, (request, response) => void answer(context, request, response));
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

interface AnswerContext extends ReadingLimits {
  routes: HttpRoutes;
  log: Log;
}

async function answer(
  { routes, log, ...limits }: AnswerContext,
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
    const streams = incoming.headers["content-type"] === RECORDIO_TYPE && routes.takesStreams(target.path);
    const received = streams ? Buffer.alloc(0) : await readBody(incoming, limits);
    if (received === "large") {
      refuseBody(incoming, response);
      return;
    }
    if (received === "late") {
      await send(incoming, response, { status: 408, headers: { Connection: "close" } });
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
    const request = { method, ...target, headers, remote, body: body.unpacked };
    await send(incoming, response, await handler(streams ? { ...request, stream: incoming } : request));
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
    // All of a short answer, however long it takes: it is to have a length.
    const { chunk, done } = takeChunk(rest, Infinity);
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
