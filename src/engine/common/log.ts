// Log lines in glog's format, to stderr and, where --log_dir is given, to files named as glog names them.
import { mkdirSync, openSync, symlinkSync, unlinkSync, writeSync } from "node:fs";
import { join } from "node:path";

export type LogLevel = "INFO" | "WARNING" | "ERROR";

/** Writes lines such as `I20261121 05:57:11.004758  8827 master.cpp:1] message`. */
export interface Log {
  info(message: string): void;
  warning(message: string): void;
  error(message: string): void;
  /** The same log under another source name. */
  named(source: string): Log;
}

export interface LogOptions {
  /** As in `mesos-master`: part of the file names. */
  program: string;
  level: LogLevel;
  /** Receives complete lines, one or several. */
  stderr: (lines: string) => void;
  /**
   * Calls back when the lines of the present turn of the event loop can be written, all at once: a write costs more than
   * a line. Warnings and errors do not wait. Default: none does.
   */
  defer?: (flush: () => void) => void;
  /** --log_dir; made if it does not exist. */
  directory?: string | undefined;
  pid: number;
  hostname: string;
  user: string;
  now: () => Date;
}

const LEVELS: readonly LogLevel[] = ["INFO", "WARNING", "ERROR"];

const LINES_AT_ONCE = 1000;

/** Waits for the end of the present turn of the event loop, or of the process, whichever comes first. */
export function deferToTurnsEnd(): (flush: () => void) => void {
  let waiting: (() => void) | undefined;
  const flushNow = (): void => {
    const flush = waiting;
    waiting = undefined;
    flush?.();
  };
  process.on("exit", flushNow);
  return (flush) => {
    waiting = flush;
    setImmediate(flushNow);
  };
}

/** A log for one program. Lines below `level` are dropped; with `directory` a line also goes to its level's file and those below. */
export function createLog(options: LogOptions, source: string): Log {
  const files = options.directory === undefined ? undefined : new LogFiles(options, options.directory);
  const threshold = LEVELS.indexOf(options.level);
  const { defer = (flush: () => void) => flush() } = options;
  let lines: { severity: number; line: string }[] = [];
  const flush = (): void => {
    const waiting = lines;
    lines = [];
    if (waiting.length === 0) return;
    options.stderr(waiting.map(({ line }) => line).join(""));
    files?.write(waiting);
  };
  const write = (severity: number, from: string, message: string): void => {
    if (severity < threshold) return;
    const line = formatLine({ level: LEVELS[severity] ?? "INFO", at: options.now(), pid: options.pid, from, message });
    lines.push({ severity, line });
    if (severity > 0 || lines.length === LINES_AT_ONCE) flush();
    else if (lines.length === 1) defer(flush);
  };
  const named = (from: string): Log => ({
    info: (message) => write(0, from, message),
    warning: (message) => write(1, from, message),
    error: (message) => write(2, from, message),
    named,
  });
  return named(source);
}

/** A log that keeps nothing. */
export const silentLog: Log = { info: () => {}, warning: () => {}, error: () => {}, named: () => silentLog };

/** glog's line for a fatal message, without the stack that glog adds. */
export function formatFatal(parts: { at: Date; pid: number; from: string; message: string }): string {
  return formatLine({ ...parts, level: "FATAL" });
}

interface LineParts {
  level: LogLevel | "FATAL";
  at: Date;
  pid: number;
  from: string;
  message: string;
}

function formatLine({ level, at, pid, from, message }: LineParts): string {
  const millis = at.getTime();
  const second = Math.floor(millis / 1000);
  const micros = String((millis - second * 1000) * 1000).padStart(6, "0");
  if (second !== lastSecond.at) lastSecond = { at: second, text: formatSecond(at) };
  return `${level.charAt(0)}${lastSecond.text}.${micros} ${String(pid).padStart(5)} ${from}:1] ${message}\n`;
}

/** Many lines are of the same second. */
let lastSecond = { at: Number.NaN, text: "" };

function formatSecond(at: Date): string {
  const two = (n: number): string => String(n).padStart(2, "0");
  const day = `${at.getFullYear()}${two(at.getMonth() + 1)}${two(at.getDate())}`;
  return `${day} ${two(at.getHours())}:${two(at.getMinutes())}:${two(at.getSeconds())}`;
}

/** One file per level, opened at its first line, with a link `PROGRAM.LEVEL` to the newest. */
class LogFiles {
  readonly #options: LogOptions;
  readonly #directory: string;
  readonly #descriptors = new Map<number, number>();

  constructor(options: LogOptions, directory: string) {
    this.#options = options;
    this.#directory = directory;
    mkdirSync(directory, { recursive: true });
  }

  write(lines: readonly { severity: number; line: string }[]): void {
    for (const level of LEVELS.keys()) {
      const text = lines.map(({ severity, line }) => (severity >= level ? line : "")).join("");
      if (text !== "") writeSync(this.#descriptor(level), text);
    }
  }

  #descriptor(level: number): number {
    const open = this.#descriptors.get(level);
    if (open !== undefined) return open;
    const { program, hostname, user, now, pid } = this.#options;
    const name = LEVELS[level] ?? "INFO";
    const stamp = now().toISOString().replaceAll("-", "").replaceAll(":", "").replace("T", "-").slice(0, 15);
    const file = `${program}.${hostname}.${user}.log.${name}.${stamp}.${pid}`;
    const descriptor = openSync(join(this.#directory, file), "a");
    this.#descriptors.set(level, descriptor);
    replaceLink(join(this.#directory, `${program}.${name}`), file);
    return descriptor;
  }
}

function replaceLink(path: string, target: string): void {
  try {
    unlinkSync(path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw error;
  }
  symlinkSync(target, path);
}
