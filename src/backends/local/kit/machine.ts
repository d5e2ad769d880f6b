// What a kit has to know of the machine: which distribution it is, and where its programs are looked for.
import { readFileSync } from "node:fs";
import { homedir } from "node:os";
import { delimiter, isAbsolute, join } from "node:path";
import { foldersOf } from "../../find-program.ts";

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
  const searchPath = [...new Set([...foldersOf(environment["PATH"]), ...administratorFolders])];
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
