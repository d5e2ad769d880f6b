// The kits in the cache: a folder each, complete from the moment it has its name.
//   <cache>/kits/<platform>/<kit>-<revision>/{kit.json,root/…,bin/<program>}
import { readFileSync } from "node:fs";
import { mkdir, rename, rm, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { shellWord } from "../../../cluster/shell-word.ts";
import { type Apt } from "./apt.ts";
import { chooseJava, type ListedFile } from "./dependencies.ts";
import {
  canFetchPackages,
  fetchPackages,
  installedPackages,
  type KitProgress,
  type PackageRequest,
} from "./fetch-packages.ts";
import { forgetUnused, namesIn } from "./forget.ts";
import { cacheError, listOf, runtimeMissing } from "./kit-errors.ts";
import { withLock } from "./lock.ts";
import { isProgram } from "../../find-program.ts";
import type { Machine } from "./machine.ts";
import { type KitName, type Recipe, recipes, titles } from "./recipes.ts";
import { libraryFolders, makeLinksRelative, unpackPackages } from "./unpack.ts";

/** A kit that is there. */
export interface Kit {
  name: KitName;
  directory: string;
  /** Each package with its exact version, the one that the kit is for first. */
  packages: Record<string, string>;
}

export interface KitOptions {
  machine: Machine;
  cacheDirectory: string;
  progress: KitProgress;
  signal: AbortSignal;
}

/** The kit if the cache has it, whole. */
export function findKit(name: KitName, options: Pick<KitOptions, "machine" | "cacheDirectory">): Kit | undefined {
  const directory = kitDirectory(name, options);
  try {
    const { packages } = JSON.parse(readFileSync(join(directory, "kit.json"), "utf8")) as Pick<Kit, "packages">;
    return { name, directory, packages };
  } catch {
    return undefined;
  }
}

/** Gives the kits, fetching those that the cache lacks. Throws RUNTIME_MISSING where nothing can be fetched. */
export async function ensureKits(names: KitName[], options: KitOptions): Promise<Map<KitName, Kit>> {
  const absent = () => names.filter((name) => findKit(name, options) === undefined);
  if (absent().length > 0) {
    if (!canFetchPackages(options.machine))
      throw runtimeMissing(
        absent().map((name) => titles[name]),
        "there is no apt-get to fetch packages with",
      );
    const path = join(options.cacheDirectory, "locks", `kits-${options.machine.platform}.lock`);
    const onWaiting = () => options.progress.note("Waiting for programs that are being fetched already");
    try {
      await withLock({ path, signal: options.signal, onWaiting }, () => makeKits(absent(), options));
    } catch (error) {
      options.signal.throwIfAborted();
      throw cacheError(options.cacheDirectory, error);
    }
  }
  return new Map(names.flatMap((name) => kitEntry(name, findKit(name, options))));
}

function kitEntry(name: KitName, kit: Kit | undefined): [KitName, Kit][] {
  return kit === undefined ? [] : [[name, kit]];
}

function kitDirectory(
  name: KitName,
  { cacheDirectory, machine }: Pick<KitOptions, "machine" | "cacheDirectory">,
): string {
  return join(cacheDirectory, "kits", machine.platform, `${name}-${recipes[name].revision}`);
}

/** Under the lock. Whatever the staging folder holds was left by a run that was interrupted. */
async function makeKits(names: KitName[], options: KitOptions): Promise<void> {
  if (names.length === 0) return;
  const staging = join(options.cacheDirectory, "kits", options.machine.platform, ".staging");
  await rm(staging, { recursive: true, force: true });
  try {
    const downloads = join(staging, "downloads");
    const installed = await installedPackages();
    const files = await fetchPackages(
      names.map((name) => requestOf(recipes[name], installed)),
      { ...options, directory: downloads, title: listOf(names.map((name) => titles[name])) },
    );
    options.progress.progress("unpacking");
    await Promise.all(
      names.map((name, index) => makeKit({ name, files: files[index] ?? [], staging, downloads }, options)),
    );
    await forgetUnused(otherRevisions(options));
  } finally {
    await rm(staging, { recursive: true, force: true });
  }
}

/** Of kits of this platform, those that another version of this program has made. */
function otherRevisions(options: KitOptions): string[] {
  const folder = join(options.cacheDirectory, "kits", options.machine.platform);
  const current = new Set((Object.keys(recipes) as KitName[]).map((name) => kitDirectory(name, options)));
  return namesIn(folder)
    .filter((name) => /-\d+$/.test(name))
    .map((name) => join(folder, name))
    .filter((path) => !current.has(path));
}

function requestOf(recipe: Recipe, installed: ReadonlySet<string>): PackageRequest {
  const { packages } = recipe;
  const choose =
    packages === "newest-java"
      ? async (apt: Apt) => [chooseJava(await apt.names("openjdk-")) ?? "openjdk-17-jre-headless"]
      : () => Promise.resolve(packages);
  return {
    choose,
    follow: recipe.follow,
    // A package that was asked for by name is never left out: it may be installed and yet not be of use.
    omit: recipe.sharesSystemLibraries ? new Set([...installed].filter((name) => recipe.follow.test(name))) : new Set(),
  };
}

interface NewKit {
  name: KitName;
  files: ListedFile[];
  staging: string;
  downloads: string;
}

async function makeKit({ name, files, staging, downloads }: NewKit, options: KitOptions): Promise<void> {
  const { program } = recipes[name];
  const made = join(staging, name);
  const root = join(made, "root");
  const final = kitDirectory(name, options);
  const { machine, signal } = options;
  await unpackPackages(files, { downloads, root }, { environment: machine.environment, signal });
  await makeLinksRelative(root);
  if (program !== undefined) await writeLauncher({ program, made, final, machine });
  const packages = Object.fromEntries(files.map((file) => [file.package, file.version]));
  await writeFile(
    join(made, "kit.json"),
    `${JSON.stringify({ name, platform: machine.platform, packages }, null, 2)}\n`,
  );
  // Only a kit whose kit.json is damaged can be in the way.
  await rm(final, { recursive: true, force: true });
  await rename(made, final);
}

/** `bin/<program>` starts the program with the libraries that came along, and only that program. */
async function writeLauncher({
  program,
  made,
  final,
  machine,
}: {
  program: string;
  made: string;
  final: string;
  machine: Machine;
}) {
  const inside = ["usr/bin", "usr/sbin", "bin", "sbin"]
    .map((folder) => join("root", folder, program))
    .find((path) => isProgram(join(made, path)));
  if (inside === undefined) throw runtimeMissing([program], `the package of ${machine.distribution} does not hold it`);
  const launcher = join(made, "bin", program);
  await mkdir(join(made, "bin"));
  const folders = await libraryFolders(join(made, "root"));
  if (folders.length === 0) return symlink(join("..", inside), launcher);
  const libraries = folders.map((folder) => join(final, "root", folder)).join(":");
  const script = [
    "#!/bin/sh",
    `LD_LIBRARY_PATH=${shellWord(libraries)}\${LD_LIBRARY_PATH:+:$LD_LIBRARY_PATH}`,
    "export LD_LIBRARY_PATH",
    `exec ${shellWord(join(final, inside))} "$@"`,
  ];
  await writeFile(launcher, `${script.join("\n")}\n`, { mode: 0o755 });
}
