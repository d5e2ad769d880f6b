// The flags that master and agent share: help, version, logging (src/logging/flags.cpp).
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
