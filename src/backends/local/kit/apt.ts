// The system's package client used as a mere downloader: with state and cache folders of its own, without root, against a
// system on which nothing is installed, so that what it says does not depend on what this machine has.
import { createHash } from "node:crypto";
import { createReadStream, existsSync, readdirSync } from "node:fs";
import { mkdir, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { pipeline } from "node:stream/promises";
import { type CommandOptions, type CommandOutput, runCommand } from "./command.ts";
import { CommandError } from "../../../errors.ts";
import { type DependencyGraph, type ListedFile, parseDependencies, parseListedFiles } from "./dependencies.ts";
import { downloadDamaged } from "./kit-errors.ts";
import type { Machine } from "./machine.ts";

export interface AptOptions {
  machine: Machine;
  /** For apt's lists and caches; made where it is missing. */
  directory: string;
  /** `system`: the lists that the system has, as old as they are. `own`: lists in `directory`. */
  lists: "system" | "own";
  signal: AbortSignal;
}

export interface Apt {
  /** Brings the own lists up to date. A source that fails is no error, for others may do; gives what apt says of those. */
  update(): Promise<string>;
  /** Names of all packages that begin so. */
  names(prefix: string): Promise<string[]>;
  dependencies(packages: string[]): Promise<DependencyGraph>;
  /** What the lists say of the files of these packages. */
  files(packages: string[]): Promise<ListedFile[]>;
  /** Fetches files into a folder and compares each with its size and hash. */
  download(files: ListedFile[], directory: string, onFraction: (fraction: number) => void): Promise<void>;
}

/** Whether the system has package lists that can be read. */
export function hasSystemLists({ packageLists }: Machine): boolean {
  try {
    return readdirSync(packageLists).some((name) => name.includes("_Packages"));
  } catch {
    return false;
  }
}

/** Prepares the folders and the configuration; nothing is asked of apt yet. */
export async function openApt(options: AptOptions): Promise<Apt> {
  const configuration = await writeConfiguration(options);
  const common: CommandOptions = {
    environment: { ...options.machine.environment, APT_CONFIG: configuration, DEBIAN_FRONTEND: "noninteractive" },
    signal: options.signal,
  };
  const aptGet = (args: string[], more: Partial<CommandOptions> = {}) =>
    runCommand("apt-get", args, { ...common, ...more });
  const aptCache = (args: string[]) => runCommand("apt-cache", args, common);
  return {
    update: async () => {
      const { all } = await aptGet(["update", "-q"]);
      return all
        .split("\n")
        .filter((line) => /^[WE]: .*(Failed|could ?n.t)/i.test(line))
        .join("\n");
    },
    names: async (prefix) => (await aptCache(["pkgnames", prefix])).stdout.split("\n"),
    dependencies: async (packages) => {
      const args = ["depends", "--recurse", ...onlyDependencies, ...packages];
      return parseDependencies((await aptCache(args).catch(nothingFound)).stdout);
    },
    files: async (packages) =>
      parseListedFiles((await aptGet(["download", "-qq", "--print-uris", ...packages])).stdout),
    download: async (files, directory, onFraction) => {
      const names = files.map((file) => `${file.package}=${file.version}`);
      const onStatusLine = (line: string) => {
        const percent = Number(/^dlstatus:\d+:([\d.]+):/.exec(line)?.[1]);
        if (!Number.isNaN(percent)) onFraction(percent / 100);
      };
      await aptGet(["download", "-q", "-o", "APT::Status-Fd=3", ...names], { cwd: directory, onStatusLine });
      await Promise.all(files.map((file) => verify(file, directory)));
    },
  };
}

/** Not one of the packages is known: for apt an error, here an answer. */
function nothingFound(error: unknown): CommandOutput {
  if (error instanceof CommandError && error.output.includes("No packages found")) return { stdout: "", all: "" };
  throw error;
}

const onlyDependencies = ["recommends", "suggests", "conflicts", "breaks", "replaces", "enhances"].map(
  (kind) => `--no-${kind}`,
);

/** The system's configuration stays in force (proxies, sources, keys); only hooks and folders are replaced. */
async function writeConfiguration({ machine, directory, lists }: AptOptions): Promise<string> {
  await Promise.all(
    ["lists/partial", "cache/archives/partial", "none"].map((folder) =>
      mkdir(join(directory, folder), { recursive: true }),
    ),
  );
  await writeFile(join(directory, "status"), "");
  const inherited = ["/etc/apt/apt.conf.d/", "/etc/apt/apt.conf", machine.environment["APT_CONFIG"]];
  const settings = {
    "Dir::Etc::Parts": join(directory, "none"),
    "Dir::Etc::Main": "/dev/null",
    "Dir::State": directory,
    "Dir::State::Lists": lists === "own" ? join(directory, "lists") : machine.packageLists,
    "Dir::State::Status": join(directory, "status"),
    "Dir::Cache": join(directory, "cache"),
    "Dir::Cache::PkgCache": "pkgcache.bin",
    "Dir::Cache::SrcPkgCache": "",
    "APT::Sandbox::User": "root",
    "Acquire::Languages": "none",
    "Acquire::IndexTargets::deb::DEP-11::DefaultEnabled": "false",
    "Acquire::Retries": "1",
    "Acquire::http::Timeout": "20",
    "Acquire::https::Timeout": "20",
  };
  const text = [
    ...inherited.filter((path) => path !== undefined && existsSync(path)).map((path) => `#include "${path ?? ""}";`),
    "#clear APT::Update;",
    "#clear DPkg;",
    ...Object.entries(settings).map(([key, value]) => `${key} "${value}";`),
    "",
  ].join("\n");
  const path = join(directory, `apt-${lists}.conf`);
  await writeFile(path, text);
  return path;
}

async function verify(file: ListedFile, directory: string): Promise<void> {
  const path = join(directory, file.file);
  const { size } = await stat(path);
  if (size !== file.bytes) throw downloadDamaged(file.file, `${file.bytes} bytes`, `${size} bytes`);
  const { algorithm, hex } = file.hash;
  const hash = createHash(algorithm);
  await pipeline(createReadStream(path, { highWaterMark: 1 << 20 }), hash);
  const found = hash.digest("hex");
  if (found !== hex) throw downloadDamaged(file.file, `${algorithm} ${hex}`, `${algorithm} ${found}`);
}
