// Finds the programs that a cluster on this machine is made of: those that are installed, and kits for the others. When all was
// found before, one file is read and the paths in it are looked at, and nothing else happens.
import { readdirSync } from "node:fs";
import { delimiter, dirname, join } from "node:path";
import { MesosUpError } from "../../../errors.ts";
import { ensureClassArchive } from "./class-archive.ts";
import type { KitProgress } from "./fetch-packages.ts";
import { findInstalledProgram, findJava, findZooKeeper } from "./installed.ts";
import { cacheError } from "./kit-errors.ts";
import { ensureKits, type Kit, type KitOptions } from "./kits.ts";
import { isProgram } from "../../find-program.ts";
import { defaultCacheDirectory, describeMachine, type Machine } from "./machine.ts";
import type { KitName, ProgramName } from "./recipes.ts";
import { readRuntimeRecord, recordPath, writeRuntimeRecord } from "./runtime-record.ts";
import type { Program, Runtime, RuntimePart, ZooKeeperRuntime } from "./runtime-types.ts";
import { findPackagedJars, javaVersionOf, type ZooKeeperJars } from "./zookeeper-jars.ts";

export interface ResolveOptions {
  need: RuntimePart[];
  environment: NodeJS.ProcessEnv;
  signal: AbortSignal;
  /** By default $XDG_CACHE_HOME/mesos-up. */
  cacheDirectory?: string;
  /** What is known of this machine; by default found out now. */
  machine?: Machine;
  progress?: KitProgress;
}

const silent: KitProgress = { progress: () => undefined, note: () => undefined };

/**
 * Gives every part that is needed, fetching what this machine lacks into the cache. Throws RUNTIME_MISSING, naming all that is
 * missing, where nothing can be fetched; DOWNLOAD_FAILED, DOWNLOAD_DAMAGED, PACKAGE_UNKNOWN, CACHE_NOT_WRITABLE or CACHE_FULL
 * where that failed.
 */
export async function resolveRuntime(options: ResolveOptions): Promise<Runtime> {
  const machine = options.machine ?? describeMachine(options.environment);
  const cacheDirectory = options.cacheDirectory ?? defaultCacheDirectory(options.environment);
  const record = recordPath(cacheDirectory, options.need, machine);
  const known = readRuntimeRecord(record);
  if (known !== undefined) return known;
  const { progress = silent, signal } = options;
  const found = await findRuntime(options.need, { machine, cacheDirectory, progress, signal });
  const runtime = { ...found, extraPath: foldersBeside(options.environment["PATH"] ?? "", found.programs) };
  // All is found; a record that cannot be kept only makes the next start slower.
  await writeRuntimeRecord(record, runtime).catch(() => undefined);
  return runtime;
}

async function findRuntime(need: RuntimePart[], options: KitOptions): Promise<Omit<Runtime, "extraPath">> {
  const { machine, signal } = options;
  const names = need.filter((part) => part !== "zookeeper");
  const found = await Promise.all(names.map((name) => findInstalledProgram(name, machine, signal)));
  const wantsZooKeeper = need.includes("zookeeper");
  const java = wantsZooKeeper ? findJava(machine) : undefined;
  const jars = wantsZooKeeper ? findZooKeeper(machine) : undefined;
  const kitNames: KitName[] = [
    ...(wantsZooKeeper && jars === undefined ? ["zookeeper" as const] : []),
    ...(wantsZooKeeper && java === undefined ? ["java" as const] : []),
    ...names.filter((_, index) => found[index] === undefined),
  ];
  const kits = await ensureKits(kitNames, options);

  const programs: Runtime["programs"] = {};
  names.forEach((name, index) => (programs[name] = found[index] ?? programOfKit(name, kits.get(name))));
  if (!wantsZooKeeper) return { programs };
  const zookeeper = zookeeperOf(jars, java ?? javaOfKit(kits.get("java")), kits.get("zookeeper"));
  return { zookeeper: await withClassArchive(zookeeper, options), programs };
}

/** Folders of the programs that a PATH does not have. */
function foldersBeside(path: string, programs: Runtime["programs"]): string[] {
  const known = new Set(path.split(delimiter));
  const folders = new Set(Object.values(programs).map((program) => dirname(program.path)));
  return [...folders].filter((folder) => !known.has(folder));
}

function zookeeperOf(installed: ZooKeeperJars | undefined, java: Program, kit: Kit | undefined): ZooKeeperRuntime {
  if (installed !== undefined) return { ...installed, from: "installed", java };
  const jars = kit === undefined ? undefined : findPackagedJars(join(kit.directory, "root/usr/share/java"));
  if (jars === undefined) throw unusableKit("zookeeper", kit);
  return { ...jars, from: "kit", java };
}

async function withClassArchive(zookeeper: ZooKeeperRuntime, options: KitOptions): Promise<ZooKeeperRuntime> {
  options.progress.progress("preparing ZooKeeper's classes");
  try {
    const sharedArchive = await ensureClassArchive(zookeeper, options);
    return sharedArchive === undefined ? zookeeper : { ...zookeeper, sharedArchive };
  } catch (error) {
    throw cacheError(options.cacheDirectory, error);
  }
}

function javaOfKit(kit: Kit | undefined): Program {
  if (kit === undefined) throw unusableKit("java", kit);
  const homes = join(kit.directory, "root/usr/lib/jvm");
  const paths = readdirSync(homes).map((home) => join(homes, home, "bin/java"));
  const path = paths.find(isProgram);
  const version = path === undefined ? undefined : javaVersionOf(path);
  if (path === undefined || version === undefined) throw unusableKit("java", kit);
  return { path, version, from: "kit" };
}

function programOfKit(name: ProgramName, kit: Kit | undefined): Program {
  if (kit === undefined) throw unusableKit(name, kit);
  return { path: join(kit.directory, "bin", name), version: Object.values(kit.packages)[0] ?? "", from: "kit" };
}

function unusableKit(name: KitName, kit: Kit | undefined): MesosUpError {
  return new MesosUpError(`The ${name} that was fetched into ${kit?.directory ?? "the cache"} is not complete.`, {
    code: "KIT_UNUSABLE",
    hint: "Remove that folder and run the same command again.",
  });
}
