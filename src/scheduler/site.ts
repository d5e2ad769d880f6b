// A folder of this machine, served to an agent's fetcher as an archive.
import { randomBytes } from "node:crypto";
import { constants, existsSync } from "node:fs";
import { access, readdir, readFile } from "node:fs/promises";
import { createServer } from "node:http";
import type { Server, ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { pipeline } from "node:stream/promises";
import { ConfigError } from "../errors.ts";

/** Where the archive's content is found in the sandbox. */
const SITE_FOLDER = "site";

const INDEX_PAGES = ["index.html", "index.htm"];

export interface ServedSite extends AsyncDisposable {
  /** What goes into the task's URIs. */
  uri: string;
  /** The bytes that a request for "/" must bring. */
  indexPage: Buffer;
}

/**
 * Serves a folder as `.tar.gz` for as long as it is not disposed of. It is packed anew for every request, so nothing is
 * held in memory or on disk; symbolic links are followed. `address` is one of this machine that the agent reaches.
 * @throws ConfigError SITE_UNUSABLE if the folder has no index page that can be read.
 */
export async function serveSite(folder: string, address: string): Promise<ServedSite> {
  const indexPage = await requireSite(folder);
  // Not to be guessed, since others on this machine may ask too.
  const path = `/${randomBytes(16).toString("hex")}/site.tar.gz`;
  const server = createServer((request, response) => {
    if (request.url !== path || (request.method !== "GET" && request.method !== "HEAD")) {
      response.writeHead(404).end();
      return;
    }
    response.writeHead(200, { "Content-Type": "application/gzip" });
    if (request.method === "HEAD") response.end();
    else void sendArchive(folder, response);
  });
  await listen(server, address);
  const host = address.includes(":") ? `[${address}]` : address;
  return {
    uri: `http://${host}:${(server.address() as AddressInfo).port}${path}`,
    indexPage,
    async [Symbol.asyncDispose]() {
      const closed = new Promise((resolve) => server.close(resolve));
      server.closeAllConnections();
      await closed;
    },
  };
}

/**
 * The index page of a folder that can be served: every file in it can be read.
 * @throws ConfigError SITE_UNUSABLE
 */
export async function requireSite(folder: string): Promise<Buffer> {
  if (!existsSync(folder)) throw unusable(folder, "there is no such folder");
  try {
    const files = await readdir(folder, { recursive: true });
    const page = INDEX_PAGES.find((name) => files.includes(name));
    if (page === undefined) throw unusable(folder, `there is no ${INDEX_PAGES.join(" or ")} in it`);
    // The archive is made while the agent fetches it, which is too late to tell anybody what is wrong with it.
    for (const file of files) await access(join(folder, file), constants.R_OK);
    return await readFile(join(folder, page));
  } catch (error) {
    throw error instanceof ConfigError ? error : unusable(folder, (error as Error).message, error);
  }
}

function unusable(folder: string, reason: string, cause?: unknown): ConfigError {
  return new ConfigError(`The site ${folder} cannot be served: ${reason}.`, {
    code: "SITE_UNUSABLE",
    hint: "Name a folder that has an index.html and that you may read.",
    cause,
  });
}

async function sendArchive(folder: string, response: ServerResponse): Promise<void> {
  try {
    const { create } = await import("tar");
    const archive = create({ gzip: true, cwd: folder, prefix: SITE_FOLDER, follow: true, portable: true }, ["."]);
    await pipeline(archive, response);
  } catch {
    // A connection cut short is what makes the fetcher report a failure; an archive cut short might pass.
    response.destroy();
  }
}

function listen(server: Server, address: string): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once("error", (cause) =>
      reject(
        new ConfigError(`The site cannot be served on ${address}: ${cause.message}.`, {
          code: "CONTENT_ADDRESS_UNUSABLE",
          hint: "Give an address of this machine that the agents reach.",
          cause,
        }),
      ),
    );
    server.listen(0, address, () => resolve());
  });
}
