// /files/browse, /files/read and /files/download: folders of this machine under virtual paths (docs/endpoints/files).
import { createReadStream, existsSync, readdirSync, readFileSync, realpathSync, statSync, type Stats } from "node:fs";
import { open } from "node:fs/promises";
import { basename, dirname, extname, join } from "node:path";
import { type HttpAnswer, type HttpRequest, json } from "./http.ts";
import type { HttpRoutes } from "./http-routes.ts";

/** One read answers with no more than this, as in Mesos (16 pages). */
const READ_LIMIT_BYTES = 16 * 4096;

const CONTENT_TYPES: Record<string, string> = {
  ".css": "text/css",
  ".gif": "image/gif",
  ".gz": "application/x-gzip",
  ".htm": "text/html",
  ".html": "text/html",
  ".jpeg": "image/jpeg",
  ".jpg": "image/jpeg",
  ".js": "text/javascript",
  ".json": "application/json",
  ".png": "image/png",
  ".svg": "image/svg+xml",
  ".tar": "application/x-tar",
  ".txt": "text/plain",
  ".xml": "text/xml",
  ".zip": "application/zip",
};

/** A refusal in the words of Mesos. */
class FilesRefusal extends Error {
  readonly status: number;

  constructor(status: number, message: string) {
    super(message);
    this.status = status;
  }
}

async function orRefusal(answer: () => HttpAnswer | Promise<HttpAnswer>): Promise<HttpAnswer> {
  try {
    return await answer();
  } catch (error) {
    if (error instanceof FilesRefusal)
      return { status: error.status, headers: { "Content-Type": "text/plain; charset=utf-8" }, body: error.message };
    throw error;
  }
}

/** The virtual tree. Nothing outside the attached folders and files can be reached, also not through links. */
export class Files {
  /** Virtual path → real path. */
  readonly #attached = new Map<string, string>();
  /** Virtual path → a path that is only looked at when it is asked for. */
  readonly #links = new Map<string, string>();

  /** Shows an existing file or folder under a virtual path. @throws if `realPath` does not exist. */
  attach(realPath: string, virtualPath: string): void {
    this.#attached.set(trimSlash(virtualPath), realpathSync(realPath));
  }

  /** Shows a file that may come to be, or be replaced, later: a link to the newest log. */
  attachLater(path: string, virtualPath: string): void {
    this.#links.set(trimSlash(virtualPath), path);
  }

  detach(virtualPath: string): void {
    this.#attached.delete(trimSlash(virtualPath));
  }

