// What the programs of the engine have in common: flags with their refusals, --help, --version, log, exit statuses.
import { hostname, userInfo } from "node:os";
import { MESOS_VERSION } from "../protocol.ts";
import { describeFlags, FlagError, type FlagTable } from "./flags.ts";
import { createLog, deferToTurnsEnd, formatFatal, type Log, type LogLevel } from "./log.ts";

export interface Program {
  /** As in `mesos-master`. */
  name: string;
  table: FlagTable;
  argv: string[];
  env: NodeJS.ProcessEnv;
}

interface LoggingFlags {
  help: boolean;
  version: boolean;
  quiet: boolean;
  logging_level: string;
  log_dir: string | undefined;
}

/** Nothing more to do, or nothing can be done: the text is printed, and the process ends with that status. */
export class ProgramEnd extends Error {
  readonly status: number;
  readonly stream: "stdout" | "stderr";

  constructor(status: number, text: string) {
    super(text);
    this.status = status;
    this.stream = status === 0 ? "stdout" : "stderr";
  }
}

/** Mesos aborts where a port is taken: the status of a process that SIGABRT has ended. */
export const ABORTED = 134;

/** Reads the flags; --help, --version and flags that cannot be used end the program. */
export function readFlags<T extends LoggingFlags>(
  program: Program,
  load: () => { values: T; shown: Record<string, string> },
): {
  values: T;
  shown: Record<string, string>;
} {
  const { name, table, argv } = program;
  if (argv.includes("--help")) throw new ProgramEnd(0, describeFlags(name, table));
  if (argv.includes("--version")) throw new ProgramEnd(0, `mesos ${MESOS_VERSION}\n`);
  try {
    return load();
  } catch (error) {
    if (!(error instanceof FlagError)) throw error;
    throw new ProgramEnd(1, `${error.message}\n\nSee \`${name} --help\` for a list of supported flags.\n`);
  }
}

/** A refusal in the form of Mesos's EXIT macro. */
export function exitWith(source: string, message: string): ProgramEnd {
  const line = formatFatal({
    at: new Date(),
    pid: process.pid,
    from: source,
    message: `EXIT with status 1: ${message}`,
  });
  // glog writes this one at ERROR: the program ends by itself, without a stack.
  return new ProgramEnd(1, `E${line.slice(1)}`);
}

/** A failure that makes Mesos abort. */
export function abortWith(source: string, message: string): ProgramEnd {
  return new ProgramEnd(ABORTED, formatFatal({ at: new Date(), pid: process.pid, from: source, message }));
}

/** The program's log as its flags want it. @throws ProgramEnd if they name no level, or the folder cannot be made. */
export function openLog(name: string, flags: LoggingFlags, source: string): Log {
  const { logging_level: level } = flags;
  if (level !== "INFO" && level !== "WARNING" && level !== "ERROR") {
    const possible = "Possible values for 'logging_level' flag are: 'INFO', 'WARNING', 'ERROR'.";
    throw new ProgramEnd(1, `'${level}' is not a valid logging level. ${possible}\n`);
  }
  const quiet = flags.quiet;
  try {
    return createLog(
      {
        ...{ program: name, level: level satisfies LogLevel, directory: flags.log_dir, pid: process.pid },
        ...{ hostname: hostname(), user: userInfo().username, now: () => new Date() },
        stderr: (lines) => {
          if (!quiet) process.stderr.write(lines);
        },
        defer: deferToTurnsEnd(),
      },
      source,
    );
  } catch (error) {
    const message = (error as Error).message;
    const told = `Could not initialize logging: Failed to create directory ${flags.log_dir ?? ""}: ${message}\n`;
    throw new ProgramEnd(1, told);
  }
}
