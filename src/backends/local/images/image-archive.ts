// What is in an archive of an image, or in a folder with an OCI layout, as far as it can be told without taking it apart.
import { closeSync, createReadStream, createWriteStream, existsSync, openSync, readSync, statSync } from "node:fs";
import { symlink } from "node:fs/promises";
import { basename, join } from "node:path";
import { pipeline } from "node:stream/promises";
import { createGunzip } from "node:zlib";
import { CommandError } from "../../../errors.ts";
import { runCommand } from "../kit/command.ts";
import type { Machine } from "../kit/machine.ts";
import { parseIndex, readIndex, referenceAnnotation } from "./layout.ts";

export interface ReadOptions {
  machine: Machine;
  signal: AbortSignal;
}

export type ArchiveKind = "docker-archive" | "oci-archive" | "oci";

/** Undefined where it is none of them. */
export async function kindOfArchive(path: string, options: ReadOptions): Promise<ArchiveKind | undefined> {
  if (statSync(path).isDirectory()) return existsSync(join(path, "oci-layout")) ? "oci" : undefined;
  const names = (await listArchive(path, options)).map((name) => name.replace(/^\.\//, ""));
  // Newer versions of `docker save` write both forms into one archive.
  if (names.includes("manifest.json")) return "docker-archive";
  return names.includes("oci-layout") ? "oci-archive" : undefined;
}

async function listArchive(path: string, { machine, signal }: ReadOptions): Promise<string[]> {
  const args = ["--list", "--force-local", "--file", path];
  try {
    const { stdout } = await runCommand("tar", args, { environment: machine.environment, signal });
    return stdout.split("\n");
  } catch (error) {
    if (error instanceof CommandError) return [];
    throw error;
  }
}

/** The first name that the archive itself gives the image, else one made of the file's. */
export async function nameInside(path: string, kind: ArchiveKind, options: ReadOptions): Promise<string> {
  const given = kind === "docker-archive" ? await firstTag(path, options) : await ociName(path, kind, options);
  const fromFile = basename(path)
    .toLowerCase()
    .replace(/\.(tar|tgz|tar\.\w+)$/, "")
    .replace(/[^a-z0-9]+/g, "-")
    .replace(/^-+|-+$/g, "");
  return given ?? `${fromFile === "" ? "image" : fromFile}:archive`;
}

async function firstTag(path: string, options: ReadOptions): Promise<string | undefined> {
  const [image] = JSON.parse(await textInside(path, "manifest.json", options)) as { RepoTags?: string[] | null }[];
  return image?.RepoTags?.[0]?.replace(/^docker\.io\/(library\/)?/, "");
}

async function ociName(path: string, kind: ArchiveKind, options: ReadOptions): Promise<string | undefined> {
  const [image] = kind === "oci" ? readIndex(path) : parseIndex(await textInside(path, "index.json", options));
  const name = image?.annotations?.[referenceAnnotation];
  return name?.includes(":") ? name : undefined;
}

/** Some archives have `./` before every name. */
async function textInside(path: string, name: string, { machine, signal }: ReadOptions): Promise<string> {
  const args = ["--extract", "--to-stdout", "--force-local", "--file", path, "--wildcards", "--no-anchored", name];
  const { stdout } = await runCommand("tar", args, { environment: machine.environment, signal });
  return stdout;
}

/** Under a plain name, since skopeo takes a colon in a path for its end; gunzipped, since it reads no docker archive that is gzipped. */
export async function putAtHand(path: string, source: string, signal: AbortSignal): Promise<void> {
  if (isGzipped(path)) await pipeline(createReadStream(path), createGunzip(), createWriteStream(source), { signal });
  else await symlink(path, source);
}

/** As RFC 1952 has a file begin. */
function isGzipped(path: string): boolean {
  if (statSync(path).isDirectory()) return false;
  const file = openSync(path, "r");
  try {
    const start = Buffer.alloc(2);
    readSync(file, start);
    return start.readUInt16BE() === 0x1f8b;
  } finally {
    closeSync(file);
  }
}
