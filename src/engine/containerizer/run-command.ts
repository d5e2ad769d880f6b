// Runs a helper program of the system to its end.
import { spawn } from "node:child_process";

export interface CommandOptions {
  env: NodeJS.ProcessEnv;
  cwd?: string;
  /** Written to its standard input. */
  input?: string;
  /** Kills it after this time. */
  timeoutMs?: number;
}

/** It could not be started, or ended with anything but 0. Worded as Mesos reports its own helpers. */
export class CommandFailure extends Error {
  /** "exited with status 1; stderr='…'" */
  readonly shortMessage: string;
  readonly exitCode: number | undefined;

  constructor(command: string, shortMessage: string, exitCode: number | undefined) {
    super(`Failed to run '${command}': ${shortMessage}`);
    this.name = "CommandFailure";
    this.shortMessage = shortMessage;
    this.exitCode = exitCode;
  }
}

/** What it wrote to its standard output. @throws CommandFailure */
export function runCommand(program: string, args: string[], options: CommandOptions): Promise<string> {
  const command = [program, ...args].join(" ");
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, {
      cwd: options.cwd,
      env: options.env,
      stdio: [options.input === undefined ? "ignore" : "pipe", "pipe", "pipe"],
      ...(options.timeoutMs === undefined ? {} : { timeout: options.timeoutMs, killSignal: "SIGKILL" as const }),
    });
    const output = { stdout: "", stderr: "" };
    child.stdout?.setEncoding("utf8").on("data", (text: string) => (output.stdout += text));
    child.stderr?.setEncoding("utf8").on("data", (text: string) => (output.stderr += text));
    child.stdin?.on("error", () => {}); // It did not want its input: its exit status tells.
    child.stdin?.end(options.input);
    child.on("error", (error) => reject(new CommandFailure(command, error.message, undefined)));
    child.on("close", (code, signal) => {
      if (code === 0) {
        resolve(output.stdout);
        return;
      }
      const how = code === null ? `terminated with signal ${signal ?? "unknown"}` : `exited with status ${code}`;
      reject(new CommandFailure(command, `${how}; stderr='${output.stderr}'`, code ?? undefined));
    });
  });
}
