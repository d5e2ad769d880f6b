// The options that every command shares, and what becomes of them: a cluster spec, a time limit, a way of printing.
import { readFile } from "node:fs/promises";
import { InvalidArgumentError, type Command } from "commander";
import type { ClusterSpec } from "../src/cluster/spec.ts";
import { ConfigError } from "../src/errors.ts";
import { parseUserDurationMs } from "../src/mesos/duration.ts";

export interface CommonOptions {
  cluster?: string;
  name?: string;
  backend?: "local" | "docker" | "vagrant";
  json?: boolean;
  timeout: number;
  debug?: boolean;
}

/** Adds the common options to a command. Durations are Mesos's ("90secs", "2mins") or short ("90s", "2m"). */
export function withCommonOptions(command: Command): Command {
  return command
    .option("--cluster <file>", "cluster description, YAML or JSON (default: one ZooKeeper, one master, one agent)")
    .option("--name <name>", "name of the cluster (default: the file's, else demo)")
    .option("--backend <backend>", "local, docker or vagrant (default: the file's, else local)", backend)
    .option("--json", "print one JSON document on stdout and nothing else there")
    .option("--timeout <duration>", "give up after this time, for example 90s or 2mins", duration, 300_000)
    .option("--debug", "print the stack of an error too");
}

/** The cluster that the options describe: the file, or the default, with the options' name and backend over it. */
export async function readClusterSpec(options: CommonOptions): Promise<ClusterSpec> {
  const { parseClusterFile, parseClusterObject } = await import("../src/cluster/parse-cluster-file.ts");
  const over = {
    ...(options.name === undefined ? {} : { name: options.name }),
    ...(options.backend === undefined ? {} : { backend: options.backend }),
  };
  if (options.cluster === undefined) return parseClusterObject(over);
  return { ...parseClusterFile(await readText(options.cluster), options.cluster), ...over };
}

/** Reads a file that the user named; a file that cannot be read is the user's problem, said in one sentence. */
export async function readText(file: string): Promise<string> {
  try {
    return await readFile(file, "utf8");
  } catch (error) {
    const reason = (error as NodeJS.ErrnoException).code === "ENOENT" ? "there is no such file" : String(error);
    throw new ConfigError(`${file} cannot be read: ${reason}.`, {
      code: "FILE_UNREADABLE",
      hint: "Name a file that exists and that you may read.",
      file,
      cause: error,
    });
  }
}

function duration(text: string): number {
  try {
    return parseUserDurationMs(text);
  } catch (error) {
    throw new InvalidArgumentError((error as Error).message);
  }
}

function backend(text: string): string {
  if (!["local", "docker", "vagrant"].includes(text)) throw new InvalidArgumentError("It is local, docker or vagrant.");
  return text;
}
