// Which process runs a node: one small file per node below `processes/` in the cluster's folder.
import { mkdirSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { PlanNode } from "../../cluster/plan-types.ts";
import { clusterFolderOf, commandLineWords, isAlive, type ProcessIdentity } from "./process-identity.ts";
import { writeAtomically } from "./write-atomically.ts";

export interface ProcessRecord {
  node: string;
  program: PlanNode["program"];
  identity: ProcessIdentity;
  /** The program as it was started, word by word. */
  command: string[];
  /** Where its output goes. */
  logFile: string;
  /** ISO 8601 */
  startedAt: string;
}

export function writeProcessRecord(folder: string, record: ProcessRecord): void {
  mkdirSync(processesFolder(folder), { recursive: true });
  writeAtomically(processFile(folder, record.node), `${JSON.stringify(record)}\n`);
}

/** The record of one node's process; undefined where there is none that can be read. */
export function readProcessRecord(folder: string, node: string): ProcessRecord | undefined {
  try {
    const value: unknown = JSON.parse(readFileSync(processFile(folder, node), "utf8"));
    return isProcessRecord(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

/** Every process record that can be read. */
export function readProcessRecords(folder: string): ProcessRecord[] {
  let files: string[];
  try {
    files = readdirSync(processesFolder(folder));
  } catch {
    return [];
  }
  return files
    .filter((file) => file.endsWith(".json"))
    .map((file) => readProcessRecord(folder, file.slice(0, -".json".length)))
    .filter((record) => record !== undefined);
}

/**
 * True while the recorded process lives: the same start, and either the command line that it was started with or, where
 * that was a script that became another program, the mark of its cluster in its environment.
 */
export function isRunning({ identity, command }: ProcessRecord, folder: string): boolean {
  if (!isAlive(identity)) return false;
  return commandLineWords(identity.pid).join("\0") === command.join("\0") || clusterFolderOf(identity.pid) === folder;
}

function processesFolder(folder: string): string {
  return join(folder, "processes");
}

function processFile(folder: string, node: string): string {
  return join(processesFolder(folder), `${node}.json`);
}

function isProcessRecord(value: unknown): value is ProcessRecord {
  const record = value as Partial<ProcessRecord> | null;
  return (
    typeof record?.node === "string" &&
    typeof record.program === "string" &&
    typeof record.identity?.pid === "number" &&
    typeof record.identity.startTicks === "number" &&
    typeof record.identity.bootId === "string" &&
    Array.isArray(record.command)
  );
}
