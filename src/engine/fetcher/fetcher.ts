// The fetcher: brings a command's URIs into its sandbox before the command starts (docs/fetcher.md).
import { appendFileSync, chmodSync, mkdirSync } from "node:fs";
import { copyFile, rename, rm } from "node:fs/promises";
import { basename, dirname, isAbsolute, join, normalize } from "node:path";
import type { CommandUri } from "../../mesos/types.ts";
import type { FetcherCache } from "./cache.ts";
import { download } from "./download.ts";
import { extract, isArchive } from "./extract.ts";
import { requireInside } from "./inside.ts";

export interface FetchRequest {
  containerId: string;
  uris: readonly CommandUri[];
  sandbox: string;
  user: string | undefined;
  /** Gives up what is under way. Transfers to the cache go on: others may wait for them too. */
  signal?: AbortSignal;
}

export interface FetcherOptions {
  cache: FetcherCache;
  /** Gives up on a transfer that stands still for this long. */
  stallTimeoutMs: number;
  /** Before relative paths: --frameworks_home. */
  home: string;
  env: NodeJS.ProcessEnv;
}

/** Why a URI could not be had is written to the sandbox's stderr; this is what Mesos says of it to the framework. */
export class FetchError extends Error {
  constructor(containerId: string, cause: unknown) {
    super(`Failed to fetch all URIs for container '${containerId}': exited with status 1`, { cause });
    this.name = "FetchError";
  }
}

export class Fetcher {
  readonly #options: FetcherOptions;

  constructor(options: FetcherOptions) {
    this.#options = options;
  }

  /** One URI after the other, as they are written. @throws FetchError */
  async fetch({ containerId, uris, sandbox, signal }: FetchRequest): Promise<void> {
    const note = (line: string): void => appendFileSync(join(sandbox, "stderr"), `${line}\n`);
    for (const uri of uris) {
      try {
        note(`Fetching URI '${uri.value}'`);
        await this.#fetchOne(uri, sandbox, signal);
        note(`Fetched '${uri.value}' to '${join(sandbox, outputName(uri))}'`);
      } catch (error) {
        note(`Failed to fetch '${uri.value}': ${(error as Error).message}`);
        throw new FetchError(containerId, error);
      }
    }
  }

  async #fetchOne(uri: CommandUri, sandbox: string, signal: AbortSignal | undefined): Promise<void> {
    const { cache, env } = this.#options;
    const target = join(sandbox, outputName(uri));
    await requireInside(sandbox, target);
    mkdirSync(dirname(target), { recursive: true });
    const source =
      uri.cache === true ? await cache.take(uri.value, (path) => this.#bring(uri.value, path, undefined)) : undefined;
    const archive = uri.extract !== false && uri.executable !== true && isArchive(uri.output_file ?? uri.value);
    signal?.throwIfAborted();
    if (source === undefined) await this.#bring(uri.value, target, signal);
    // An archive from the cache is extracted from there, and leaves no copy in the sandbox.
    else if (!archive) await copyFile(source, target);
    if (archive)
      await extract({ archive: source ?? target, name: uri.output_file ?? uri.value, directory: sandbox, env });
    if (uri.executable === true) chmodSync(target, 0o755);
  }

  /** Beside its place first, so that nobody takes half a file for the whole. */
  async #bring(value: string, path: string, signal: AbortSignal | undefined): Promise<void> {
    const { stallTimeoutMs } = this.#options;
    const draft = `${path}.fetching`;
    // Not through a link of that name, either.
    await rm(draft, { force: true });
    try {
      const local = localPath(value, this.#options.home);
      if (local === undefined) await download(value, draft, { stallTimeoutMs, ...(signal ? { signal } : {}) });
      else await copyFile(local, draft);
      await rename(draft, path);
    } finally {
      await rm(draft, { force: true });
    }
  }
}

/**
 * Where in the sandbox a URI's file goes.
 * @throws Error if that is not in the sandbox, or the URI has no name in it
 */
export function outputName(uri: CommandUri): string {
  if (uri.output_file !== undefined && uri.output_file !== "") {
    const name = normalize(uri.output_file);
    if (isAbsolute(name) || name === ".." || name.startsWith("../")) {
      throw new Error(`The output file '${uri.output_file}' leaves the sandbox`);
    }
    return name;
  }
  const path = /^[a-z][a-z0-9+.-]*:\/\//i.test(uri.value)
    ? uri.value.replace(/^[^:]+:\/\/[^/]*/, "").replace(/[?#].*$/, "")
    : uri.value;
  const name = basename(path);
  if (name === "" || name === "/" || name === "." || name === "..")
    throw new Error(`URI '${uri.value}' does not name a file`);
  return name;
}

/** The path of a file on this machine; undefined for a network address. */
function localPath(value: string, home: string): string | undefined {
  if (value.startsWith("file://")) return value.slice("file://".length);
  if (/^[a-z][a-z0-9+.-]*:\/\//i.test(value)) return undefined;
  if (isAbsolute(value)) return value;
  if (home === "")
    throw new Error("A relative path was passed for the resource but the Mesos framework home was not specified");
  return join(home, value);
}
