// What this machine has already, and is used instead of a kit.
import { join } from "node:path";
import { CommandError } from "../../../errors.ts";
import { runCommand } from "./command.ts";
import { findInFolders, isProgram } from "../../find-program.ts";
import type { Machine } from "./machine.ts";
import type { ProgramName } from "./recipes.ts";
import type { Program } from "./runtime-types.ts";
import {
  findPackagedJars,
  findUnpackedJars,
  homeOfServerScript,
  javaVersionOf,
  type ZooKeeperJars,
} from "./zookeeper-jars.ts";

/** Java 11 or newer, from JAVA_HOME or the search path. */
export function findJava(machine: Machine): Program | undefined {
  const home = machine.environment["JAVA_HOME"];
  const candidates = [
    home === undefined ? undefined : join(home, "bin/java"),
    findInFolders("java", machine.searchPath),
  ];
  for (const path of candidates) {
    if (path === undefined || !isProgram(path)) continue;
    const version = javaVersionOf(path);
    if (version !== undefined && Number(version.split(".")[0]) >= 11) return { path, version, from: "installed" };
  }
  return undefined;
}

/** ZooKeeper from ZOOKEEPER_HOME, from a zkServer.sh on the search path, or from the distribution's package. */
export function findZooKeeper(machine: Machine): ZooKeeperJars | undefined {
  const script = findInFolders("zkServer.sh", machine.searchPath);
  const homes = [machine.environment["ZOOKEEPER_HOME"], script === undefined ? undefined : homeOfServerScript(script)];
  for (const home of homes) {
    const found = home === undefined ? undefined : findUnpackedJars(home);
    if (found !== undefined) return found;
  }
  return findPackagedJars(machine.javaLibraries);
}

/** A program that answers with a version; runc counts from 1.0 on, whose command line is the one that is used. */
export async function findInstalledProgram(
  name: ProgramName,
  machine: Machine,
  signal: AbortSignal,
): Promise<Program | undefined> {
  const path = findInFolders(name, machine.searchPath);
  if (path === undefined) return undefined;
  const version = await versionOf(path, name === "ip" ? ["-Version"] : ["--version"], machine, signal);
  if (version === undefined || (name === "runc" && version.startsWith("0."))) return undefined;
  return { path, version, from: "installed" };
}

/** Undefined where the program cannot be run: one for another machine, say, or one whose libraries are gone. */
async function versionOf(
  path: string,
  args: string[],
  machine: Machine,
  signal: AbortSignal,
): Promise<string | undefined> {
  try {
    const { stdout: answer } = await runCommand(path, args, { environment: machine.environment, signal });
    return /\d+(\.\d+)+/.exec(answer)?.[0] ?? answer.trim();
  } catch (error) {
    if (error instanceof CommandError) return undefined;
    throw error;
  }
}
