// Notices at once that a process ended which was to stay, instead of waiting for it until the time is up.
import { statfsSync } from "node:fs";
import { StepError } from "../../../errors.ts";
import { tailOf } from "./log-file.ts";
import type { Exit, StartedNode } from "./spawn-node.ts";

const shownLines = 15;

/** Tells of the first of the processes that ends, as the error NODE_ENDED or STATE_FULL, until the signal is aborted. */
export function watchExits(
  nodes: StartedNode[],
  { signal, onExit }: { signal: AbortSignal; onExit: (why: StepError) => void },
): void {
  const startedAtMs = performance.now();
  for (const started of nodes) {
    void started.exited.then((exit) => {
      if (!signal.aborted) onExit(nodeEnded(started, exit, performance.now() - startedAtMs));
    });
  }
}

function nodeEnded({ node, logFile }: StartedNode, { exitCode, signal }: Exit, elapsedMs: number): StepError {
  const how = signal === null ? `with exit status ${exitCode ?? "unknown"}` : `by ${signal}`;
  const logTail = tailOf(logFile, shownLines);
  const ended = `${node.name} (${node.program}) ended ${how} while the cluster was coming up`;
  const details = { step: node.name, elapsedMs, logTail };
  if (isDiskFull(logFile)) {
    const hint = "Make room on the disk, or work in a folder on another one.";
    return new StepError(`${ended}, and the disk that it writes to is full.`, { ...details, code: "STATE_FULL", hint });
  }
  return new StepError(`${ended}.`, { ...details, code: "NODE_ENDED", hint: hintFor(logTail, node.port) });
}

/** Less is left than any of the programs writes at once. */
function isDiskFull(path: string): boolean {
  try {
    const { bavail, bsize } = statfsSync(path);
    return bavail * bsize < 64 * 1024;
  } catch {
    return false;
  }
}

function hintFor(logTail: string, port: number): string {
  if (/address already in use/i.test(logTail)) {
    return `Another program took port ${port} meanwhile: try again, so that other ports are chosen.`;
  }
  if (logTail === "") return "It wrote nothing; start it by hand to see more.";
  return "Its last log lines, shown here, say why.";
}
