// Serves a few files over HTTP on a free port of this machine, for fetchers to fetch.
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { gzipSync } from "node:zlib";
import type { Probe } from "./probe.ts";

export interface ContentServer {
  url: string;
  /** Paths that were asked for, in the order in which they came. */
  asked: string[];
}

/** Lives as long as the scenario. `files` is by path. */
export async function serve(probe: Probe, files: Record<string, Buffer>): Promise<ContentServer> {
  const asked: string[] = [];
  const server = createServer((request, response) => {
    const path = request.url ?? "";
    asked.push(path);
    const file = files[path];
    if (file === undefined) response.writeHead(404).end("no");
    else response.writeHead(200, { "Content-Length": file.length }).end(file);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  probe.atEnd(() => {
    server.closeAllConnections();
    return new Promise((resolve) => server.close(() => resolve()));
  });
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, asked };
}

const BLOCK_BYTES = 512;

/** A compressed tar archive (POSIX ustar) of one file. */
export function tarGz(name: string, content: string): Buffer {
  const data = Buffer.from(content);
  const header = Buffer.alloc(BLOCK_BYTES);
  const octal = (value: number, digits: number) => value.toString(8).padStart(digits, "0") + "\0";
  header.write(name, 0);
  header.write(octal(0o644, 7), 100);
  header.write(octal(0, 7), 108);
  header.write(octal(0, 7), 116);
  header.write(octal(data.length, 11), 124);
  header.write(octal(0, 11), 136);
  header.write("        ", 148);
  header.write("0", 156);
  header.write("ustar\u000000", 257);
  const checksum = header.reduce((sum, byte) => sum + byte, 0);
  header.write(octal(checksum, 6) + " ", 148);
  const padding = Buffer.alloc((BLOCK_BYTES - (data.length % BLOCK_BYTES)) % BLOCK_BYTES);
  return gzipSync(Buffer.concat([header, data, padding, Buffer.alloc(2 * BLOCK_BYTES)]));
}
