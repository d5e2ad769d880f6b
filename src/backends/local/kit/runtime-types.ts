// The programs that a cluster on one machine is made of.
import type { ProgramName } from "./recipes.ts";

export type RuntimePart = "zookeeper" | ProgramName;

export interface Program {
  /** Absolute. */
  path: string;
  version: string;
  from: "installed" | "kit";
}

export interface ZooKeeperRuntime {
  version: string;
  from: "installed" | "kit";
  java: Program;
  /** Absolute paths, jar by jar. */
  classPath: string[];
  /** An archive of its classes that makes a server start sooner, where this Java can have one. */
  sharedArchive?: string;
}

export interface Runtime {
  zookeeper?: ZooKeeperRuntime;
  programs: Partial<Record<ProgramName, Program>>;
  /** Folders to put before the PATH of what a cluster starts, so that it finds the programs by name. */
  extraPath: string[];
}
