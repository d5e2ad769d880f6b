// What was resolved last time, kept with what shows whether it still holds.
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { mkdir, rename, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { markOf } from "./file-mark.ts";
import { forgetUnused, pathsIn } from "./forget.ts";
import type { Machine } from "./machine.ts";
import type { Runtime, RuntimePart } from "./runtime-types.ts";

interface RuntimeRecord {
  runtime: Runtime;
  /** Size and time of change of every file that the runtime names. */
  files: Record<string, string>;
}

/** Counts changes of the record's form and of what is looked for. */
const format = 2;

/** Where the record for these needs on this machine is kept: another PATH is another record. */
export function recordPath(cacheDirectory: string, need: RuntimePart[], machine: Machine): string {
  const { platform, searchPath, javaLibraries, environment } = machine;
  const homes = [environment["JAVA_HOME"], environment["ZOOKEEPER_HOME"]];
  const identity = JSON.stringify([format, [...need].sort(), platform, searchPath, javaLibraries, homes]);
  return join(cacheDirectory, "resolved", `${createHash("sha256").update(identity).digest("hex").slice(0, 16)}.json`);
}

/** The runtime of an earlier run, if every file that it names is as it was. */
export function readRuntimeRecord(path: string): Runtime | undefined {
  try {
    const { runtime, files } = JSON.parse(readFileSync(path, "utf8")) as RuntimeRecord;
    const holds = Object.entries(files).every(([file, mark]) => markOf(file) === mark);
    return holds ? runtime : undefined;
  } catch {
    return undefined;
  }
}

export async function writeRuntimeRecord(path: string, runtime: Runtime): Promise<void> {
  const { zookeeper, programs } = runtime;
  const named = [
    ...Object.values(programs).map((program) => program.path),
    ...(zookeeper === undefined
      ? []
      : [zookeeper.java.path, ...zookeeper.classPath, zookeeper.sharedArchive ?? []].flat()),
  ];
  const record: RuntimeRecord = { runtime, files: Object.fromEntries(named.map((file) => [file, markOf(file)])) };
  await mkdir(dirname(path), { recursive: true });
  await writeFile(`${path}.${process.pid}`, JSON.stringify(record));
  await rename(`${path}.${process.pid}`, path);
  await forgetUnused(pathsIn(dirname(path)).filter((other) => other !== path));
}
