// An archive of the classes that a ZooKeeper server loads, in the form that the JVM maps into memory: with it a server answers
// in less than half the time. A JVM that is given one of other jars or of another Java does without any, even its own.
import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { mkdir, rename, rm } from "node:fs/promises";
import { dirname, join } from "node:path";
import { markOf } from "./file-mark.ts";
import { forgetUnused, pathsIn } from "./forget.ts";
import { withLock } from "./lock.ts";
import type { Machine } from "./machine.ts";
import { dumpArguments, recordClasses } from "./record-classes.ts";
import type { ZooKeeperRuntime } from "./runtime-types.ts";
import { serverArguments } from "./zookeeper-command.ts";

export interface ClassArchiveOptions {
  cacheDirectory: string;
  machine: Machine;
  signal: AbortSignal;
}

/**
 * Path of the archive for this Java and these jars, made on first use by a server that is started for this alone. Undefined where
 * this Java cannot make one (before 13) or the attempt failed: a server starts without one as well.
 */
export async function ensureClassArchive(
  zookeeper: ZooKeeperRuntime,
  options: ClassArchiveOptions,
): Promise<string | undefined> {
  if (Number(zookeeper.java.version.split(".")[0]) < 13) return undefined;
  const { java, classPath } = zookeeper;
  const identity = [...dumpArguments, java.path, java.version, ...serverArguments(classPath), ...classPath.map(markOf)];
  const name = createHash("sha256").update(JSON.stringify(identity)).digest("hex").slice(0, 16);
  const path = join(options.cacheDirectory, "class-archives", `zookeeper-${name}.jsa`);
  if (existsSync(path)) return path;
  const lock = { path: join(options.cacheDirectory, "locks/class-archives.lock"), signal: options.signal };
  await withLock({ ...lock, onWaiting: () => undefined }, () => makeArchive(zookeeper, path, options));
  return existsSync(path) ? path : undefined;
}

/** Under the lock. Whatever the folder to work in holds was left by a run that was interrupted. */
async function makeArchive(zookeeper: ZooKeeperRuntime, path: string, options: ClassArchiveOptions): Promise<void> {
  if (existsSync(path)) return;
  const work = join(dirname(path), ".making");
  await rm(work, { recursive: true, force: true });
  await mkdir(work, { recursive: true });
  try {
    const made = join(work, "classes.jsa");
    await recordClasses(zookeeper, {
      archive: made,
      work,
      environment: options.machine.environment,
      signal: options.signal,
    });
    if (!existsSync(made)) return;
    await rename(made, path);
    await forgetUnused(pathsIn(dirname(path)).filter((other) => other !== path && other !== work));
  } catch {
    options.signal.throwIfAborted();
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}
