// A lock that survives nobody: every process that wants one puts down a file named after itself, then looks whether
// another living process has one there too. Of two that come at once at least one sees the other. A file whose process
// is gone (kill -9, a reboot) counts for nothing, at once, and since its name is unique anybody may remove it.
import { randomBytes, randomInt } from "node:crypto";
import { mkdirSync, readdirSync, rmdirSync, rmSync, statSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { identifySelf, isAlive, type ProcessIdentity } from "./process-identity.ts";
import { errorCode } from "./state-errors.ts";

export interface Claim {
  /** Names of the files in the folder that belong to claims, whoever's. */
  isClaimFile(name: string): boolean;
  /** Gives the claim back, and removes the folder where nothing is left in it. May be called again. */
  release(): void;
}

export type ClaimResult = { claim: Claim } | { holder: ProcessIdentity };

/**
 * Claims `name` in `folder`, which is made where missing, for this process; or tells who has it. Two claims within one
 * process exclude each other as well. Throws what the file system throws.
 */
export function tryClaim(folder: string, name: string): ClaimResult {
  const own = `${name}.${formatIdentity(identifySelf())}.${randomBytes(4).toString("hex")}.lock`;
  putDown(folder, own);
  for (const file of readdirSync(folder)) {
    const holder = file === own ? undefined : holderOf(file, name);
    if (holder === undefined) continue;
    if (isAlive(holder)) {
      takeBack(folder, own);
      return { holder };
    }
    rmSync(join(folder, file), { force: true });
  }
  return {
    claim: {
      isClaimFile: (file) => holderOf(file, name) !== undefined,
      release: () => takeBack(folder, own),
    },
  };
}

/**
 * Like tryClaim, but waits up to `patienceMs` for the holder to finish: two processes that come at the same instant
 * both see each other and both step back, so each comes again after a random while.
 */
export async function claimWithin(folder: string, name: string, patienceMs: number): Promise<ClaimResult> {
  const deadline = performance.now() + patienceMs;
  for (;;) {
    const result = tryClaim(folder, name);
    if ("claim" in result || performance.now() >= deadline) return result;
    await setTimeout(randomInt(2, 15));
  }
}

/** Another process may be removing the empty folder at this moment: then it is made again. */
function putDown(folder: string, file: string): void {
  for (let attempt = 1; ; attempt++) {
    try {
      makeFolders(folder);
      writeFileSync(join(folder, file), "", { flag: "wx" });
      return;
    } catch (error) {
      if (errorCode(error) !== "ENOENT" || attempt === 100) throw error;
    }
  }
}

/** One by one: node, asked for all at once, says of a read-only file system that there is no such folder. */
function makeFolders(folder: string): void {
  try {
    mkdirSync(folder, { mode: 0o700 });
  } catch (error) {
    if (errorCode(error) === "EEXIST" && isFolder(folder)) return;
    if (errorCode(error) !== "ENOENT" || isFolder(dirname(folder))) throw error;
    makeFolders(dirname(folder));
    makeFolders(folder);
  }
}

function isFolder(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() === true;
}

function takeBack(folder: string, file: string): void {
  rmSync(join(folder, file), { force: true });
  removeIfEmpty(folder);
}

/** Removes a folder that holds nothing; any other is left as it is. */
export function removeIfEmpty(folder: string): void {
  try {
    rmdirSync(folder);
  } catch (error) {
    if (!["ENOTEMPTY", "EEXIST", "ENOENT", "EBUSY"].includes(errorCode(error) ?? "")) throw error;
  }
}

export interface FoundClaim {
  /** Within the folder. */
  file: string;
  holder: ProcessIdentity;
}

/** All claims in a folder, those of processes that have ended too; none where there is no such folder. */
export function claimsIn(folder: string): FoundClaim[] {
  let files: string[];
  try {
    files = readdirSync(folder);
  } catch {
    return [];
  }
  return files.flatMap((file) => {
    const name = /^(.+)\.\d+-\d+-\w+\.\w+\.lock$/.exec(file)?.[1];
    const holder = name === undefined ? undefined : holderOf(file, name);
    return holder === undefined ? [] : [{ file, holder }];
  });
}

function formatIdentity({ pid, startTicks, bootId }: ProcessIdentity): string {
  return `${pid}-${startTicks}-${bootId}`;
}

function holderOf(file: string, name: string): ProcessIdentity | undefined {
  if (!file.startsWith(`${name}.`)) return undefined;
  const match = /^(\d+)-(\d+)-(\w+)\.\w+\.lock$/.exec(file.slice(name.length + 1));
  if (match === null) return undefined;
  const [, pid, startTicks, bootId = ""] = match;
  return { pid: Number(pid), startTicks: Number(startTicks), bootId };
}