  /** Takes back whatever shows this existing folder or something in it. */
  detachBelow(folder: string): void {
    const top = realpathSync(folder);
    for (const [virtual, real] of this.#attached)
      if (real === top || real.startsWith(`${top}/`)) this.#attached.delete(virtual);
  }

  mount(routes: HttpRoutes): void {
    const guarded = (handler: (request: HttpRequest, path: string) => HttpAnswer | Promise<HttpAnswer>) => {
      return (request: HttpRequest): Promise<HttpAnswer> =>
        orRefusal(() => {
          const path = request.query.get("path");
          if (!path) throw new FilesRefusal(400, "Expecting 'path=value' in query.\n");
          return handler(request, path);
        });
    };
    const browse = guarded((request, path) => json(this.#entries(path).map(fileState), request.query.get("jsonp")));
    routes.route("/files/browse", browse);
    const read = guarded((request, path) => this.#read(request, path));
    routes.route("/files/read", read);
    const download = guarded((_request, path) => this.#download(path));
    routes.route("/files/download", download);
    routes.route("/files/debug", (request) => json(this.#debug(), request.query.get("jsonp")));
  }

  /** LIST_FILES of the v1 operator API. */
  list(path: string): Promise<HttpAnswer> {
    return orRefusal(() => json({ type: "LIST_FILES", list_files: { file_infos: this.#entries(path).map(fileInfo) } }));
  }

  /** READ_FILE of the v1 operator API. */
  readRange(range: { path: string; offset: number; length?: number }): Promise<HttpAnswer> {
    return orRefusal(async () => {
      const { data, size } = await this.#bytes(range.path, range.offset, range.length);
      return json({ type: "READ_FILE", read_file: { size, data: data.toString("base64") } });
    });
  }

  /** Virtual path → real path, of whatever is there. */
  #debug(): Record<string, string> {
    const shown = new Map(this.#attached);
    for (const [virtual, path] of this.#links) if (existsSync(path)) shown.set(virtual, realpathSync(path));
    return Object.fromEntries(shown);
  }

  #entries(path: string): FileEntry[] {
    const real = this.#resolve(path);
    if (!statSync(real).isDirectory()) return [];
    return readdirSync(real)
      .sort()
      .flatMap((name) => {
        const stats = statOrNothing(join(real, name));
        return stats ? [{ path: `${trimSlash(path)}/${name}`, stats }] : [];
      });
  }

  async #read(request: HttpRequest, path: string): Promise<HttpAnswer> {
    const offset = wholeNumber(request, "offset") ?? -1;
    const length = wholeNumber(request, "length") ?? -1;
    const jsonp = request.query.get("jsonp");
    const { data, size } = await this.#bytes(path, Math.max(0, offset), offset === -1 ? 0 : length);
    return json({ data: data.toString("utf8"), offset: offset === -1 ? size : offset }, jsonp);
  }

  /** A part of a file, no longer than one read may be. Without a length, or with -1: to the end. */
  async #bytes(path: string, offset: number, length = -1): Promise<{ data: Buffer; size: number }> {
    const real = this.#resolve(path);
    const stats = statSync(real);
    if (stats.isDirectory()) throw new FilesRefusal(400, "Cannot read a directory.\n");
    const { size } = stats;
    const left = Math.max(0, size - offset);
    const wanted = Math.min(length === -1 ? left : length, left, READ_LIMIT_BYTES);
    if (wanted === 0) return { data: Buffer.alloc(0), size };
    const file = await open(real);
    try {
      const { bytesRead, buffer } = await file.read(Buffer.alloc(wanted), 0, wanted, offset);
      return { data: buffer.subarray(0, bytesRead), size };
    } finally {
      await file.close();
    }
  }

  #download(path: string): HttpAnswer {
    const real = this.#resolve(path);
    const stats = statSync(real);
    if (stats.isDirectory()) throw new FilesRefusal(400, "Cannot download a directory.\n");
    const headers = {
      "Content-Type": CONTENT_TYPES[extname(real)] ?? "application/octet-stream",
      "Content-Disposition": `attachment; filename=${basename(real)}`,
      "Content-Length": String(stats.size),
    };
    if (stats.size === 0) return { status: 200, headers };
    // Not beyond the announced size, also where a task still writes to the file.
    const stream = (response: NodeJS.WritableStream & { destroy(): unknown }): void => {
      createReadStream(real, { end: stats.size - 1 })
        .on("error", () => response.destroy())
        .pipe(response);
    };
    return { status: 200, headers, stream };
  }

  /** The real path behind a virtual one: the longest attached prefix decides. */
  #resolve(path: string): string {
    const link = this.#links.get(trimSlash(path));
    if (link !== undefined) return inside(realpathSync(dirname(link)), `/${basename(link)}`);
    for (let prefix = trimSlash(path); ; prefix = prefix.slice(0, Math.max(0, prefix.lastIndexOf("/")))) {
      const root = this.#attached.get(prefix);
      if (root !== undefined) return inside(root, trimSlash(path).slice(prefix.length));
      if (prefix === "") throw new FilesRefusal(404, "");
    }
  }
}

/** @throws FilesRefusal if there is no such file, or it is elsewhere. */
function inside(root: string, rest: string): string {
  const path = root + rest;
  let real: string;
  try {
    real = realpathSync(path);
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code === "ENOENT" || code === "ENOTDIR") throw new FilesRefusal(404, "");
    throw new FilesRefusal(400, `Failed to determine canonical path of '${path}': ${message}.\n`);
  }
  if (real !== root && !real.startsWith(`${root}/`)) throw new FilesRefusal(400, `'${path}' is inaccessible.\n`);
  return real;
}

interface FileEntry {
  path: string;
  stats: Stats;
}

/** Undefined for a link that leads nowhere or to itself, a file that has just gone, or one that is kept from us. */
function statOrNothing(path: string): Stats | undefined {
  try {
    return statSync(path);
  } catch {
    return undefined;
  }
}

/** As /files/browse shows a file. */
function fileState({ path, stats }: FileEntry): object {
  return {
    gid: nameOf("/etc/group", stats.gid),
    mode: modeText(stats),
    mtime: Math.floor(stats.mtimeMs / 1000),
    nlink: stats.nlink,
    path,
    size: stats.size,
    uid: nameOf("/etc/passwd", stats.uid),
  };
}

/** FileInfo of mesos.proto. */
function fileInfo({ path, stats }: FileEntry): object {
  return {
    path,
    nlink: stats.nlink,
    size: stats.size,
    mtime: { nanoseconds: Math.floor(stats.mtimeMs * 1e6) },
    mode: stats.mode,
    uid: nameOf("/etc/passwd", stats.uid),
    gid: nameOf("/etc/group", stats.gid),
  };
}

const knownNames = new Map<string, Map<number, string>>();

/** The name of a user or group as the system's table has it, else the number. */
function nameOf(table: string, id: number): string {
  let names = knownNames.get(table);
  if (!names) {
    names = readNames(table);
    knownNames.set(table, names);
  }
  return names.get(id) ?? String(id);
}

function readNames(table: string): Map<number, string> {
  try {
    const rows = readFileSync(table, "utf8")
      .split("\n")
      .map((row) => row.split(":"));
    return new Map(rows.map(([name, , id]) => [Number(id), name ?? ""]));
  } catch {
    return new Map();
  }
}

/** As `ls -l` shows it: `-rw-r--r--`. */
function modeText(stats: Stats): string {
  const kind = stats.isDirectory() ? "d" : stats.isFIFO() ? "p" : stats.isSocket() ? "s" : "-";
  const bits = [6, 3, 0].flatMap((shift) => {
    const triple = stats.mode >> shift;
    return [triple & 4 ? "r" : "-", triple & 2 ? "w" : "-", triple & 1 ? "x" : "-"];
  });
  return kind + bits.join("");
}

function wholeNumber(request: HttpRequest, name: "offset" | "length"): number | undefined {
  const written = request.query.get(name);
  if (written === null) return undefined;
  if (!/^-?\d+$/.test(written))
    throw new FilesRefusal(400, `Failed to parse ${name}: Failed to convert '${written}' to number.\n`);
  if (Number(written) < -1) throw new FilesRefusal(400, `Negative ${name} provided: ${written}.\n`);
  return Number(written);
}

const trimSlash = (path: string): string => (path.endsWith("/") ? path.slice(0, -1) : path);
