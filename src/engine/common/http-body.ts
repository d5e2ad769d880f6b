// The bodies of requests: read up to a limit, and refused beyond it while the rest is still on its way.
import type { IncomingMessage, ServerResponse } from "node:http";
import { gunzipSync } from "node:zlib";
import { type HttpAnswer, text } from "./http.ts";

/** Bodies above this are refused while they are being read. */
export const BODY_LIMIT_BYTES = 64 * 1024 * 1024;
/** So are all of them that are being read at once, above this. */
export const BODIES_LIMIT_BYTES = 4 * BODY_LIMIT_BYTES;

/** What half-received bodies hold together: many clients must not do what one may not. */
export class BodyBudget {
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

export interface ReadingLimits {
  budget: BodyBudget;
  /** How long the client may take for it. */
  limitMs: number;
}

/**
 * The whole body. `large`, as soon as that is known, if it is larger than the limit, or than what there is room for;
 * `late` if it takes too long.
 */
export function readBody(
  incoming: IncomingMessage,
  { budget, limitMs }: ReadingLimits,
): Promise<Buffer | "large" | "late"> {
  if (Number(incoming.headers["content-length"] ?? 0) > BODY_LIMIT_BYTES) return Promise.resolve("large");
  return new Promise((resolve, reject) => {
    const limit = setTimeout(() => resolve("late"), limitMs);
    const parts: Buffer[] = [];
    let size = 0;
    let held = 0;
    const letGo = (): void => {
      clearTimeout(limit);
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
      resolve("large");
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
export function refuseBody(incoming: IncomingMessage, response: ServerResponse): void {
  const { status, headers, body = "" } = text(413, "413 Request Entity Too Large.", { Connection: "close" });
  response.writeHead(status, { ...headers, "Content-Length": String(body.length) });
  response.write(body);
  const end = (): void => void response.end();
  const timer = setTimeout(end, LINGER_MS);
  incoming.on("close", () => clearTimeout(timer));
  incoming.on("end", end);
  incoming.resume();
}

export function unpack(body: Buffer, encoding: string | undefined): { unpacked: Buffer } | { refusal: HttpAnswer } {
  if (encoding !== "gzip") return { unpacked: body };
  try {
    return { unpacked: gunzipSync(body, { maxOutputLength: BODY_LIMIT_BYTES }) };
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ERR_BUFFER_TOO_LARGE")
      return { refusal: text(413, "413 Request Entity Too Large.") };
    return { refusal: text(400, "400 Bad Request.") };
  }
}
