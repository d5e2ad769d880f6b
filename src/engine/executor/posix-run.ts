// A task as a plain process in a session of its own.
import { spawn } from "node:child_process";
import type { CommandInfo } from "../../mesos/types.ts";
import type { PosixRuntime } from "../containerizer/assignment.ts";
import { signal, treeOf } from "../containerizer/processes.ts";
import type { SandboxOutput } from "./sandbox-output.ts";
import type { TaskExit, TaskRun } from "./task-run.ts";

export interface PosixRunOptions {
  command: CommandInfo;
  environment: Record<string, string>;
  sandbox: string;
  runtime: PosixRuntime;
  output: SandboxOutput;
  /** Who is asked to end: the command executor tells the whole tree, Mesos's containerizer the first process alone. */
  signals?: "tree" | "process";
  /** The exit status of a program that could not be executed. */
  execFailure?: number;
}

/** The words of a command: a shell's, or the program with its arguments, whose first is its own name. */
export function argvOf(command: CommandInfo): { file: string; argv0: string; args: string[] } {
  const value = command.value ?? "";
  if (command.shell !== false) return { file: "/bin/sh", argv0: "sh", args: ["-c", value] };
  const [argv0 = value, ...args] = command.arguments ?? [];
  return { file: value, argv0, args };
}

export function startPosixTask(options: PosixRunOptions): TaskRun {
  const { command, environment, sandbox, runtime, output, signals = "tree", execFailure = 1 } = options;
  const { file, argv0, args } = argvOf(command);
  output.say(describe(command));
  const child = spawn(file, args, {
    argv0,
    cwd: sandbox,
    env: environment,
    detached: true,
    stdio: ["ignore", output.stdout, output.stderr],
    ...runtime.user,
  });
  const pid = child.pid;
  if (pid !== undefined) output.say(`Forked command at ${pid}`);
  const exited = new Promise<TaskExit>((resolve) => {
    // A program that is not there ends the way it does in Mesos, whose launcher exits with 1 then.
    child.once("error", (error) => {
      output.complain(`Failed to execute command: ${error.message}`);
      resolve({ code: execFailure });
    });
    child.once("exit", (code, name) => {
      if (pid !== undefined) for (const one of treeOf(pid)) signal(one, "SIGKILL");
      resolve(code === null ? { signal: name ?? "SIGKILL" } : { code });
    });
  });
  return {
    subject: "Command",
    started: Promise.resolve(pid === undefined ? {} : { pid }),
    exited,
    kill: (graceMs) => {
      if (pid === undefined) return;
      for (const one of signals === "tree" ? treeOf(pid) : [pid]) signal(one, "SIGTERM");
      const escalation = setTimeout(() => treeOf(pid).forEach((one) => signal(one, "SIGKILL")), graceMs);
      void exited.then(() => clearTimeout(escalation));
    },
    reach: (port) => ({ host: "127.0.0.1", port }),
    commandBeside: ([program = "", ...rest]) => ({ file: program, args: rest, cwd: sandbox }),
  };
}

function describe(command: CommandInfo): string {
  if (command.shell !== false) return `sh -c '${command.value ?? ""}'`;
  return `${command.value ?? ""} [${(command.arguments ?? []).join(", ")}]`;
}
