// Ends processes: all are asked at once, whoever does not listen is killed, and whatever was forked meanwhile as well.
import { setTimeout } from "node:timers/promises";
import { MesosUpError } from "../../../errors.ts";
import { commandLine, isAlive, type ProcessIdentity } from "../../state/process-identity.ts";

/** A killed process that still lives after this time hangs in the kernel. */
const killedWithinMs = 5_000;
const pollMs = 3;

export interface EndOptions {
  /** Between TERM and KILL. */
  graceMs?: number;
  /** Those that have nothing to put in order are killed without being asked. */
  atOnce?: (process: ProcessIdentity) => boolean;
}

/**
 * Ends every process that `find` finds, and again until it finds none. Resolves with those that were ended; throws
 * PROCESS_REMAINS for one that outlives KILL.
 */
export async function endProcesses(
  find: () => ProcessIdentity[],
  { graceMs = 2_000, atOnce = () => false }: EndOptions = {},
): Promise<ProcessIdentity[]> {
  const ended = new Map<string, ProcessIdentity>();
  for (let round = 0; ; round++) {
    const found = find();
    if (found.length === 0) return [...ended.values()];
    for (const identity of found) ended.set(`${identity.pid}-${identity.startTicks}`, identity);
    if (round === 0) {
      for (const identity of found) signal(identity, atOnce(identity) ? "SIGKILL" : "SIGTERM");
      if (await allEnd(found, graceMs)) continue;
    }
    for (const identity of found) signal(identity, "SIGKILL");
    if (!(await allEnd(found, killedWithinMs))) throw remains(found.filter(isAlive));
  }
}

/** The process may end between the look and the signal; its ID cannot have been given anew in that instant. */
function signal(identity: ProcessIdentity, name: "SIGTERM" | "SIGKILL"): void {
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
  const named = processes.map(({ pid }) => `PID ${pid} (${commandLine(pid)})`).join(", ");
  return new MesosUpError(`Cannot end ${named}.`, {
    code: "PROCESS_REMAINS",
    hint: "Run `mesos-up down` again as the user who started it, or as root.",
  });
}
