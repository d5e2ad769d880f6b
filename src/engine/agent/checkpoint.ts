// Files that must survive the agent: written beside their place and renamed, so that a reader finds all or nothing.
import { appendFileSync, mkdirSync, readFileSync, renameSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";

/** What is in a file cannot be what was written to it. */
export class DamagedCheckpoint extends Error {
  constructor(path: string, cause: unknown) {
    const why = (cause as Error).message.replaceAll("\n", " ");
    super(`Failed to read '${path}': ${why}, possible corruption`, { cause });
    this.name = "DamagedCheckpoint";
  }
}

/** Writes a value as JSON, making the folders above it. */
export function writeCheckpoint(path: string, value: unknown): void {
  mkdirSync(dirname(path), { recursive: true });
  const draft = `${path}.new`;
  writeFileSync(draft, JSON.stringify(value));
  renameSync(draft, path);
}

/**
 * The value, or undefined where there is no such file, or an empty one, as a machine that went down at once leaves it behind.
 * @throws DamagedCheckpoint
 */
export function readCheckpoint(path: string): unknown {
  const content = readText(path) ?? "";
  return content === "" ? undefined : parse(content, path);
}

/** Adds one line of JSON. */
export function appendRecord(path: string, record: unknown): void {
  const line = `${JSON.stringify(record)}\n`;
  try {
    appendFileSync(path, line);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw error;
    mkdirSync(dirname(path), { recursive: true });
    appendFileSync(path, line);
  }
}

/** The records of a file, oldest first. A last line that was cut short by a crash is left out. @throws DamagedCheckpoint */
export function readRecords<T>(path: string): T[] {
  const lines = (readText(path) ?? "").split("\n").slice(0, -1);
  return lines.map((line) => parse(line, path) as T);
}

/** Points a link at its target, whatever it pointed at before. */
export function replaceLink(path: string, target: string): void {
  mkdirSync(dirname(path), { recursive: true });
  const draft = `${path}.new`;
  rmSync(draft, { force: true });
  symlinkSync(target, draft);
  renameSync(draft, path);
}

function parse(json: string, path: string): unknown {
  try {
    return JSON.parse(json);
  } catch (error) {
    throw new DamagedCheckpoint(path, error);
  }
}

function readText(path: string): string | undefined {
  try {
    return readFileSync(path, "utf8");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw error;
  }
}
