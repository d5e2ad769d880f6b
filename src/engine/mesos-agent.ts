// The program mesos-agent: flags, log, signals and exit statuses around startAgent.
import { availableParallelism, hostname, totalmem, userInfo } from "node:os";
import { join } from "node:path";
import { AGENT_FLAGS, loadAgentFlags, type LoadedAgentFlags } from "./agent/flags.ts";
import { RecoveryError, startAnewHint } from "./agent/recovery.ts";
import { startAgent } from "./agent/start-agent.ts";
import { describeFlags, FlagError } from "./common/flags.ts";
import { BindError } from "./common/http-server.ts";
import { createLog, deferToTurnsEnd, formatFatal, type LogLevel } from "./common/log.ts";
import { MESOS_VERSION } from "./protocol.ts";

const ABORTED = 134;
const executorProgram = join(import.meta.dirname, "mesos-executor.js");

const loaded = readFlags(process.argv.slice(2));
const flags = loaded.values;
const stderr = (lines: string): void => {
  if (!flags.quiet) process.stderr.write(lines);
};
const log = createLog(
  {
    program: "mesos-agent",
    level: flags.logging_level as LogLevel,
    stderr,
    defer: deferToTurnsEnd(),
    directory: flags.log_dir,
    pid: process.pid,
    hostname: hostname(),
    user: userInfo().username,
    now: () => new Date(),
  },
  "slave.cpp",
);

if (flags.master === undefined && flags.master_detector === undefined) {
  log.error("EXIT with status 1: Missing required option `--master` or `--master_detector`");
  process.exit(1);
}
try {
  const agent = await startAgent({
    flags: loaded,
    log,
    machine: { cpus: availableParallelism(), memoryBytes: totalmem(), hostname: hostname() },
    env: process.env,
    uid: process.getuid?.() ?? 0,
    executorCommand: [process.execPath, executorProgram],
    spareExecutors: 1,
    onEnd: (reason) => {
      log.info(`Agent terminating: ${reason}`);
      process.exit(0);
    },
  });
  process.on("SIGUSR1", () => agent.unregister("Received SIGUSR1 signal"));
  for (const name of ["SIGTERM", "SIGINT"] as const) {
    process.on(name, () => {
      agent.stop();
      process.exit(name === "SIGTERM" ? 143 : 130);
    });
  }
} catch (error) {
  refuse(error as Error);
}

function readFlags(args: string[]): LoadedAgentFlags {
  // Asked for these, the program wants nothing else.
  if (args.includes("--help")) leave(0, describeFlags("mesos-agent", AGENT_FLAGS));
  if (args.includes("--version")) leave(0, `mesos ${MESOS_VERSION}\n`, process.stdout);
  try {
    return loadAgentFlags(args, process.env);
  } catch (error) {
    if (!(error instanceof FlagError)) throw error;
    return leave(1, `${error.message}\n\nSee \`mesos-agent --help\` for a list of supported flags.\n`);
  }
}

function refuse(error: Error): never {
  if (error instanceof BindError) {
    const line = { at: new Date(), pid: process.pid, from: "process.cpp", message: error.message };
    return leave(ABORTED, formatFatal(line));
  }
  if (error instanceof RecoveryError) {
    log.error(`EXIT with status 1: ${error.message}`);
    return leave(1, startAnewHint(error, flags.work_dir));
  }
  log.error(`EXIT with status 1: ${error.message}`);
  return leave(1, "");
}

function leave(status: number, words: string, stream: NodeJS.WriteStream = process.stderr): never {
  stream.write(words);
  process.exit(status);
}
