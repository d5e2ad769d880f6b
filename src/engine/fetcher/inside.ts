// Links that an archive brought must not lead what is written after it out of the sandbox.
import { lstat, realpath } from "node:fs/promises";
import { dirname, relative } from "node:path";

/** Resolves if writing to `path` makes or changes a file in `directory`, links followed. @throws Error that names it if not */
export async function requireInside(directory: string, path: string): Promise<void> {
  const root = await realpath(directory);
  for (let at = path; ; at = dirname(at)) {
    const stats = await lstat(at).catch(() => undefined);
    if (stats === undefined) continue;
    // What a link leads to may come to be only by writing: the link itself is enough.
    if (at === path && stats.isSymbolicLink()) break;
    const real = await realpath(at).catch(() => "/");
    if (real === root || real.startsWith(`${root}/`)) return;
    break;
  }
  throw new Error(`'${relative(directory, path)}' leaves the sandbox through a link`);
}
