// Executor programs that are started before they are needed: `node` takes longer to start than a container does. No more
// of them start at once than there are processors, so that of many tasks the first need not wait for the last.
import { type ChildProcess, spawn } from "node:child_process";
import type { Clock, Timer } from "../common/clock.ts";
import type { ExecutorAssignment } from "./assignment.ts";

/** After a launch, so that a fresh spare does not compete with it. */
const REFILL_MS = 300;

/** After the last one was wanted: each takes as much memory as an agent does, which is not worth it where nobody launches. */
const KEEP_MS = 10_000;

export interface ExecutorPoolOptions {
  /** node and the executor program. */
  command: string[];
  env: NodeJS.ProcessEnv;
  clock: Clock;
  /** Programs kept ready while tasks are launched now and then; 0 starts each when it is needed. */
  spares: number;
  /** How many may be starting at the same time. */
  maxStarting: number;
}

export class ExecutorPool {
  readonly #options: ExecutorPoolOptions;
  readonly #spares = new Set<ChildProcess>();
  readonly #waiting: ((child: ChildProcess) => void)[] = [];
  #starting = 0;
  /** Spares to have: none in the moment of a launch. */
  #wantedSpares = 0;
  #end: Timer | undefined;
  #closed = false;

  constructor(options: ExecutorPoolOptions) {
    this.#options = options;
  }

  /** Starts what is missing of the spares; they are ended when nobody has taken one for a while. */
  fill(): void {
    this.#wantedSpares = this.#options.spares;
    this.#end?.cancel();
    this.#end = this.#options.clock.after(KEEP_MS, () => {
      this.#wantedSpares = 0;
      this.#endSpares();
    });
    this.#startMissing();
  }

  /** A program that waits for its assignment; those who ask first are served first. */
  take(): Promise<ChildProcess> {
    this.#wantedSpares = 0;
    this.#options.clock.after(REFILL_MS, () => this.fill());
    const [spare] = this.#spares;
    if (spare !== undefined) {
      this.#spares.delete(spare);
      return Promise.resolve(spare);
    }
    return new Promise((resolve) => {
      this.#waiting.push(resolve);
      this.#startMissing();
    });
  }

  /** Ends the programs that nobody took. */
  close(): void {
    this.#closed = true;
    this.#end?.cancel();
    this.#endSpares();
  }

  #endSpares(): void {
    for (const spare of this.#spares) spare.kill("SIGKILL");
    this.#spares.clear();
  }

  #startMissing(): void {
    const missing = this.#waiting.length + Math.max(0, this.#wantedSpares - this.#spares.size);
    while (!this.#closed && this.#starting < Math.min(missing, this.#options.maxStarting)) this.#start();
  }

  #start(): void {
    const [node = process.execPath, ...args] = this.#options.command;
    // A session of its own: what ends the agent's process group is not meant for tasks.
    const child = spawn(node, args, { env: this.#options.env, detached: true, stdio: ["pipe", "pipe", "ignore"] });
    child.unref();
    child.stdin.on("error", () => {}); // It has ended: its exit is seen by whoever uses it.
    this.#starting++;
    let settled = false;
    const settle = (): void => {
      if (settled) return;
      settled = true;
      this.#starting--;
      this.#offer(child);
      this.#startMissing();
    };
    // It says a word when it is ready. One that cannot even start is handed out all the same, for its user to see.
    child.stdout.once("data", settle);
    child.once("error", settle);
    child.once("exit", () => {
      this.#spares.delete(child);
      settle();
    });
  }

  #offer(child: ChildProcess): void {
    const next = this.#waiting.shift();
    if (next !== undefined) next(child);
    else if (this.#closed || this.#wantedSpares === 0) child.kill("SIGKILL");
    else if (child.exitCode === null && child.pid !== undefined) this.#spares.add(child);
  }
}

/** Tells a program what it is for; it cannot be taken back. */
export function assign(child: ChildProcess, assignment: ExecutorAssignment): void {
  child.stdout?.destroy(); // It has said all that it has to say.
  child.stdin?.end(`${JSON.stringify(assignment)}\n`);
}
