// From package files to folders that can be used where they are.
import type { Dirent } from "node:fs";
import { mkdir, readdir, readlink, rm, stat, symlink } from "node:fs/promises";
import { dirname, join, relative } from "node:path";
import { type CommandOptions, runCommand } from "./command.ts";
import type { ListedFile } from "./dependencies.ts";

/** Unpacks packages over one another into `root`, without what only people read. */
export async function unpackPackages(
  files: ListedFile[],
  folders: { downloads: string; root: string },
  options: CommandOptions,
): Promise<void> {
  await mkdir(folders.root, { recursive: true });
  for (const file of files)
    await runCommand("dpkg-deb", ["--extract", join(folders.downloads, file.file), folders.root], options);
  const forPeople = ["doc", "man", "locale", "lintian", "info", "bug"];
  await Promise.all(
    forPeople.map((name) => rm(join(folders.root, "usr/share", name), { recursive: true, force: true })),
  );
}

/** Makes links that begin at the system's root begin where they are, as far as the unpacked packages hold what they lead to. */
export async function makeLinksRelative(root: string): Promise<void> {
  const links = (await entriesBelow(root)).filter((entry) => entry.isSymbolicLink());
  for (const entry of links) {
    const path = join(entry.parentPath, entry.name);
    const target = await readlink(path);
    if (!target.startsWith("/")) continue;
    const inside = join(root, target);
    if ((await stat(inside).catch(() => undefined)) === undefined) continue;
    await rm(path);
    await symlink(relative(dirname(path), inside), path);
  }
}

/** Folders of `root` that hold shared libraries, relative to it. */
export async function libraryFolders(root: string): Promise<string[]> {
  const entries = await entriesBelow(root);
  const holders = entries.filter((entry) => /^lib.*\.so(\.|$)/.test(entry.name)).map((entry) => entry.parentPath);
  return [...new Set(holders)]
    .map((folder) => relative(root, folder))
    .filter((folder) => /^(usr\/)?lib\/[^/]+$/.test(folder));
}

async function entriesBelow(root: string): Promise<Dirent[]> {
  return readdir(root, { recursive: true, withFileTypes: true });
}
