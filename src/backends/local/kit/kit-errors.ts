// What can go wrong while a kit is fetched or an image is built, in words.
import { CommandError, MesosUpError } from "../../../errors.ts";
import type { Machine } from "./machine.ts";

/** Packages that bring each missing part, for the hint of `runtimeMissing`. */
const packagesToInstall: Record<string, string[]> = {
  ZooKeeper: ["zookeeper", "default-jre-headless"],
  "Java 11 or newer": ["default-jre-headless"],
  ip: ["iproute2"],
};

/** Programs are missing and cannot be fetched; says all that are missing and every way to get them. */
export function runtimeMissing(missing: string[], why: string, cause?: unknown): MesosUpError {
  const verb = missing.length === 1 ? "is" : "are";
  const packages = [...new Set(missing.flatMap((part) => packagesToInstall[part] ?? [part]))].join(" ");
  return new MesosUpError(`${listOf(missing)} ${verb} missing on this machine, and ${why}.`, {
    code: "RUNTIME_MISSING",
    hint:
      `Install what is missing (Debian, Ubuntu: sudo apt-get install ${packages}; a ZooKeeper unpacked elsewhere is found ` +
      "through ZOOKEEPER_HOME, a Java through JAVA_HOME), or use the Docker backend (--backend docker), which brings its own.",
    cause,
  });
}

/** The system's package client failed for a reason other than this project's cache folder. */
export function downloadFailed(what: string, machine: Machine, error: unknown): Error {
  if (!(error instanceof CommandError)) return error instanceof Error ? error : new Error(String(error));
  return new CommandError(`${what} could not be fetched with apt-get: ${lastWords(error.output)}`, {
    code: "DOWNLOAD_FAILED",
    hint:
      `Check that this machine reaches its package sources (${machine.distribution}; a proxy is set in apt's own ` +
      "configuration or in http_proxy), then run the same command again: what is already in the cache stays.",
    command: error.command,
    exitCode: error.exitCode,
    output: error.output,
    cause: error,
  });
}

/** A file that came is not the file that the package lists promise. */
export function downloadDamaged(file: string, expected: string, found: string): MesosUpError {
  return new MesosUpError(`${file} arrived damaged: ${found} where the package lists say ${expected}.`, {
    code: "DOWNLOAD_DAMAGED",
    hint: "Run the same command again; if it stays so, a proxy or mirror on the way serves wrong files.",
  });
}

const cacheProblems: Record<string, string> = {
  EACCES: "this user may not write there",
  EPERM: "this user may not write there",
  EROFS: "it is on a read-only file system",
  ENOSPC: "its file system is full",
  EDQUOT: "this user's quota is used up",
  ENOENT: "it cannot be made",
  ENOTDIR: "a part of its path is not a folder",
  EEXIST: "a part of its path is not a folder",
};

/** Turns what the file system, or a program writing to it, says of the cache folder into one error; others stay as they are. */
export function cacheError(cacheDirectory: string, error: unknown): unknown {
  const code = systemCodeOf(error);
  const problem = code === undefined ? undefined : cacheProblems[code];
  if (problem === undefined) return error;
  const full = code === "ENOSPC" || code === "EDQUOT";
  return new MesosUpError(`The cache folder ${cacheDirectory} cannot be used: ${problem}.`, {
    code: full ? "CACHE_FULL" : "CACHE_NOT_WRITABLE",
    hint: `${full ? "Free some 400 MB there" : "Make it writable for this user"}, or choose another folder through XDG_CACHE_HOME.`,
    cause: error,
  });
}

function systemCodeOf(error: unknown): string | undefined {
  if (error instanceof CommandError) {
    if (/No space left on device/i.test(error.output)) return "ENOSPC";
    if (/Disk quota exceeded/i.test(error.output)) return "EDQUOT";
    return /Read-only file system/i.test(error.output) ? "EROFS" : undefined;
  }
  if (error instanceof MesosUpError || !(error instanceof Error)) return undefined;
  const { code, syscall } = error as NodeJS.ErrnoException;
  // Making folder in folder answers so where the outermost cannot be made; other calls, where something else is amiss.
  return code === "ENOENT" && syscall !== "mkdir" ? undefined : code;
}

/** "ZooKeeper, runc and umoci" */
export function listOf(names: string[]): string {
  return names.length < 2 ? names.join("") : `${names.slice(0, -1).join(", ")} and ${names.at(-1) ?? ""}`;
}

/** The line that says most: what apt failed to fetch, else the last line that it marks, else the last of all. */
export function lastWords(output: string): string {
  const lines = output.trim().split("\n");
  const marked = lines.filter((text) => /^[EW]: /.test(text));
  const line = marked.find((text) => text.includes("Failed to fetch")) ?? marked.at(-1) ?? lines.at(-1) ?? "";
  // skopeo and umoci log fields: time="…" level=fatal msg="…".
  const message = /\bmsg="((?:[^"\\]|\\.)*)"/.exec(line)?.[1]?.replace(/\\(.)/g, "$1");
  const words = (message ?? line).replace(/^[EW]: /, "").trim();
  return words === "" ? "it said nothing" : words;
}
