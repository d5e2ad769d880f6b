// One command in the container of a task, and whoever is attached to it: Mesos's I/O switchboard
// (src/slave/containerizer/mesos/io/switchboard.cpp).
import { type ChildProcess, spawn } from "node:child_process";
import { constants } from "node:os";
import type { Readable } from "node:stream";
import { setTimeout as sleep } from "node:timers/promises";
import { processesWith, signal, treeOf } from "../containerizer/processes.ts";
import { type Beside, SESSION_VARIABLE } from "./beside-container.ts";
import type { ProcessIo, WindowSize } from "./process-io.ts";
import { onTerminal, setWindowSize, terminalMadeBy } from "./terminal.ts";

/** Who is sent the output. */
export interface OutputReader {
  /** False where it has had enough for now; `drained` is called once it can have more. */
  send(message: ProcessIo, drained: () => void): boolean;
  end(): void;
}

export interface SessionOptions {
  id: string;
  beside: Beside;
  terminal: boolean;
}

/** What Mesos's launcher ends with where a program cannot be executed, as a wait status. */
const EXEC_FAILURE_STATUS = 1001 << 8;

/** A terminal comes to be shortly after its program. */
const TERMINAL_INTERVAL_MS = 10;

/** How long there may be no output after the end: somebody who left the container's processes may hold it open. */
const LAST_OUTPUT_MS = 1000;

export class Session {
  /** With the wait status, once nothing more is to come. */
  readonly ended: Promise<number>;
  /** Somebody writes to it; Mesos lets one at a time. */
  hasInput = false;
  readonly #options: SessionOptions;
  readonly #child: ChildProcess;
  readonly #readers = new Set<OutputReader>();
  readonly #full = new Set<OutputReader>();
  #complaint: Buffer | undefined;
  #reads = false;
  #isSilent = false;
  /** Its first process is gone; its number may be another's soon. */
  #hasExited = false;
  #isOver = false;

