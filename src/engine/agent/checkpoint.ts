// Files that must survive the agent: written beside their place and renamed, so that a reader finds all or nothing.
import { appendFileSync, mkdirSync, readFileSync, renameSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";

/** Writes a value as JSON, making the folders above it. */
export function writeCheckpoint(path: string, value: unknown): void {
  mkdirSync(dirname(path), { recursive: true });
  const draft = `${path}.new`;
  writeFileSync(draft, JSON.stringify(value));
  renameSync(draft, path);
}

/** The value, or undefined where there is no such file. @throws SyntaxError if the file is damaged. */
export function readCheckpoint(path: string): unknown {
  const content = readText(path);
  return content === undefined ? undefined : JSON.parse(content);
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

/** The records of a file, oldest first. A last line that was cut short by a crash is left out. */
export function readRecords<T>(path: string): T[] {
  const lines = (readText(path) ?? "").split("\n").slice(0, -1);
  return lines.map((line) => JSON.parse(line) as T);
}

/** Points a link at its target, whatever it pointed at before. */
export function replaceLink(path: string, target: string): void {
  mkdirSync(dirname(path), { recursive: true });
  const draft = `${path}.new`;
  rmSync(draft, { force: true });
  symlinkSync(target, draft);
  renameSync(draft, path);
}

function readText(path: string): string | undefined {
  try {
    return readFileSync(path, "utf8");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw error;
  }
}
