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
  /** Whatever is said afterwards is lost. */
  close: () => void;
}

export function openSandboxOutput(sandbox: string): SandboxOutput {
  const stdout = openSync(join(sandbox, "stdout"), "a");
  const stderr = openSync(join(sandbox, "stderr"), "a");
  let open = true;
  // A descriptor that was closed may be another sandbox's by now.
  const write = (file: number, line: string): void => {
    if (open) writeSync(file, `${line}\n`);
  };
  return {
    stdout,
    stderr,
    say: (line) => write(stdout, line),
    complain: (line) => write(stderr, line),
    close: () => {
      open = false;
      closeSync(stdout);
      closeSync(stderr);
    },
  };
}
