// Running the programs that fetch, unpack and convert. What they say is kept for the error, in English.
import { basename } from "node:path";
import { createInterface } from "node:readline";
import { CommandError } from "../../../errors.ts";
import { lastWords } from "./kit-errors.ts";

export interface CommandOptions {
  environment: NodeJS.ProcessEnv;
  signal: AbortSignal;
  cwd?: string;
  /** Given each line that the program writes to its file descriptor 3. */
  onStatusLine?: (line: string) => void;
}

export interface CommandOutput {
  stdout: string;
  all: string;
}

const killAfterMs = 2000;

/**
 * Runs a program to its end and gives what it wrote: to stdout, and all in all. Throws a CommandError with the tail of its words if it fails, and the
 * signal's reason if it is aborted.
 */
export async function runCommand(file: string, args: string[], options: CommandOptions): Promise<CommandOutput> {
  const { execa } = await import("execa");
  options.signal.throwIfAborted();
  const running = execa(file, args, {
    cwd: options.cwd ?? "/",
    env: { ...options.environment, LC_ALL: "C" },
    extendEnv: false,
    // A group of its own, so that those whom it started end with it.
    detached: true,
    reject: false,
    stdio: ["ignore", "pipe", "pipe", "pipe"],
    buffer: { fd3: false },
    maxBuffer: 64 * 1024 * 1024,
    all: true,
  });
  let killing: NodeJS.Timeout | undefined;
  const end = () => {
    signalGroup(running.pid, "SIGTERM");
    killing = setTimeout(() => signalGroup(running.pid, "SIGKILL"), killAfterMs);
  };
  options.signal.addEventListener("abort", end, { once: true });
  const [result] = await Promise.all([running, eachLine(running.stdio[3], options.onStatusLine)]);
  options.signal.removeEventListener("abort", end);
  clearTimeout(killing);
  options.signal.throwIfAborted();
  if (!result.failed) return { stdout: result.stdout, all: result.all };
  const output = tailOf([result.all, result.shortMessage].find(Boolean) ?? "");
  throw new CommandError(`${basename(file)} failed: ${lastWords(output)}`, {
    code: "COMMAND_FAILED",
    command: [file, ...args].join(" "),
    exitCode: result.exitCode,
    output,
    cause: result,
  });
}

function signalGroup(pid: number | undefined, signal: NodeJS.Signals): void {
  try {
    if (pid !== undefined) process.kill(-pid, signal);
  } catch {
    // It has ended by itself.
  }
}

/** Begins to read at once: of a stream that has ended before, no end would be heard. */
async function eachLine(stream: NodeJS.ReadableStream | null, onLine: ((line: string) => void) | undefined) {
  if (stream === null) return;
  if (onLine === undefined) {
    stream.resume();
    return;
  }
  for await (const line of createInterface({ input: stream })) onLine(line);
}

function tailOf(output: string): string {
  return output.trim().split("\n").slice(-20).join("\n");
}
