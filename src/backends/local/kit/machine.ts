// What a kit has to know of the machine: which distribution it is, and where its programs are looked for.
import { readFileSync, statSync } from "node:fs";
import { homedir } from "node:os";
import { delimiter, isAbsolute, join } from "node:path";

export interface Machine {
  /** Names the kits that fit: `debian-12-x64`. Homes shared between machines keep one set of kits for each. */
  platform: string;
  /** For people: "Debian GNU/Linux 12 (bookworm)". */
  distribution: string;
  /** Folders in which programs are looked for, in order. */
  searchPath: string[];
  /** Where the distribution keeps the jars of its packages. */
  javaLibraries: string;
  /** Where the system's package lists are kept. They are read where they are there, never written. */
  packageLists: string;
  /** What programs are started with; its PATH is the search path. */
  environment: NodeJS.ProcessEnv;
}

/** Programs of administrators, which an ordinary user's PATH leaves out though anyone may run them. */
const administratorFolders = ["/usr/local/sbin", "/usr/sbin", "/sbin"];

/** Looks at this machine; one small file is read. */
export function describeMachine(environment: NodeJS.ProcessEnv): Machine {
  const release = readOsRelease();
  const path = (environment["PATH"] ?? "").split(delimiter).filter(isAbsolute);
  const searchPath = [...new Set([...path, ...administratorFolders])];
  return {
    platform: [release["ID"] ?? process.platform, release["VERSION_ID"], process.arch].filter(Boolean).join("-"),
    distribution: release["PRETTY_NAME"] ?? "this system",
    searchPath,
    javaLibraries: "/usr/share/java",
    packageLists: "/var/lib/apt/lists",
    environment: { ...environment, PATH: searchPath.join(delimiter) },
  };
}

/** $XDG_CACHE_HOME/mesos-up, by default ~/.cache/mesos-up. */
export function defaultCacheDirectory(environment: NodeJS.ProcessEnv): string {
  const configured = environment["XDG_CACHE_HOME"];
  const caches =
    configured !== undefined && isAbsolute(configured) ? configured : join(environment["HOME"] ?? homedir(), ".cache");
  return join(caches, "mesos-up");
}

/** Absolute path of the first program of that name on the machine's search path. */
export function findProgram(name: string, machine: Machine): string | undefined {
  return machine.searchPath.map((folder) => join(folder, name)).find(isProgram);
}

/** Whether a path leads to a file that may be run. */
export function isProgram(path: string): boolean {
  try {
    const stats = statSync(path);
    return stats.isFile() && (stats.mode & 0o111) !== 0;
  } catch {
    return false;
  }
}

function readOsRelease(): Record<string, string> {
  let text: string;
  try {
    text = readFileSync("/etc/os-release", "utf8");
  } catch {
    return {};
  }
  const fields = [...text.matchAll(/^([A-Z_]+)=(["']?)(.*)\2$/gm)];
  return Object.fromEntries(fields.map(([, name = "", , value = ""]) => [name, value]));
}