  constructor(options: SessionOptions) {
    this.#options = options;
    const { file, args, argv0, cwd, env, user } = options.beside;
    const program = options.terminal ? onTerminal(file, args) : { file, args };
    this.#child = spawn(program.file, program.args, {
      ...(options.terminal || argv0 === undefined ? {} : { argv0 }),
      ...(cwd === undefined ? {} : { cwd }),
      env,
      detached: true,
      stdio: "pipe",
      ...user,
    });
    this.#child.stdin?.on("error", () => {}); // Nobody reads it any more: its end tells.
    this.ended = this.#untilEnd();
    void this.ended.then(() => {
      this.#isOver = true;
      for (const reader of this.#readers) reader.end();
    });
  }

  /** From the first reader on, output is read; those who come later have what follows. Gives back what ends that. */
  attach(reader: OutputReader): () => void {
    this.#readers.add(reader);
    if (!this.#reads) {
      this.#reads = true;
      this.#read("STDOUT", this.#child.stdout);
      this.#read("STDERR", this.#child.stderr);
    }
    if (this.#complaint !== undefined) this.#tell("STDERR", this.#complaint);
    this.#complaint = undefined;
    if (this.#isOver) reader.end();
    return () => {
      this.#readers.delete(reader);
      this.#drained(reader);
    };
  }

  heartbeat(message: ProcessIo): void {
    for (const reader of this.#readers) reader.send(message, () => {});
  }

  /** Resolves once there is room for more. @throws Error where nobody reads it any more */
  async write(bytes: Buffer): Promise<void> {
    const { stdin } = this.#child;
    if (this.#isOver || stdin === null) return;
    await new Promise<void>((resolve, reject) => {
      stdin.write(bytes, (error) => (error ? reject(error) : resolve()));
    });
  }

  /** On a terminal, whoever writes sends EOT instead. */
  endInput(): void {
    if (!this.#options.terminal) this.#child.stdin?.end();
  }

  /** @throws Error without a terminal */
  async resize(size: WindowSize): Promise<void> {
    if (!this.#options.terminal) throw new Error("Inappropriate ioctl for device");
    const { pid } = this.#child;
    let terminal: string | undefined;
    while (terminal === undefined) {
      if (pid === undefined || this.#hasExited) return;
      terminal = terminalMadeBy(pid);
      if (terminal === undefined) await sleep(TERMINAL_INTERVAL_MS);
    }
    await setWindowSize(terminal, size, this.#options.beside.env).catch((error: unknown) => {
      if (!this.#hasExited) throw error;
    });
  }

  /** SIGKILL ends all of it; others are sent to its first process alone. */
  kill(number: number): void {
    const { pid } = this.#child;
    if (pid === undefined || this.#hasExited) return;
    const name = (Object.entries(constants.signals) as [NodeJS.Signals, number][]).find(([, one]) => one === number);
    if (number !== constants.signals.SIGKILL) {
      if (name !== undefined) signal(pid, name[0]);
      return;
    }
    const inside = processesWith(SESSION_VARIABLE, this.#options.id).flatMap(treeOf);
    for (const one of [...treeOf(pid), ...inside]) signal(one, "SIGKILL");
  }

  #untilEnd(): Promise<number> {
    const child = this.#child;
    const { pid } = child;
    return new Promise((resolve) => {
      let status = EXEC_FAILURE_STATUS;
      child.once("error", ({ code }: NodeJS.ErrnoException) => {
        if (pid !== undefined) return;
        const words = code === "EACCES" ? "Permission denied" : "No such file or directory";
        this.#complain(`Failed to execute '${child.spawnfile}': ${words}\n`);
        resolve(status);
      });
      child.once("exit", (code, name) => {
        this.#hasExited = true;
        if (pid !== undefined) for (const one of treeOf(pid)) signal(one, "SIGKILL");
        status = waitStatus(code, name, this.#options.terminal);
        this.#closeWhenSilent();
      });
      child.once("close", () => resolve(status));
    });
  }

  /** The process is gone: only who holds its output open keeps it from ending. */
  #closeWhenSilent(): void {
    this.#isSilent = true;
    const look = setInterval(() => {
      if (this.#isSilent && this.#reads && this.#full.size === 0) {
        this.#child.stdout?.destroy();
        this.#child.stderr?.destroy();
      }
      this.#isSilent = true;
    }, LAST_OUTPUT_MS);
    this.#child.once("close", () => clearInterval(look));
  }

  #complain(text: string): void {
    if (this.#reads) this.#tell("STDERR", Buffer.from(text));
    else this.#complaint = Buffer.from(text);
  }

  #read(kind: "STDOUT" | "STDERR", output: Readable | null): void {
    output?.on("data", (bytes: Buffer) => this.#tell(kind, bytes));
    // One that could not be started has none.
    output?.on("error", () => {});
  }

  #tell(type: "STDOUT" | "STDERR", bytes: Buffer): void {
    this.#isSilent = false;
    const message: ProcessIo = { type: "DATA", data: { type, data: bytes.toString("base64") } };
    for (const reader of this.#readers) {
      if (reader.send(message, () => this.#drained(reader))) continue;
      this.#full.add(reader);
      this.#child.stdout?.pause();
      this.#child.stderr?.pause();
    }
  }

  /** The slowest reader sets the pace: nothing is thrown away. */
  #drained(reader: OutputReader): void {
    if (!this.#full.delete(reader) || this.#full.size > 0) return;
    this.#child.stdout?.resume();
    this.#child.stderr?.resume();
  }
}

/** `script` tells of a signal as a shell does, with 128 and its number. */
function waitStatus(code: number | null, name: NodeJS.Signals | null, terminal: boolean): number {
  if (code === null) return constants.signals[name ?? "SIGKILL"];
  return terminal && code > 128 && code <= 128 + 64 ? code - 128 : code << 8;
}
