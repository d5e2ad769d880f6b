// The other side of executor-hosts.ts: takes assignments as they come, runs an executor for each, and keeps a process for
// each by which the rest of the world knows it.
import { type ChildProcess, spawn } from "node:child_process";
import type { ExecutorAssignment } from "../containerizer/assignment.ts";
import type { HostReport } from "../containerizer/executor-hosts.ts";
import { openSandboxOutput, type SandboxOutput } from "./sandbox-output.ts";

/** Waits for the status with which it is to end; without one, as when this program is gone, it has failed. */
const KEEPER = 'read status && exit "$status"; exit 1';

export interface HostOptions {
  env: NodeJS.ProcessEnv;
  /** Starts an executor. What it gives back silences it: its container is gone. */
  run: (assignment: ExecutorAssignment, output: SandboxOutput, onDone: (exitCode: number) => void) => () => void;
  report: (report: HostReport) => void;
  /** There is nothing left to do. */
  onEmpty: () => void;
}

export class Host {
  readonly #options: HostOptions;
  readonly #outputs = new Set<SandboxOutput>();
  #closed = false;

  constructor(options: HostOptions) {
    this.#options = options;
  }

  start(assignment: ExecutorAssignment): void {
    const { run, report } = this.#options;
    const { containerId, sandbox } = assignment;
    const keeper = this.#startKeeper(sandbox);
    if (keeper.pid === undefined) {
      keeper.once("error", () => report({ containerId, code: 1, signal: null }));
      return;
    }
    report({ containerId, pid: keeper.pid });
    const output = openSandboxOutput(sandbox);
    this.#outputs.add(output);
    const silence = run(assignment, output, (exitCode) => keeper.stdin?.end(`${exitCode}\n`));
    keeper.once("exit", (code, signal) => {
      silence();
      this.#outputs.delete(output);
      output.close();
      report({ containerId, code, signal });
      this.#endIfEmpty();
    });
  }

  /** No more assignments come: the agent is gone, or has no need of this program any more. */
  close(): void {
    this.#closed = true;
    this.#endIfEmpty();
  }

  /** Written to every sandbox: nobody can tell whose executor has failed. */
  complain(line: string): void {
    for (const output of this.#outputs) output.complain(line);
  }

  #endIfEmpty(): void {
    if (this.#closed && this.#outputs.size === 0) this.#options.onEmpty();
  }

  #startKeeper(sandbox: string): ChildProcess {
    const keeper = spawn("/bin/sh", ["-c", KEEPER], {
      argv0: "mesos-executor",
      cwd: sandbox,
      env: { ...this.#options.env, MESOS_DIRECTORY: sandbox },
      detached: true,
      stdio: ["pipe", "ignore", "ignore"],
    });
    keeper.stdin.on("error", () => {}); // It was ended from outside: its exit tells.
    return keeper;
  }
}
