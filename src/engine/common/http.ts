// Requests and answers of master and agent as plain values, worded as libprocess words them.
import type { IncomingHttpHeaders, IncomingMessage, ServerResponse } from "node:http";
import { JsonParts, jsonPieces } from "./json-parts.ts";

export interface HttpRequest {
  method: string;
  /** Decoded, without a prefix such as /master. */
  path: string;
  query: URLSearchParams;
  headers: IncomingHttpHeaders;
  /** host:port of the caller. */
  remote: string;
  body: Buffer;
  /** Instead of a body, where the path takes streams and the client sends one (RecordIO): it may never end. */
  stream?: IncomingMessage;
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
