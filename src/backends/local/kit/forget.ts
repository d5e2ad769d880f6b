// Keeps the cache from growing for ever: what nothing has a name for any more, and nobody has used for a month, goes.
import { readdirSync, readFileSync, statSync } from "node:fs";
import { rm } from "node:fs/promises";
import { join } from "node:path";

export const DAY_MS = 24 * 3600 * 1000;
const MONTH_MS = 30 * DAY_MS;

/**
 * Removes those of the paths that were last changed `ageMs` ago or more, by default a month, and that no process, of this
 * user at least, has on its command line or among its mounts. Another version of this program may still want one of them:
 * then it makes it anew.
 */
export async function forgetUnused(paths: readonly string[], ageMs = MONTH_MS): Promise<string[]> {
  const nowMs = Date.now();
  const old = paths.filter((path) => nowMs - changedMs(path) >= ageMs);
  const unused = old.length === 0 ? [] : old.filter(notNamedIn(textsOfProcesses()));
  await Promise.all(unused.map((path) => rm(path, { recursive: true, force: true })));
  return unused;
}

/** Names in a folder; none where there is no such folder. */
export function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}

/** The same as paths. */
export function pathsIn(folder: string): string[] {
  return namesIn(folder).map((name) => join(folder, name));
}

/** Now, for what is not there. */
function changedMs(path: string): number {
  return statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? Infinity;
}

function notNamedIn(texts: string[]): (path: string) => boolean {
  return (path) => !texts.some((text) => text.includes(path));
}

function textsOfProcesses(): string[] {
  return namesIn("/proc")
    .filter((name) => /^\d+$/.test(name))
    .flatMap((pid) => ["cmdline", "mountinfo"].map((file) => readOrNothing(`/proc/${pid}/${file}`)));
}

function readOrNothing(file: string): string {
  try {
    return readFileSync(file, "latin1");
  } catch {
    return ""; // It has ended, or is another user's.
  }
}
