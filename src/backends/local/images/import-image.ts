// Where an image can come from, tried in order: an archive or layout on disk if a path was given, else the container programs of
// this machine, else the image's registry. skopeo does the work; each attempt leaves a layout with the image alone.
import { existsSync } from "node:fs";
import { rm } from "node:fs/promises";
import { basename, join, resolve } from "node:path";
import { CommandError, MesosUpError } from "../../../errors.ts";
import { runCommand } from "../kit/command.ts";
import { lastWords } from "../kit/kit-errors.ts";
import { findInFolders } from "../../find-program.ts";
import type { Machine } from "../kit/machine.ts";
import { kindOfArchive, nameInside, putAtHand } from "./image-archive.ts";

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
    await putAtHand(absolute, join(options.directory, "source"), options.signal);
    await copyToLayout(`${kind}:source`, options);
  } catch (error) {
    if (error instanceof CommandError) throw unusableArchive(path, whyNot(error), error);
    throw error;
  }
  const reference = await nameInside(absolute, kind, options);
  return { reference, layout: join(options.directory, "oci"), origin: `from archive ${name}` };
}

function whyNot({ output }: CommandError): string {
  const count = /expected 1 item, got (\d+)/.exec(output)?.[1];
  return count === undefined ? lastWords(output) : `it holds ${count} images, and nobody says which of them is meant`;
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
  return [...local, { name: "its registry", copy: () => copyFromRegistry(reference, options) }];
}

/** One on this machine may speak plain HTTP, as Docker has it too; every other one has to prove who it is. */
function copyFromRegistry(reference: string, options: ImportOptions): Promise<void> {
  const isHere = /^(localhost|127(\.\d+){3}|\[::1\])(:\d+)?\//.test(reference);
  return copyToLayout(`docker://${reference}`, options, isHere ? ["--src-tls-verify=false"] : []);
}

/** Relative names throughout: skopeo takes a colon in a path for the end of it. */
async function copyToLayout(
  source: string,
  { machine, skopeo, directory, signal }: ImportOptions,
  how: readonly string[] = [],
): Promise<void> {
  const environment = { ...machine.environment, TMPDIR: directory };
  const args = ["--insecure-policy", "copy", "--quiet", ...how, source, "oci:oci:latest"];
  await runCommand(skopeo, args, { environment, signal, cwd: directory });
}

function unusableArchive(path: string, why: string, cause?: unknown): MesosUpError {
  return new MesosUpError(`No image can be read from ${path}: ${why}.`, {
    code: "IMAGE_UNAVAILABLE",
    hint:
      "Give a tar that docker save or podman save made of one image, an OCI archive, or a folder with an OCI layout; " +
      "or an image's name.",
    cause,
  });
}
