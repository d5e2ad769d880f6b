// The two files of a sandbox that tasks, and the executor itself, write to.
import { closeSync, openSync, writeSync } from "node:fs";
import { join } from "node:path";

export interface SandboxOutput {
  /** Descriptors for children. */
  stdout: number;
  stderr: number;
  /** A line of the executor's own, as Mesos's executors print them. */
  say: (line: string) => void;
  complain: (line: string) => void;
  close: () => void;
}

export function openSandboxOutput(sandbox: string): SandboxOutput {
  const stdout = openSync(join(sandbox, "stdout"), "a");
  const stderr = openSync(join(sandbox, "stderr"), "a");
  return {
    stdout,
    stderr,
    say: (line) => void writeSync(stdout, `${line}\n`),
    complain: (line) => void writeSync(stderr, `${line}\n`),
    close: () => {
      closeSync(stdout);
      closeSync(stderr);
    },
  };
}
