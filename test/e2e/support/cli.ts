// The CLI as a process that runs, with what it has said so far: to be cut short at a known moment.
import type { ChildProcess } from "node:child_process";
import { spawn } from "node:child_process";

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
  readonly #waiting = new Set<() => void>();

  /** In a process group of its own, as a shell starts it: Ctrl-C reaches the whole group. */
  constructor(command: readonly string[], { cwd, env }: { cwd: string; env: NodeJS.ProcessEnv }) {
    const [file = "", ...args] = command;
    const child = spawn(file, args, { cwd, env, detached: true, stdio: ["ignore", "pipe", "pipe"] });
    child.stdout.on("data", (part: Buffer) => (this.#stdout += String(part)));
    child.stderr.on("data", (part: Buffer) => {
      this.#stderr += String(part);
      this.#look();
    });
    this.#ended = new Promise((resolve, reject) => {
      child.once("error", reject);
      child.once("close", (exitCode, signal) => {
        this.#over = true;
        this.#look();
        resolve({ exitCode, signal, stdout: this.#stdout, stderr: this.#stderr });
      });
    });
    this.#child = child;
    this.pid = child.pid ?? 0;
  }

  get stdout(): string {
    return this.#stdout;
  }

  get stderr(): string {
    return this.#stderr;
  }

  /**
   * Resolves at the very moment at which the text is read from stderr, as what is to cut the CLI short must not come late;
   * throws if the CLI ended without it.
   */
  said(text: string): Promise<void> {
    return new Promise((resolve, reject) => {
      const waiting = (): void => {
        if (this.#stderr.includes(text)) resolve();
        else if (this.#over) reject(new Error(`The CLI ended before it said "${text}":\n${this.#stderr}`));
        else return;
        this.#waiting.delete(waiting);
      };
      this.#waiting.add(waiting);
      waiting();
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

  #look(): void {
    for (const waiting of this.#waiting) waiting();
  }
}
