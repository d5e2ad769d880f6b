// Notices at once that a process ended which was to stay, instead of waiting for it until the time is up.
import { StepError } from "../../../errors.ts";
import { tailOf } from "./log-file.ts";
import type { Exit, StartedNode } from "./spawn-node.ts";

const shownLines = 15;

/** Is aborted, with the error NODE_ENDED, when one of the processes ends; `stop` ends the watch. */
export function watchExits(nodes: StartedNode[]): { signal: AbortSignal; stop(): void } {
  const ended = new AbortController();
  const startedAtMs = performance.now();
  let watching = true;
  for (const started of nodes) {
    void started.exited.then((exit) => {
      if (watching) ended.abort(nodeEnded(started, exit, performance.now() - startedAtMs));
    });
  }
  return {
    signal: ended.signal,
    stop: () => {
      watching = false;
    },
  };
}

function nodeEnded({ node, logFile }: StartedNode, { exitCode, signal }: Exit, elapsedMs: number): StepError {
  const how = signal === null ? `with exit status ${exitCode ?? "unknown"}` : `by ${signal}`;
  const logTail = tailOf(logFile, shownLines);
  return new StepError(`${node.name} (${node.program}) ended ${how} while the cluster was coming up.`, {
    code: "NODE_ENDED",
    hint: hintFor(logTail, node.port),
    step: node.name,
    elapsedMs,
    logTail,
  });
}

function hintFor(logTail: string, port: number): string {
  if (/address already in use/i.test(logTail)) {
    return `Another program took port ${port} meanwhile: try again, so that other ports are chosen.`;
  }
  if (logTail === "") return "It wrote nothing; start it by hand to see more.";
  return "Its last log lines, shown here, say why.";
}
