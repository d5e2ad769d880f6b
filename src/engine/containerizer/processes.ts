// Processes of this machine as /proc shows them: who descends from whom, who carries a variable, and whether a process
// number still means the process it once meant.
import { readdirSync, readFileSync } from "node:fs";

/** A process that cannot be confused with a later one of the same number. */
export interface ProcessIdentity {
  pid: number;
  /** Clock ticks since boot, field 22 of /proc/PID/stat. */
  startTime: number;
}

interface ProcessRow extends ProcessIdentity {
  parent: number;
  group: number;
  session: number;
  state: string;
}

/** Undefined if there is no such process, or only its remains. */
export function identify(pid: number): ProcessIdentity | undefined {
  const row = readRow(pid);
  return row === undefined || row.state === "Z" ? undefined : { pid, startTime: row.startTime };
}

export function isAlive(process: ProcessIdentity): boolean {
  return identify(process.pid)?.startTime === process.startTime;
}

/** A process with all that descends from it, shares its group or its session, as far as it still runs. */
export function treeOf(pid: number): number[] {
  const rows = readRows();
  const found = new Set<number>([pid]);
  const sessions = new Set<number>([pid]);
  for (let grown = true; grown;) {
    grown = false;
    for (const row of rows) {
      if (found.has(row.pid)) continue;
      if (!found.has(row.parent) && !sessions.has(row.group) && !sessions.has(row.session)) continue;
      found.add(row.pid);
      if (row.session === row.pid || row.group === row.pid) sessions.add(row.pid);
      grown = true;
    }
  }
  return rows.filter((row) => found.has(row.pid) && row.state !== "Z").map((row) => row.pid);
}

/** Every process whose environment, as it was at its start, has exactly this variable. */
export function processesWith(variable: string, value: string): number[] {
  const wanted = `${variable}=${value}`;
  return readPids().filter((pid) => readText(`/proc/${pid}/environ`)?.split("\0").includes(wanted));
}

/** Sends a signal; a process that is gone already is as good as told. */
export function signal(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ESRCH") throw error;
  }
}

function readRows(): ProcessRow[] {
  return readPids().flatMap((pid) => readRow(pid) ?? []);
}

function readPids(): number[] {
  return readdirSync("/proc").flatMap((name) => (/^\d+$/.test(name) ? [Number(name)] : []));
}

function readRow(pid: number): ProcessRow | undefined {
  const text = readText(`/proc/${pid}/stat`);
  if (text === undefined) return undefined;
  // The program's name may hold anything, a parenthesis too: what follows the last one can be split.
  const [state = "", parent, group, session, ...rest] = text.slice(text.lastIndexOf(")") + 2).split(" ");
  return {
    pid,
    state,
    parent: Number(parent),
    group: Number(group),
    session: Number(session),
    startTime: Number(rest[15]),
  };
}

function readText(path: string): string | undefined {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return undefined; // It has ended meanwhile, or belongs to somebody else.
  }
}
