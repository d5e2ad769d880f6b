// Waits until a cluster whose containers were started is of use, and no longer than that can still come to be.
import { setTimeout } from "node:timers/promises";
import type { ClusterPlan, PlanNode } from "../../cluster/plan-types.ts";
import { StepError } from "../../errors.ts";
import { awaitReady } from "../await-ready.ts";
import type { Daemon } from "./daemon/daemon.ts";
import { containerLogTail } from "./container-log.ts";
import { ownedContainers, type OwnedContainer } from "./owned-things.ts";
import type { UpRun } from "./up-run.ts";

const lookEveryMs = 500;
const logLines = 50;
/** A daemon that is started again is away for a moment. */
const daemonPatienceMs = 15_000;

/** @throws StepError STEP_TIMEOUT, NODE_ENDED with the last 50 log lines of what was waited for; the signal's reason. */
export async function awaitCluster({ steps, limits, daemon, folder }: UpRun, plan: ClusterPlan): Promise<void> {
  const over = new AbortController();
  const watching = watchEnds(daemon, folder, { signal: over.signal, onEnd: (why) => over.abort(why) });
  try {
    await awaitReady(plan, {
      steps,
      signal: AbortSignal.any([limits.signal, over.signal]),
      logTail: (nodes) => logTails(daemon, nodes),
    });
  } finally {
    over.abort();
    await watching;
  }
}

/**
 * A container that has ended for good, after Docker started it again some times, will not be ready any more; nor will one of a
 * daemon that is gone.
 */
async function watchEnds(
  daemon: Daemon,
  folder: string,
  { signal, onEnd }: { signal: AbortSignal; onEnd: (why: Error) => void },
): Promise<void> {
  const startedMs = performance.now();
  let heardMs = startedMs;
  while (!signal.aborted) {
    const looked = await ownedContainers(daemon, folder, signal).catch((error: unknown) => error as Error);
    if (looked instanceof Error && performance.now() - heardMs > daemonPatienceMs) {
      onEnd(looked);
      return;
    }
    if (!(looked instanceof Error)) heardMs = performance.now();
    const ended =
      looked instanceof Error ? undefined : looked.find(({ state }) => state === "exited" || state === "dead");
    if (ended !== undefined) {
      onEnd(await nodeEnded(daemon, ended, performance.now() - startedMs));
      return;
    }
    await setTimeout(lookEveryMs, undefined, { signal }).catch(() => undefined);
  }
}

async function nodeEnded(
  daemon: Daemon,
  { node, name, status }: OwnedContainer,
  elapsedMs: number,
): Promise<StepError> {
  const logTail = await containerLogTail(daemon, name, logLines).catch(() => "");
  return new StepError(`${node} has ended: ${withoutTime(status)}.`, {
    code: "NODE_ENDED",
    step: node,
    elapsedMs,
    logTail,
    hint: "Its last log lines tell why; a flag of the cluster file that it does not know is the most common reason.",
  });
}

/** "Exited (134) Less than a second ago" → "Exited (134)". */
function withoutTime(status: string): string {
  return /^\w+( \(\d+\))?/.exec(status)?.[0] ?? status;
}

/** One node's last lines; of several, each one's under its name, fifty in all. */
export async function logTails(daemon: Daemon, nodes: PlanNode[]): Promise<string> {
  const each = Math.max(5, Math.floor(logLines / nodes.length));
  const tails = nodes.map(async ({ name, container }) => {
    const log =
      container === undefined ? "" : await containerLogTail(daemon, container.name, each).catch(() => "no log");
    return nodes.length === 1 ? log : `${name}:\n${log}`;
  });
  return (await Promise.all(tails)).join("\n");
}
