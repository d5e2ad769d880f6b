// Which process is meant: a process ID alone may have passed on to a stranger, together with the time at which the
// process started and the boot of the machine it may not.
import { readdirSync, readFileSync } from "node:fs";

export interface ProcessIdentity {
  pid: number;
  /** Clock ticks from boot to the start of the process: field 22 of /proc/PID/stat. */
  startTicks: number;
  /** Eight characters of /proc/sys/kernel/random/boot_id. */
  bootId: string;
}

/**
 * Identity of the process that has `pid` now; undefined where none lives. A zombie has ended and counts as none, once its last
 * thread is gone: until then the process has its ports.
 */
export function identify(pid: number): ProcessIdentity | undefined {
  const stat = readProcess(pid, "stat");
  if (stat === undefined) return undefined;
  const { state, startTicks, threads } = parseStat(stat);
  if (state === "X" || (state === "Z" && threads <= 1)) return undefined;
  return { pid, startTicks, bootId: bootId() };
}

/** Identity of this very process. */
export function identifySelf(): ProcessIdentity {
  return identify(process.pid) ?? { pid: process.pid, startTicks: 0, bootId: bootId() };
}

/** True while that very process lives. */
export function isAlive(identity: ProcessIdentity): boolean {
  const now = identify(identity.pid);
  return now !== undefined && now.startTicks === identity.startTicks && now.bootId === identity.bootId;
}

/** It lives, and was stopped by a signal (T) or by a tracer (t), as proc(5) has it: nothing that it is asked is answered. */
export function isStopped(pid: number): boolean {
  const stat = readProcess(pid, "stat");
  return stat !== undefined && parseStat(stat).state.toUpperCase() === "T";
}

/** A process for a sentence: "PID 812 (nginx: master process)". */
export function describeProcess(pid: number): string {
  const command = commandLineWords(pid).join(" ").trim();
  const shown = command.length > 80 ? `${command.slice(0, 77)}...` : command;
  return shown === "" ? `PID ${pid}` : `PID ${pid} (${shown})`;
}

/** The command line word by word; empty where it cannot be had (a kernel thread, a process that is gone). */
export function commandLineWords(pid: number): string[] {
  return (readProcess(pid, "cmdline") ?? "").split("\0").slice(0, -1);
}

/** The environment variables, each as NAME=value; none where they cannot be read. */
export function environmentOf(pid: number): string[] {
  // Decoded as a whole only where there is something of ours in it: most processes are strangers.
  const bytes = readProcess(pid, "environ");
  if (bytes === undefined || !bytes.includes("MESOS_")) return [];
  return Buffer.from(bytes, "latin1").toString("utf8").split("\0");
}

/** The folder of the cluster that a process belongs to, as its environment says; undefined for strangers. */
export function clusterFolderOf(pid: number): string | undefined {
  const entry = environmentOf(pid).find((variable) => variable.startsWith("UP_MESOS_STATE="));
  return entry?.slice("UP_MESOS_STATE=".length);
}

/** IDs of all processes on the machine, or in this container. */
export function processIds(): number[] {
  return readdirSync("/proc")
    .map(Number)
    .filter((pid) => pid > 0);
}

/** One of a process's files below /proc as text; undefined where it is gone or not ours to read. */
export function readProcess(pid: number, file: "stat" | "cmdline" | "environ"): string | undefined {
  try {
    return readFileSync(`/proc/${pid}/${file}`, "latin1");
  } catch {
    return undefined;
  }
}

/** The fields used here. The program's name stands in brackets and may hold anything, brackets and spaces too. */
export function parseStat(stat: string): { state: string; parentPid: number; threads: number; startTicks: number } {
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  return {
    state: fields[0] ?? "X",
    parentPid: Number(fields[1]),
    threads: Number(fields[17]),
    startTicks: Number(fields[19]),
  };
}

let knownBootId: string | undefined;

function bootId(): string {
  try {
    knownBootId ??= readFileSync("/proc/sys/kernel/random/boot_id", "utf8").slice(0, 8);
  } catch {
    knownBootId = "unknown";
  }
  return knownBootId;
}
