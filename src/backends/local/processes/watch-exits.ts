// Notices at once that a process ended which was to stay, instead of waiting for it until the time is up.
import { statfsSync } from "node:fs";
import { StepError } from "../../../errors.ts";
import { tailOf } from "./log-file.ts";
import type { Exit, StartedNode } from "./spawn-node.ts";

const shownLines = 15;

/** Java's stack goes on below the line that says it. */
const searchedLines = 200;

/**
 * Tells of the first of the processes that ends, as the error NODE_ENDED, PORT_TAKEN or STATE_FULL, until the signal is
 * aborted. `step` of the error is the node's name.
 */
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
  if (/address already in use/i.test(tailOf(logFile, searchedLines))) {
    const ports = [node.port, ...node.otherPorts];
    const which = ports.length === 1 ? `port ${ports.join()}` : `one of the ports ${ports.join(", ")}`;
    const hint = `Another program took ${which} meanwhile: try again, so that other ports are chosen.`;
    return new StepError(`${ended}.`, { ...details, code: "PORT_TAKEN", hint });
  }
  const hint =
    logTail === "" ? "It wrote nothing; start it by hand to see more." : "Its last log lines, shown here, say why.";
  return new StepError(`${ended}.`, { ...details, code: "NODE_ENDED", hint });
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
