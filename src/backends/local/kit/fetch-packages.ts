// From names of packages to verified files: which package lists are good enough, and what is tried next when they are not.
import { mkdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { CommandError, MesosUpError } from "../../../errors.ts";
import { type Apt, hasSystemLists, openApt } from "./apt.ts";
import { closureOf, type ListedFile } from "./dependencies.ts";
import { cacheError, downloadFailed, listOf } from "./kit-errors.ts";
import { withLock } from "./lock.ts";
import { findInFolders } from "../../find-program.ts";
import type { Machine } from "./machine.ts";

/** What a long fetch tells whoever watches it; a step's context fits. */
export interface KitProgress {
  progress(message: string, fraction?: number): void;
  note(message: string): void;
}

/** One set of packages that belong together. */
export interface PackageRequest {
  /** Picks the packages to begin with from what the lists offer. */
  choose(apt: Apt): Promise<string[]>;
  /** Dependencies that come along. */
  follow: RegExp;
  /** Left out, for the system has them. */
  omit: ReadonlySet<string>;
}

export interface FetchOptions {
  machine: Machine;
  cacheDirectory: string;
  /** The files go here. */
  directory: string;
  /** For messages: "ZooKeeper and runc". */
  title: string;
  progress: KitProgress;
  signal: AbortSignal;
}

/**
 * Fetches the files of each request; answers in the requests' order. The lists that the system has are tried first; when they lack
 * a package, or name files that are gone, lists of our own are brought up to date and the whole is tried once more.
 */
export async function fetchPackages(requests: PackageRequest[], options: FetchOptions): Promise<ListedFile[][]> {
  const { machine, cacheDirectory, progress, signal } = options;
  const directory = join(cacheDirectory, "apt", machine.platform);
  const attempt = async (lists: "system" | "own") => {
    const apt = await openApt({ machine, directory, lists, signal });
    if (lists === "system") return fetchOnce(apt, requests, options);
    progress.progress("reading package lists");
    const troubles = await apt.update();
    return fetchOnce(apt, requests, options).catch((error: unknown) => {
      throw packagesMissing(error) && troubles !== "" ? updateFailed(troubles, error) : error;
    });
  };
  const lock = {
    path: join(cacheDirectory, "locks", `apt-${machine.platform}.lock`),
    signal,
    onWaiting: () => progress.note("Waiting for another download of packages"),
  };
  return withLock(lock, async () => {
    try {
      if (hasSystemLists(machine)) {
        try {
          return await attempt("system");
        } catch (error) {
          if (signal.aborted || cacheError(cacheDirectory, error) !== error) throw error;
          progress.note("The system's package lists are too old or incomplete; fetching current ones");
        }
      }
      return await attempt("own");
    } catch (error) {
      signal.throwIfAborted();
      const problem = cacheError(cacheDirectory, error);
      throw problem === error ? downloadFailed(options.title, machine, error) : problem;
    }
  });
}

async function fetchOnce(apt: Apt, requests: PackageRequest[], options: FetchOptions): Promise<ListedFile[][]> {
  const tops = await Promise.all(requests.map((request) => request.choose(apt)));
  const graph = await apt.dependencies([...new Set(tops.flat())]);
  const unknown = tops.flat().filter((name) => !graph.has(name));
  if (unknown.length > 0) throw packagesUnknown(unknown, options.machine);
  const wanted = requests.map((request, index) =>
    closureOf(graph, tops[index] ?? [], request.follow).filter((name) => !request.omit.has(name)),
  );
  const listed = new Map((await apt.files([...new Set(wanted.flat())])).map((file) => [file.package, file]));
  const unlisted = wanted.flat().filter((name) => !listed.has(name));
  if (unlisted.length > 0) throw packagesUnknown(unlisted, options.machine);
  const files = [...listed.values()];
  const bytes = files.reduce((sum, file) => sum + file.bytes, 0);
  await mkdir(options.directory, { recursive: true });
  await apt.download(files, options.directory, (fraction) => {
    const megabytes = (part: number) => (part / 1e6).toFixed(1);
    options.progress.progress(`${options.title}: ${megabytes(bytes * fraction)} of ${megabytes(bytes)} MB`, fraction);
  });
  return wanted.map((names) => names.flatMap((name) => listed.get(name) ?? []));
}

/** Names of the packages that the system has, from dpkg's own record. */
export async function installedPackages(): Promise<Set<string>> {
  const status = await readFile("/var/lib/dpkg/status", "utf8").catch(() => "");
  const installed = status
    .split("\n\n")
    .filter((entry) => /^Status: .* installed$/m.test(entry))
    .map((entry) => /^Package: (.*)$/m.exec(entry)?.[1] ?? "");
  return new Set(installed);
}

/** Whether packages can be fetched and unpacked at all. */
export function canFetchPackages(machine: Machine): boolean {
  return ["apt-get", "apt-cache", "dpkg-deb"].every((name) => findInFolders(name, machine.searchPath) !== undefined);
}

function packagesMissing(error: unknown): boolean {
  return error instanceof MesosUpError && error.code === "PACKAGE_UNKNOWN";
}

/** What is not offered might have been by a source that did not answer. */
function updateFailed(output: string, cause: unknown): CommandError {
  return new CommandError("apt-get update failed", {
    code: "COMMAND_FAILED",
    command: "apt-get update",
    output,
    cause,
  });
}

function packagesUnknown(names: string[], machine: Machine): MesosUpError {
  const packages = names.length === 1 ? "package" : "packages";
  return new MesosUpError(`No package source of ${machine.distribution} offers the ${packages} ${listOf(names)}.`, {
    code: "PACKAGE_UNKNOWN",
    hint: "Add the distribution's main source to apt's (on Ubuntu also universe), or install the programs by other means.",
  });
}
