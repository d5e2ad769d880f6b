// One task at work, whatever runs it: what executors know of processes and containers.
import type { NetworkInfo } from "../../mesos/types.ts";

export type TaskExit = { code: number } | { signal: NodeJS.Signals };

export interface StartedTask {
  /** Base64; goes into the update TASK_RUNNING. */
  data?: string;
  networkInfos?: NetworkInfo[];
  /** Of its first process, where it is a process of this machine. */
  pid?: number;
}

export interface TaskRun {
  /** What ends, in messages: "Command exited with status 0". */
  readonly subject: "Command" | "Container";
  /** Runs now. Rejects if it could not be started, and settles never if its exit is all that tells of that. */
  readonly started: Promise<StartedTask>;
  /** Its end, after everything that belonged to it is gone. */
  readonly exited: Promise<TaskExit>;
  /** Asks it to end, and makes it end after the grace period. */
  kill(graceMs: number): void;
  /** Where a health check reaches a port of the task. */
  reach(port: number): { host: string; port: number };
  /** A command to be run beside the task, as it would see the world, for checks. */
  commandBeside(argv: string[]): { file: string; args: string[]; cwd?: string };
}

/** As C's strsignal has them. */
const SIGNAL_TEXTS: Partial<Record<NodeJS.Signals, string>> = {
  SIGHUP: "Hangup",
  SIGINT: "Interrupt",
  SIGQUIT: "Quit",
  SIGILL: "Illegal instruction",
  SIGTRAP: "Trace/breakpoint trap",
  SIGABRT: "Aborted",
  SIGBUS: "Bus error",
  SIGFPE: "Floating point exception",
  SIGKILL: "Killed",
  SIGUSR1: "User defined signal 1",
  SIGSEGV: "Segmentation fault",
  SIGUSR2: "User defined signal 2",
  SIGPIPE: "Broken pipe",
  SIGALRM: "Alarm clock",
  SIGTERM: "Terminated",
  SIGXCPU: "CPU time limit exceeded",
  SIGXFSZ: "File size limit exceeded",
  SIGSYS: "Bad system call",
};

/** "Command exited with status 7", "Command terminated with signal Terminated". */
export function describeExit(subject: TaskRun["subject"], exit: TaskExit): string {
  if ("code" in exit) return `${subject} exited with status ${exit.code}`;
  return `${subject} terminated with signal ${SIGNAL_TEXTS[exit.signal] ?? exit.signal}`;
}

export const succeeded = (exit: TaskExit): boolean => "code" in exit && exit.code === 0;
