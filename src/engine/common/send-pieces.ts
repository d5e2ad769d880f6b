// A long body as it comes to be: no more of it is made than the other side has read, and others have their turn meanwhile.
import type { ServerResponse } from "node:http";
import type { Writable } from "node:stream";
import { setImmediate as nextTurn } from "node:timers/promises";
import { createGzip } from "node:zlib";

const CHUNK_CHARACTERS = 64 * 1024;
const SLICE_MS = 10;

/**
 * The next characters of a body: as many as a write is worth, or fewer where the turn that began then is over, since there
 * are short words about much. `done`: those were the last.
 */
export function takeChunk(pieces: Iterator<string>, beganMs: number): { chunk: string; done: boolean } {
  let chunk = "";
  do {
    const next = pieces.next();
    if (next.done) return { chunk, done: true };
    chunk += next.value;
  } while (chunk.length < CHUNK_CHARACTERS && performance.now() - beganMs < SLICE_MS);
  return { chunk, done: false };
}

/** Sends `first` and then the rest, without having told its length. Ends early if the other side has gone. */
export async function sendPieces(
  response: ServerResponse,
  body: { status: number; headers: Record<string, string>; first: string; rest: Iterator<string>; gzip: boolean },
): Promise<void> {
  const { status, headers, first, rest, gzip } = body;
  response.writeHead(status, { ...headers, ...(gzip ? { "Content-Encoding": "gzip" } : {}) });
  const sink = gzip ? packed(response) : response;
  let next = { chunk: first, done: false };
  let beganMs = performance.now();
  while (!response.destroyed) {
    if (!sink.write(next.chunk)) await drained(sink, response);
    if (next.done) break;
    if (performance.now() - beganMs >= SLICE_MS) {
      await nextTurn();
      beganMs = performance.now();
    }
    next = takeChunk(rest, beganMs);
  }
  sink.end();
}

function packed(response: ServerResponse): Writable {
  const gzip = createGzip({ level: 1 });
  gzip.pipe(response);
  response.once("close", () => gzip.destroy());
  return gzip;
}

/** Resolves also when the answer cannot be sent any more. */
function drained(sink: Writable, response: ServerResponse): Promise<void> {
  return new Promise((resolve) => {
    const settle = (): void => {
      sink.off("drain", settle);
      response.off("close", settle);
      resolve();
    };
    sink.on("drain", settle);
    response.on("close", settle);
    if (response.destroyed) settle();
  });
}
