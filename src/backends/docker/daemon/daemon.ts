// A Docker daemon (or Podman's service), spoken to over its HTTP API in version 1.41, which every daemon since 20.10
// understands (docs.docker.com/reference/api/engine). It answers ten times as fast as the docker program starts.
import { readFileSync } from "node:fs";
import { request as httpRequest, type IncomingMessage, type RequestOptions } from "node:http";
import { request as httpsRequest } from "node:https";
import { join } from "node:path";
import type { Readable } from "node:stream";
import { placeOf, type DaemonAddress } from "./daemon-address.ts";
import { certificatesMissing, DaemonRefusal, unreachable } from "./daemon-errors.ts";

const API = "/v1.41";
const ANSWER_LIMIT_MS = 60_000;

export interface DaemonCall {
  /** Sent as JSON, or as it is where it is a stream (a tar archive). */
  body?: object | Readable;
  signal?: AbortSignal | undefined;
  /** Silence that counts as no answer. Default: a minute. */
  timeoutMs?: number;
}

export class Daemon {
  readonly address: DaemonAddress;

  constructor(address: DaemonAddress) {
    this.address = address;
  }

  /** The JSON that answers a call. @throws DaemonRefusal; MesosUpError DOCKER_UNREACHABLE, DOCKER_FORBIDDEN, DOCKER_TLS_NEEDED */
  async json<T>(method: string, path: string, call: DaemonCall = {}): Promise<T> {
    return JSON.parse((await this.bytes(method, path, call)).toString("utf8")) as T;
  }

  /** As `json`, for things that need not be there: undefined where the daemon has no such thing. */
  async find<T>(path: string, call: DaemonCall = {}): Promise<T | undefined> {
    try {
      return await this.json<T>("GET", path, call);
    } catch (error) {
      if (error instanceof DaemonRefusal && error.status === 404) return undefined;
      throw error;
    }
  }

  /** Calls what takes something away; false where it is not there any more, or somebody else is taking it away (409). */
  async remove(path: string, call: DaemonCall = {}): Promise<boolean> {
    try {
      await this.bytes("DELETE", path, call);
      return true;
    } catch (error) {
      if (error instanceof DaemonRefusal && (error.status === 404 || /already in progress/.test(error.reason)))
        return false;
      throw error;
    }
  }

  /** Calls what tells of its progress message by message, of which one may be an error. @throws DaemonRefusal as well */
  async follow(path: string, call: DaemonCall & { onMessage?: (message: DaemonMessage) => void } = {}): Promise<void> {
    const response = await this.#send("POST", path, { timeoutMs: 600_000, ...call });
    let rest = "";
    for await (const chunk of response.setEncoding("utf8") as AsyncIterable<string>) {
      const lines = (rest + chunk).split("\n");
      rest = lines.pop() ?? "";
      for (const line of lines) hear(line, path, call.onMessage);
    }
    hear(rest, path, call.onMessage);
  }

  /** The answer's body as it comes. */
  stream(method: string, path: string, call: DaemonCall = {}): Promise<Readable> {
    return this.#send(method, path, call);
  }

  async bytes(method: string, path: string, call: DaemonCall = {}): Promise<Buffer> {
    const chunks: Buffer[] = [];
    for await (const chunk of (await this.#send(method, path, call)) as AsyncIterable<Buffer>) chunks.push(chunk);
    return Buffer.concat(chunks);
  }

  async #send(method: string, path: string, call: DaemonCall): Promise<IncomingMessage> {
    const { body, signal, timeoutMs = ANSWER_LIMIT_MS } = call;
    const isStream = body !== undefined && "pipe" in body;
    const headers = body === undefined ? {} : { "Content-Type": isStream ? "application/x-tar" : "application/json" };
    const options: RequestOptions = { method, path: API + path, headers, timeout: timeoutMs };
    const response = await new Promise<IncomingMessage>((resolve, reject) => {
      signal?.throwIfAborted();
      const sent = this.#request({ ...options, ...(signal === undefined ? {} : { signal }) }, resolve);
      sent.on("timeout", () => sent.destroy(Object.assign(new Error("no answer"), { code: "ETIMEDOUT" })));
      sent.on("error", (error) =>
        reject(signal?.aborted ? (signal.reason as Error) : unreachable(this.address, error)),
      );
      if (isStream) body.on("error", (error) => sent.destroy(error)).pipe(sent);
      else sent.end(body === undefined ? undefined : JSON.stringify(body));
    });
    const status = response.statusCode ?? 0;
    if (status < 400) return response;
    let text = "";
    for await (const chunk of response.setEncoding("utf8") as AsyncIterable<string>) text += chunk;
    throw new DaemonRefusal(status, refusalOf(text), `${method} ${path.replace(/\?.*/, "")}`);
  }

  #tls(certificates: string): { ca: Buffer; cert: Buffer; key: Buffer } {
    const file = (name: string): Buffer => readFileSync(join(certificates, name));
    try {
      return { ca: file("ca.pem"), cert: file("cert.pem"), key: file("key.pem") };
    } catch (error) {
      throw certificatesMissing(certificates, this.address, error);
    }
  }

  #request(options: RequestOptions, onResponse: (response: IncomingMessage) => void) {
    const { host, certificates } = this.address;
    if (host.startsWith("unix://"))
      return httpRequest({ ...options, socketPath: host.slice("unix://".length) }, onResponse);
    const { machine: hostname, port } = placeOf(this.address);
    if (certificates === undefined) return httpRequest({ ...options, hostname, port: port || 2375 }, onResponse);
    return httpsRequest({ ...options, ...this.#tls(certificates), hostname, port: port || 2376 }, onResponse);
  }
}

export interface DaemonMessage {
  status?: string;
  stream?: string;
  error?: string;
  aux?: { ID?: string };
}

function hear(line: string, path: string, onMessage: ((message: DaemonMessage) => void) | undefined): void {
  if (line.trim() === "") return;
  const message = JSON.parse(line) as DaemonMessage;
  if (message.error !== undefined)
    throw new DaemonRefusal(500, message.error.trim(), `POST ${path.replace(/\?.*/, "")}`);
  onMessage?.(message);
}

/** The daemon's own words: {"message": "…"}. */
function refusalOf(body: string): string {
  try {
    return (JSON.parse(body) as { message: string }).message.trim().replace(/\.$/, "");
  } catch {
    return body.trim();
  }
}
