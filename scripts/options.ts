// The options that every command shares, and what becomes of them: a cluster spec, a time limit, a way of printing.
import { readFile } from "node:fs/promises";
import { InvalidArgumentError, Option, type Command } from "commander";
import { clusterFolder } from "../src/backends/state/cluster-folder.ts";
import { madeBy } from "../src/backends/state/made-by.ts";
import { readClusterRecord } from "../src/backends/state/cluster-record.ts";
import { defaultClusterSpec, overrideSpec, type ClusterSpec } from "../src/cluster/spec.ts";
import { VAGRANT_PROVIDERS, type VagrantProvider } from "../src/cluster/vagrant/vagrant-types.ts";
import { ConfigError, MesosUpError } from "../src/errors.ts";
import { parseUserDurationMs } from "../src/mesos/duration.ts";

export interface CommonOptions {
  cluster?: string;
  name?: string;
  backend?: "local" | "docker" | "vagrant";
  json?: boolean;
  /** Milliseconds. */
  timeout: number;
  debug?: boolean;
  /** Print what goes over the wire, too. */
  explain?: boolean;
  /** What makes Vagrant's machines, instead of the cluster file's. */
  provider?: VagrantProvider;
}

const DEFAULT_TIMEOUT_MS = 300_000;

/** Adds the common options to a command. Durations are Mesos's ("90secs", "2mins") or short ("90s", "2m"). */
export function withCommonOptions(command: Command): Command {
  return command
    .option("--cluster <file>", "cluster description, YAML or JSON (default: one ZooKeeper, one master, one agent)")
    .option("--name <name>", "name of the cluster (default: the file's, else demo)")
    .option(
      "--backend <backend>",
      "local, docker or vagrant (default: the file's, else local)",
      oneOf("local", "docker", "vagrant"),
    )
    .option("--provider <provider>", "what makes the machines of --backend vagrant", oneOf(...VAGRANT_PROVIDERS))
    .option("--json", "print one JSON document on stdout and nothing else there")
    .addOption(
      new Option("--timeout <duration>", "give up after this time, as in 90s or 2mins")
        .argParser(duration)
        .default(DEFAULT_TIMEOUT_MS, "5mins"),
    )
    .option("--debug", "print the stack of an error too");
}

/**
 * The cluster that the options describe: the file's or the default one, with the name and backend of the options. Where
 * no file is named, a cluster that is there stays what it is.
 * @throws ConfigError
 */
export async function readClusterSpec({ cluster, name, backend }: CommonOptions): Promise<ClusterSpec> {
  if (cluster !== undefined) return overrideSpec(await readClusterFile(cluster, backend), { name, backend });
  const spec = overrideSpec(defaultClusterSpec(), { name, backend });
  const there = readClusterRecord(clusterFolder(process.cwd(), spec.name));
  // What is to mend it must not take it for another's.
  if (there.kind === "damaged") return { ...spec, backend: backendThere(spec, backend) };
  if (there.kind !== "present") return spec;
  const { record } = there;
  return (backend ?? record.backend) === record.backend ? { ...record.spec, backend: record.backend } : spec;
}

/** The backend that a cluster which is there was made by, be its record damaged, unless another one is asked for. */
export function backendThere(
  { name, backend }: Pick<ClusterSpec, "name" | "backend">,
  asked: ClusterSpec["backend"] | undefined,
): ClusterSpec["backend"] {
  return asked ?? madeBy(clusterFolder(process.cwd(), name)) ?? backend;
}

/** The default cluster needs no parser, and whoever asks for nothing special waits for none. */
async function readClusterFile(file: string, backend: ClusterSpec["backend"] | undefined): Promise<ClusterSpec> {
  const { parseClusterFile } = await import("../src/cluster/parse-cluster-file.ts");
  return parseClusterFile(await readUserFile(file), file, { backend });
}

export function clusterUnknown(name: string): MesosUpError {
  return new MesosUpError(`There is no cluster ${name} here.`, {
    code: "CLUSTER_UNKNOWN",
    hint: "Bring it up with `npx mesos-up up`, or name another cluster with --master.",
  });
}

/**
 * The text of a file that the user named.
 * @throws ConfigError FILE_UNREADABLE
 */
export async function readUserFile(file: string): Promise<string> {
  try {
    return await readFile(file, "utf8");
  } catch (error) {
    throw new ConfigError(`${file} cannot be read: ${reason(error as NodeJS.ErrnoException)}.`, {
      code: "FILE_UNREADABLE",
      hint: "Name a file that exists and that you may read.",
      file,
      cause: error,
    });
  }
}

function reason({ code, message }: NodeJS.ErrnoException): string {
  if (code === "ENOENT") return "there is no such file";
  if (code === "EISDIR") return "it is a folder";
  if (code === "EACCES") return "permission denied";
  return message;
}

/** A commander parser that takes a duration; gives milliseconds. */
export function duration(text: string): number {
  try {
    const durationMs = parseUserDurationMs(text);
    if (durationMs > 0) return durationMs;
  } catch {
    throw new InvalidArgumentError("Write it as in 90s or 2mins.");
  }
  throw new InvalidArgumentError("It must be longer than nothing.");
}

/** Of a launch that is aborted: until it has told the master that its framework is gone, or given that up. */
export const LAUNCH_GRACE_MS = 8_000;

/** A commander parser that takes a whole number from 1 on. */
export function count(text: string): number {
  if (/^[1-9]\d{0,8}$/.test(text)) return Number(text);
  throw new InvalidArgumentError("It is a whole number from 1 on.");
}

/** A commander parser that takes one of some words. */
export function oneOf(...words: string[]): (text: string) => string {
  return (text) => {
    if (words.includes(text)) return text;
    throw new InvalidArgumentError(`It is one of ${words.join(", ")}.`);
  };
}
