// The CLI as a process that runs, with what it has said so far: to be cut short at a known moment.
import type { ChildProcess } from "node:child_process";
import { spawn } from "node:child_process";
import { until } from "./until.ts";

export interface Ended {
  /** Null where a signal ended it. */
  exitCode: number | null;
  signal: NodeJS.Signals | null;
  stdout: string;
  stderr: string;
}

export class RunningCli {
  readonly pid: number;
  readonly #child: ChildProcess;
  readonly #ended: Promise<Ended>;
  #stdout = "";
  #stderr = "";
  #over = false;

  /** In a process group of its own, as a shell starts it: Ctrl-C reaches the whole group. */
  constructor(command: readonly string[], { cwd, env }: { cwd: string; env: NodeJS.ProcessEnv }) {
    const [file = "", ...args] = command;
    const child = spawn(file, args, { cwd, env, detached: true, stdio: ["ignore", "pipe", "pipe"] });
    child.stdout.on("data", (part: Buffer) => (this.#stdout += String(part)));
    child.stderr.on("data", (part: Buffer) => (this.#stderr += String(part)));
    this.#ended = new Promise((resolve, reject) => {
      child.once("error", reject);
      child.once("close", (exitCode, signal) => {
        this.#over = true;
        resolve({ exitCode, signal, stdout: this.#stdout, stderr: this.#stderr });
      });
    });
    this.#child = child;
    this.pid = child.pid ?? 0;
  }

  get stderr(): string {
    return this.#stderr;
  }

  /** Resolves when the text has been said on stderr; throws if the CLI ended without it. */
  async said(text: string): Promise<void> {
    await until(`the CLI says "${text}"`, () => {
      if (this.#stderr.includes(text)) return true;
      if (this.#over) throw new Error(`The CLI ended before it said "${text}":\n${this.#stderr}`);
      return false;
    });
  }

  /** What a terminal does on Ctrl-C. */
  pressCtrlC(): void {
    process.kill(-this.pid, "SIGINT");
  }

  /** The process alone, without a chance to clean up. */
  killHard(): void {
    this.#child.kill("SIGKILL");
  }

  end(): Promise<Ended> {
    return this.#ended;
  }
}
