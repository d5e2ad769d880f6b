// The flags that master and agent share: help, version, logging (src/logging/flags.cpp).
import { join } from "node:path";
import type { FlagTable } from "./flags.ts";

export const LOGGING_FLAGS = {
  external_log_file: { kind: "string" },
  help: { kind: "boolean", default: "false", help: "Show this and exit." },
  initialize_driver_logging: { kind: "boolean", default: "true" },
  log_dir: { kind: "string", help: "Folder for log files, besides stderr." },
  logbufsecs: { kind: "integer", default: "0" },
  logging_level: { kind: "string", default: "INFO", help: "INFO, WARNING or ERROR." },
  quiet: { kind: "boolean", default: "false", help: "Do not log to stderr." },
  version: { kind: "boolean", default: "false", help: "Show the version and exit." },
} as const satisfies FlagTable;

interface LogPlace {
  external_log_file: string | undefined;
  log_dir: string | undefined;
  logging_level: string;
}

/** Where /files shows a program's log from: the link to its newest, or whichever file somebody else writes it to. */
export function logPath(program: string, flags: LogPlace): string | undefined {
  if (flags.external_log_file !== undefined) return flags.external_log_file;
  return flags.log_dir === undefined ? undefined : join(flags.log_dir, `${program}.${flags.logging_level}`);
}
