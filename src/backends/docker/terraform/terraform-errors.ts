// What Terraform, its provider and the daemon behind it say when something fails, as a user should read it.
import { CommandError, type MesosUpError } from "../../../errors.ts";
import type { KnownFailure } from "../daemon/known-failure.ts";
import { daemonFailures, diskFull, findFailure, oneLine } from "../daemon/known-failures.ts";

export interface FailedRun {
  /** "init", "apply", … */
  command: string;
  /** The whole command line. */
  line: string;
  exitCode: number | undefined;
  /** Everything that it said, errors first where it tells them apart. */
  output: string;
}

const stateLocked: KnownFailure = {
  pattern: /error acquiring the state lock/i,
  code: "CLUSTER_BUSY",
  message: () => "Another Terraform is at work on this cluster's state.",
  hint: "Wait until it has finished; one that was killed lets go of its lock by itself.",
};

const stateUnreadable: KnownFailure = {
  pattern: /error (refreshing|loading) state|failed to (read|load) (the )?state|unsupported state file format/i,
  code: "STATE_DAMAGED",
  message: () => "Terraform's state of the cluster cannot be read.",
  hint:
    "Remove `terraform` in the cluster's folder and run the same `mesos-up up` again, which makes the containers anew; or take the " +
    "cluster down, which does without.",
};

const providerMissing: KnownFailure = {
  // Its advice on which command to run next is for authors of Terraform code.
  pattern:
    /(could not (connect to|retrieve|query)|failed to (install|resolve) provider|no available releases)[^\n]*(\n(?!To see|Did you|If you)[^\n]+)*/i,
  code: "PROVIDER_UNAVAILABLE",
  message: (words) => `Terraform cannot have its Docker provider: ${words}.`,
  hint:
    "Check that this machine reaches that registry, or put the provider into a filesystem mirror and name that in the CLI " +
    "configuration (docs/docker.md).",
};

/** Where it says no more than that. */
const providerNotQueried: KnownFailure = { ...providerMissing, pattern: /failed to query available provider[^\n]*/i };

/** A CommandError with the code of what is known to have failed, else TERRAFORM_FAILED; the tail of the output with it. */
export function terraformFailed({ command, line, exitCode, output }: FailedRun): MesosUpError {
  const text = plain(output);
  const candidates =
    command === "init"
      ? [diskFull, stateUnreadable, providerMissing, providerNotQueried]
      : [...daemonFailures, stateUnreadable, stateLocked];
  const details = { command: line, exitCode, output: text.split("\n").slice(-50).join("\n") };
  const known = findFailure(text, candidates);
  if (known !== undefined) return new CommandError(known.message, { ...details, code: known.code, hint: known.hint });
  const first = text.split("\n").find((words) => /error/i.test(words)) ?? text.split("\n").at(-1) ?? "";
  return new CommandError(`terraform ${command} failed: ${oneLine(first.replace(/^.*?error: /i, ""))}.`, {
    code: "TERRAFORM_FAILED",
    hint: "What it said is below; --keep leaves everything as it is for a closer look.",
    ...details,
  });
}

/** Without the frames that Terraform draws around its errors. */
function plain(output: string): string {
  return output
    .split("\n")
    .map((words) => words.replace(/^[│╷╵\s]+/, "").trimEnd())
    .filter((words) => words !== "")
    .join("\n");
}
