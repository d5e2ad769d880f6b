// Executor programs that are started before they are needed: `node` takes longer to start than a container does.
import { type ChildProcess, spawn } from "node:child_process";
import type { Clock } from "../common/clock.ts";
import type { ExecutorAssignment } from "./assignment.ts";

/** After a launch, so that a fresh spare does not compete with it. */
const REFILL_MS = 300;

export interface ExecutorPoolOptions {
  /** node and the executor program. */
  command: string[];
  env: NodeJS.ProcessEnv;
  clock: Clock;
  /** Programs kept ready; 0 starts each when it is needed. */
  spares: number;
}

export class ExecutorPool {
  readonly #options: ExecutorPoolOptions;
  readonly #spares = new Set<ChildProcess>();
  #closed = false;

  constructor(options: ExecutorPoolOptions) {
    this.#options = options;
  }

  /** Starts what is missing. */
  fill(): void {
    while (!this.#closed && this.#spares.size < this.#options.spares) {
      const spare = this.#start();
      this.#spares.add(spare);
      spare.once("error", () => this.#spares.delete(spare));
      spare.once("exit", () => this.#spares.delete(spare));
    }
  }

  /** A program that waits for its assignment. */
  take(): ChildProcess {
    const [spare] = this.#spares;
    if (spare === undefined) return this.#start();
    this.#spares.delete(spare);
    this.#options.clock.after(REFILL_MS, () => this.fill());
    return spare;
  }

  /** Ends the programs that nobody took. */
  close(): void {
    this.#closed = true;
    for (const spare of this.#spares) spare.kill("SIGKILL");
  }

  #start(): ChildProcess {
    const [node = process.execPath, ...args] = this.#options.command;
    // A session of its own: what ends the agent's process group is not meant for tasks.
    const child = spawn(node, args, { env: this.#options.env, detached: true, stdio: ["pipe", "ignore", "ignore"] });
    child.unref();
    child.stdin.on("error", () => {}); // It has ended: its exit is seen by whoever uses it.
    return child;
  }
}

/** Tells a program what it is for; it cannot be taken back. */
export function assign(child: ChildProcess, assignment: ExecutorAssignment): void {
  child.stdin?.end(`${JSON.stringify(assignment)}\n`);
}
