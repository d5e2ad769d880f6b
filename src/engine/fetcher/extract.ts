// Unpacks what the fetcher brought, if its name says that it is an archive.
import { mkdtemp, rm } from "node:fs/promises";
import { createReadStream, createWriteStream } from "node:fs";
import { basename, join, posix } from "node:path";
import { pipeline } from "node:stream/promises";
import { runCommand } from "../containerizer/run-command.ts";
import { requireInside } from "./inside.ts";

const TAR = /\.(tar|tgz|tar\.gz|tbz2|tar\.bz2|txz|tar\.xz)$/;

export interface ExtractOptions {
  archive: string;
  /** Decides what kind of archive it is: the cached file has no such name. */
  name: string;
  directory: string;
  env: NodeJS.ProcessEnv;
}

export function isArchive(name: string): boolean {
  const path = name.replace(/[?#].*$/, "");
  return TAR.test(path) || /\.(zip|gz)$/.test(path);
}

/** @throws Error naming the first member that would leave the directory; nothing is unpacked then */
export async function extract(options: ExtractOptions): Promise<void> {
  const name = options.name.replace(/[?#].*$/, "");
  if (TAR.test(name)) return extractTar(options);
  if (name.endsWith(".zip")) return extractZip(options);
  return extractGzip(options, basename(name, ".gz"));
}

/** The tar package reads plain and gzipped archives; for other compressions the system's tar makes a plain one of them. */
async function extractTar({ archive, name, directory, env }: ExtractOptions): Promise<void> {
  const tar = await import("tar");
  const draft = await mkdtemp(join(directory, ".extract-"));
  try {
    let plain = archive;
    if (/(bz2|xz)$/.test(name)) {
      plain = join(draft, "plain.tar");
      const program = name.endsWith("xz") ? "xz" : "bzip2";
      await runCommand("/bin/sh", ["-euc", '"$1" -dc -- "$2" > "$3"', "sh", program, archive, plain], { env });
    }
    let refused: string | undefined;
    await tar.t({
      file: plain,
      strict: true,
      onReadEntry: (entry) => (refused ??= memberProblem(entry.path, entry.type, entry.linkpath)),
    });
    if (refused !== undefined) throw new Error(refused);
    await tar.x({ file: plain, cwd: directory, strict: true, preservePaths: false });
  } finally {
    await rm(draft, { recursive: true, force: true });
  }
}

/** Why a member may not be unpacked: it, or what it links to, lies outside. */
export function memberProblem(path: string, type: string, linkpath: string | undefined): string | undefined {
  if (leaves(path)) return `Archive member '${path}' leaves the sandbox`;
  if (linkpath === undefined || linkpath === "") return undefined;
  const target = type === "Link" ? linkpath : posix.join(posix.dirname(path), linkpath);
  const outside = posix.isAbsolute(linkpath) || leaves(target);
  return outside ? `Archive member '${path}' links to '${linkpath}', which leaves the sandbox` : undefined;
}

function leaves(path: string): boolean {
  const normal = posix.normalize(path);
  return posix.isAbsolute(normal) || normal === ".." || normal.startsWith("../");
}

async function extractZip({ archive, directory, env }: ExtractOptions): Promise<void> {
  const names = await runCommand("unzip", ["-Z1", archive], { env });
  const refused = names.split("\n").find((member) => member !== "" && leaves(member));
  if (refused !== undefined) throw new Error(`Archive member '${refused}' leaves the sandbox`);
  // Where a link leads is not in the listing, so none is taken. The listing's lines begin as those of ls -l.
  const rows = await runCommand("unzip", ["-Z", "-s", archive], { env });
  const link = rows.split("\n").find((row) => row.startsWith("l"));
  if (link !== undefined) throw new Error(`Archive member '${link.split(/\s+/).at(-1) ?? ""}' is a link`);
  for (const member of names.split("\n")) if (member !== "") await requireInside(directory, join(directory, member));
  await runCommand("unzip", ["-o", "-q", archive, "-d", directory], { env });
}

async function extractGzip({ archive, directory }: ExtractOptions, name: string): Promise<void> {
  const { createGunzip } = await import("node:zlib");
  await requireInside(directory, join(directory, name));
  await pipeline(createReadStream(archive), createGunzip(), createWriteStream(join(directory, name)));
}
