// Ends processes: all are asked at once, whoever does not listen is killed, and whatever was forked meanwhile as well.
import { setTimeout } from "node:timers/promises";
import { MesosUpError } from "../../../errors.ts";
import { describeProcess, isAlive, type ProcessIdentity } from "../../state/process-identity.ts";

/** A killed process that still lives after this time hangs in the kernel. */
const killedWithinMs = 30_000;
const pollMs = 3;

export interface EndOptions {
  /** Between TERM and KILL. */
  graceMs?: number;
  /** Those that the others need in order to end well. They themselves are not asked, but killed once the others are gone. */
  last?: (process: ProcessIdentity) => boolean;
}

/**
 * Ends every process that `find` finds, and again until it finds none. Resolves with those that were ended; throws
 * PROCESS_REMAINS for one that outlives KILL.
 */
export async function endProcesses(
  find: () => ProcessIdentity[],
  { graceMs = 2_000, last = () => false }: EndOptions = {},
): Promise<ProcessIdentity[]> {
  const found = find();
  const asked = found.filter((identity) => !last(identity));
  for (const identity of asked) {
    signal(identity, "SIGTERM");
    // One that was stopped hears nothing until it goes on.
    signal(identity, "SIGCONT");
  }
  await allEnd(asked, graceMs);
  const ended = new Map<string, ProcessIdentity>();
  const remember = (identity: ProcessIdentity): void =>
    void ended.set(`${identity.pid}-${identity.startTicks}`, identity);
  found.forEach(remember);
  for (let living = find(); living.length > 0; living = find()) {
    living.forEach(remember);
    for (const identity of living) signal(identity, "SIGKILL");
    if (!(await allEnd(living, killedWithinMs))) throw remains(living.filter(isAlive));
  }
  return [...ended.values()];
}

/** The process may end between the look and the signal; its ID cannot have been given anew in that instant. */
function signal(identity: ProcessIdentity, name: "SIGTERM" | "SIGCONT" | "SIGKILL"): void {
  if (!isAlive(identity)) return;
  try {
    process.kill(identity.pid, name);
  } catch {
    // Gone, or not ours to signal: whoever is still alive when the time is up is reported.
  }
}

async function allEnd(processes: ProcessIdentity[], withinMs: number): Promise<boolean> {
  const deadline = performance.now() + withinMs;
  while (processes.some(isAlive)) {
    if (performance.now() > deadline) return false;
    await setTimeout(pollMs);
  }
  return true;
}

function remains(processes: ProcessIdentity[]): MesosUpError {
  const named = processes.map(({ pid }) => describeProcess(pid)).join(", ");
  return new MesosUpError(`Cannot end ${named}.`, {
    code: "PROCESS_REMAINS",
    hint: "Run `mesos-up down` again as the user who started it, or as root.",
  });
}
