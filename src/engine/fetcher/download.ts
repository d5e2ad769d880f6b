// Brings a file from an HTTP server.
import { createWriteStream } from "node:fs";
import { get as httpGet, type IncomingMessage } from "node:http";
import { pipeline } from "node:stream/promises";

const MAX_REDIRECTS = 20;
/** Larger files have no place in a sandbox of a cluster on one machine. */
const DEFAULT_LIMIT_BYTES = 20 * 2 ** 30;

export interface DownloadOptions {
  stallTimeoutMs: number;
  limitBytes?: number;
  signal?: AbortSignal;
}

/** Follows redirects. @throws Error that names the status, the redirect or the limit */
export async function download(url: string, path: string, options: DownloadOptions): Promise<void> {
  let at = new URL(url);
  for (let redirects = 0; redirects <= MAX_REDIRECTS; redirects++) {
    const response = await open(at, options);
    const status = response.statusCode ?? 0;
    const { location } = response.headers;
    if (status >= 300 && status < 400 && location !== undefined) {
      response.destroy();
      at = new URL(location, at);
      continue;
    }
    if (status !== 200) {
      response.destroy();
      throw new Error(`Error downloading resource from '${url}': HTTP status ${status}`);
    }
    await save(response, path, options.limitBytes ?? DEFAULT_LIMIT_BYTES);
    return;
  }
  throw new Error(`Error downloading resource from '${url}': more than ${MAX_REDIRECTS} redirects`);
}

async function open(url: URL, { stallTimeoutMs, signal }: DownloadOptions): Promise<IncomingMessage> {
  const get = url.protocol === "https:" ? (await import("node:https")).get : httpGet;
  if (url.protocol !== "https:" && url.protocol !== "http:")
    throw new Error(`Unsupported URI scheme '${url.protocol}'`);
  return new Promise((resolve, reject) => {
    let response: IncomingMessage | undefined;
    const request = get(url, { agent: false, ...(signal ? { signal } : {}) }, (begun) => {
      response = begun;
      resolve(begun);
    });
    request.setTimeout(stallTimeoutMs, () => {
      const stalled = new Error(`No data for ${stallTimeoutMs / 1000} seconds`);
      (response ?? request).destroy(stalled);
    });
    request.on("error", reject);
  });
}

async function save(response: IncomingMessage, path: string, limitBytes: number): Promise<void> {
  const announced = Number(response.headers["content-length"] ?? 0);
  if (announced > limitBytes) throw tooLarge(limitBytes);
  let size = 0;
  await pipeline(
    response,
    async function* (chunks: AsyncIterable<Buffer>) {
      for await (const chunk of chunks) {
        size += chunk.length;
        if (size > limitBytes) throw tooLarge(limitBytes);
        yield chunk;
      }
    },
    createWriteStream(path),
  );
}

const tooLarge = (limitBytes: number): Error => new Error(`The file is larger than ${limitBytes} bytes`);
