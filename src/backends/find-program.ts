// Where a program of this machine is.
import { accessSync, constants, statSync } from "node:fs";
import { delimiter, isAbsolute, join } from "node:path";

/** Absolute path of a program on PATH that this user may run. */
export function findProgram(name: string, env: NodeJS.ProcessEnv): string | undefined {
  return findInFolders(name, foldersOf(env["PATH"]));
}

/** Absolute path of the first program of that name in the folders. */
export function findInFolders(name: string, folders: readonly string[]): string | undefined {
  return folders.map((folder) => join(folder, name)).find(isProgram);
}

/** The folders that a PATH names. What it names relative to wherever one happens to be is left out. */
export function foldersOf(path: string | undefined): string[] {
  return (path ?? "").split(delimiter).filter(isAbsolute);
}

/** Whether a path leads to a file that this user may run. */
export function isProgram(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch {
    return false;
  }
}
