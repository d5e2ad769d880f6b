// Command executors that share a program: `node` takes longer to start than most short tasks to run. Each of them still has
// a process of its own, which stands for it to the rest of the world: it lives as long as the executor does, and whoever
// ends it ends that executor alone.
import type { ChildProcess } from "node:child_process";
import { createInterface } from "node:readline";
import type { Clock, Timer } from "../common/clock.ts";
import type { ExecutorAssignment } from "./assignment.ts";
import type { ExecutorPool } from "./executor-pool.ts";

/** A program that has had nothing to do for so long is given up. */
const IDLE_MS = 30_000;

/** What a program says of its executors, a line of JSON each. */
export type HostReport = { containerId: string } & (
  { pid: number } | { code: number | null; signal: NodeJS.Signals | null }
);

export interface HostedExecutor {
  pid: number;
  /** The exit status of its process, or the signal that ended it. */
  exited: Promise<{ code: number | null; signal: NodeJS.Signals | null }>;
}

export interface ExecutorHostsOptions {
  pool: Pick<ExecutorPool, "take">;
  clock: Clock;
  /** How many executors may share one program. */
  limit: number;
}

export class ExecutorHosts {
  readonly #options: ExecutorHostsOptions;
  #newest: Promise<Host> | undefined;
  /** Executors that the newest program has, or is to have. */
  #expected = 0;

  constructor(options: ExecutorHostsOptions) {
    this.#options = options;
  }

  /** Starts an executor of a command that runs without an image. @throws Error if its process could not be started */
  async start(assignment: ExecutorAssignment): Promise<HostedExecutor> {
    if (this.#expected >= this.#options.limit) this.#newest = undefined;
    const newest = (this.#newest ??= this.#open());
    this.#expected++;
    const host = await newest;
    return host.start(assignment);
  }

  #open(): Promise<Host> {
    this.#expected = 0;
    const { pool, clock } = this.#options;
    const opening = pool.take().then(
      (child) =>
        new Host(child, clock, () => {
          if (this.#newest === opening) this.#newest = undefined;
        }),
    );
    return opening;
  }
}

interface Started {
  started: (pid: number) => void;
  exited: (exit: Awaited<HostedExecutor["exited"]>) => void;
}

/** One program. It outlives this agent if its executors do; what becomes of them then is seen by the next agent itself. */
class Host {
  readonly #child: ChildProcess;
  readonly #clock: Clock;
  readonly #onClosed: () => void;
  readonly #executors = new Map<string, Started>();
  #idle: Timer | undefined;

  /** `onClosed`: it takes no more executors. */
  constructor(child: ChildProcess, clock: Clock, onClosed: () => void) {
    this.#child = child;
    this.#clock = clock;
    this.#onClosed = onClosed;
    if (child.stdout) {
      createInterface({ input: child.stdout }).on("line", (line) => this.#hear(JSON.parse(line) as HostReport));
    }
    child.once("error", () => this.#ended(null, null));
    child.once("exit", (code, signal) => this.#ended(code, signal));
  }

  start(assignment: ExecutorAssignment): Promise<HostedExecutor> {
    this.#idle?.cancel();
    const { containerId } = assignment;
    return new Promise((resolve, reject) => {
      if (this.#child.exitCode !== null || this.#child.pid === undefined) reject(new Error("Failed to fork executor"));
      let exited: Started["exited"] = () => {};
      const exit = new Promise<Awaited<HostedExecutor["exited"]>>((settle) => (exited = settle));
      // Whichever comes first; the other one does nothing then.
      void exit.then(() => reject(new Error("Failed to fork executor")));
      this.#executors.set(containerId, { started: (pid) => resolve({ pid, exited: exit }), exited });
      this.#child.stdin?.write(`${JSON.stringify({ ...assignment, shared: true })}\n`);
    });
  }

  #hear(report: HostReport): void {
    const executor = this.#executors.get(report.containerId);
    if ("pid" in report) {
      executor?.started(report.pid);
      return;
    }
    this.#executors.delete(report.containerId);
    executor?.exited(report);
    if (this.#executors.size === 0) this.#idle = this.#clock.after(IDLE_MS, () => this.#close());
  }

  /** It ends as soon as it has nothing to do. */
  #close(): void {
    this.#onClosed();
    this.#child.stdin?.end();
  }

  #ended(code: number | null, signal: NodeJS.Signals | null): void {
    this.#onClosed();
    for (const { exited } of this.#executors.values()) exited({ code: code === 0 ? 1 : code, signal });
    this.#executors.clear();
  }
}
