// Where an image can come from, tried in order: an archive or layout on disk if a path was given, else the container programs of
// this machine, else the image's registry. skopeo does the work; each attempt leaves a layout with the image alone.
import { existsSync, statSync } from "node:fs";
import { rm, symlink } from "node:fs/promises";
import { basename, join, resolve } from "node:path";
import { CommandError, MesosUpError } from "../../../errors.ts";
import { runCommand } from "../kit/command.ts";
import { lastWords } from "../kit/kit-errors.ts";
import { findInFolders } from "../../find-program.ts";
import type { Machine } from "../kit/machine.ts";
import { readIndex, referenceAnnotation } from "./layout.ts";

export interface ImportOptions {
  machine: Machine;
  skopeo: string;
  /** An empty folder to work in; holds the layout `oci` afterwards. */
  directory: string;
  signal: AbortSignal;
}

export interface ImportedImage {
  layout: string;
  /** The name that it is to have in the store. */
  reference: string;
  /** For people: "from Docker", "from archive site.tar". */
  origin: string;
}

/** Whether a text that names an image is meant as a path. */
export function isPath(text: string): boolean {
  return /^(\/|\.\.?\/)/.test(text) || existsSync(text);
}

/** From a tar of `docker save`, an OCI archive, or a folder with an OCI layout. */
export async function importArchive(path: string, options: ImportOptions): Promise<ImportedImage> {
  const absolute = resolve(path);
  if (!existsSync(absolute)) throw unusableArchive(path, "there is no such file");
  const name = basename(absolute);
  const kind = await kindOfArchive(absolute, options);
  if (kind === undefined)
    throw unusableArchive(path, "it is neither a tar of docker save nor an OCI archive or layout");
  try {
    // A path may hold a colon, which separates path and name here: a link with a plain name stands for it.
    await symlink(absolute, join(options.directory, "source"));
    await copyToLayout(`${kind}:source`, options);
  } catch (error) {
    if (error instanceof CommandError) throw unusableArchive(path, lastWords(error.output), error);
    throw error;
  }
  const reference = await nameInside(absolute, kind, options);
  return { reference, layout: join(options.directory, "oci"), origin: `from archive ${name}` };
}

/** By reference. Throws IMAGE_UNAVAILABLE, telling what was tried and why each attempt failed. */
export async function importByReference(reference: string, options: ImportOptions): Promise<ImportedImage> {
  const failures: string[] = [];
  const layout = join(options.directory, "oci");
  for (const source of sourcesOf(reference, options)) {
    try {
      await source.copy();
      return { layout, reference, origin: `from ${source.name}` };
    } catch (error) {
      if (!(error instanceof CommandError)) throw error;
      failures.push(`${source.name}: ${lastWords(error.output)}`);
      await rm(layout, { recursive: true, force: true });
    }
  }
  throw new MesosUpError(`The image ${reference} is not to be had. Not in the image store; ${failures.join("; ")}.`, {
    code: "IMAGE_UNAVAILABLE",
    hint:
      "Check the name; or give the path of an archive made elsewhere (docker save -o image.tar NAME); " +
      "or leave --image out, which takes the nginx made from this distribution's packages.",
  });
}

interface Source {
  name: string;
  copy(): Promise<void>;
}

function sourcesOf(reference: string, options: ImportOptions): Source[] {
  const { machine, directory, signal } = options;
  const programs = ["docker", "podman"].flatMap((name) => findInFolders(name, machine.searchPath) ?? []);
  const local = programs.map((program) => ({
    name: basename(program) === "docker" ? "Docker" : "Podman",
    copy: async () => {
      const command = { environment: machine.environment, signal, cwd: directory };
      await runCommand(program, ["save", "--output", "saved.tar", reference], command);
      await copyToLayout("docker-archive:saved.tar", options);
    },
  }));
  return [...local, { name: "its registry", copy: () => copyToLayout(`docker://${reference}`, options) }];
}

/** Relative names throughout: skopeo takes a colon in a path for the end of it. */
async function copyToLayout(source: string, { machine, skopeo, directory, signal }: ImportOptions): Promise<void> {
  const environment = { ...machine.environment, TMPDIR: directory };
  const args = ["--insecure-policy", "copy", "--quiet", source, "oci:oci:latest"];
  await runCommand(skopeo, args, { environment, signal, cwd: directory });
}

type ArchiveKind = "docker-archive" | "oci-archive" | "oci";

async function kindOfArchive(path: string, options: ImportOptions): Promise<ArchiveKind | undefined> {
  if (statSync(path).isDirectory()) return existsSync(join(path, "oci-layout")) ? "oci" : undefined;
  const names = (await listArchive(path, options)).map((name) => name.replace(/^\.\//, ""));
  // Newer versions of `docker save` write both forms into one archive.
  if (names.includes("manifest.json")) return "docker-archive";
  return names.includes("oci-layout") ? "oci-archive" : undefined;
}

async function listArchive(path: string, { machine, signal }: ImportOptions): Promise<string[]> {
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
async function nameInside(path: string, kind: ArchiveKind, options: ImportOptions): Promise<string> {
  const given = kind === "docker-archive" ? await firstTag(path, options) : kind === "oci" ? ociName(path) : undefined;
  const fromFile = basename(path)
    .toLowerCase()
    .replace(/\.(tar|tgz|tar\.\w+)$/, "")
    .replace(/[^a-z0-9]+/g, "-")
    .replace(/^-+|-+$/g, "");
  return given ?? `${fromFile === "" ? "image" : fromFile}:archive`;
}

async function firstTag(path: string, { machine, signal }: ImportOptions): Promise<string | undefined> {
  const args = ["--extract", "--to-stdout", "--force-local", "--file", path, "manifest.json"];
  const { stdout } = await runCommand("tar", args, { environment: machine.environment, signal });
  const [image] = JSON.parse(stdout) as { RepoTags?: string[] | null }[];
  return image?.RepoTags?.[0]?.replace(/^docker\.io\/(library\/)?/, "");
}

function ociName(path: string): string | undefined {
  const name = readIndex(path)[0]?.annotations?.[referenceAnnotation];
  return name?.includes(":") ? name : undefined;
}

function unusableArchive(path: string, why: string, cause?: unknown): MesosUpError {
  return new MesosUpError(`No image can be read from ${path}: ${why}.`, {
    code: "IMAGE_UNAVAILABLE",
    hint: "Give a tar made by docker save or podman save, an OCI archive, or a folder with an OCI layout; or an image's name.",
    cause,
  });
}
