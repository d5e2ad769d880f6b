// Folders of programs and libraries are one with those in usr/, as on the systems that Debian's packages are made for.
import { existsSync } from "node:fs";
import { lstat, mkdir, readdir, rename, rmdir, symlink } from "node:fs/promises";
import { join } from "node:path";

/** Moves them there below `root`, and leaves links in their places; those that packages may lack are made. */
export async function mergeIntoUsr(root: string): Promise<void> {
  for (const name of ["bin", "sbin", "lib", "lib64"]) await mkdir(join(root, "usr", name), { recursive: true });
  for (const name of ["bin", "sbin", "lib", "lib32", "lib64", "libx32"]) {
    const path = join(root, name);
    const stats = await lstat(path).catch(() => undefined);
    if (stats?.isSymbolicLink()) continue;
    if (stats !== undefined) await moveInto(path, join(root, "usr", name));
    if (existsSync(join(root, "usr", name))) await symlink(`usr/${name}`, path);
  }
}

async function moveInto(from: string, to: string): Promise<void> {
  await mkdir(to, { recursive: true });
  for (const entry of await readdir(from, { withFileTypes: true })) {
    const [source, target] = [join(from, entry.name), join(to, entry.name)];
    if (entry.isDirectory() && existsSync(target)) await moveInto(source, target);
    else await rename(source, target);
  }
  await rmdir(from);
}
