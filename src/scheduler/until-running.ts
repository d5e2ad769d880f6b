// Waiting for an app that was launched to run: until all its instances do, one of them never will, no offer does for too
// long, or the time is up.
import { withTimeLimit } from "../client/clock.ts";
import type { Clock } from "../client/clock.ts";
import type { HttpClient } from "../client/http.ts";
import type { MesosUpError } from "../errors.ts";
import { StepError } from "../errors.ts";
import type { AppScheduler } from "./app-scheduler.ts";
import type { AppSpec } from "./app-spec.ts";
import { mismatchesOf, whyView } from "./core/why.ts";
import type { WhyView } from "./core/why.ts";
import type { Instance } from "./core/instance.ts";
import { instancesOf } from "./core/state.ts";
import { NoMatchingOfferError } from "./no-matching-offer.ts";
import { failureOf } from "./running-app.ts";
import type { RunningTask } from "./running-app.ts";
import { readStderrTail } from "./task-failure.ts";

const DEFAULT_TIMEOUT_MS = 120_000;
const DEFAULT_NO_MATCH_AFTER_MS = 10_000;
const STDERR_LIMIT_MS = 2000;

/** More launches than this that the master did not take are something else than offers that were rescinded. */
const MAX_LAUNCHES = 4;

export interface Waiting {
  app: AppSpec;
  /** Until the task runs. Default: two minutes. */
  timeoutMs?: number;
  /** How long no offer may do before that is an error. Default: ten seconds. */
  noMatchAfterMs?: number;
  /** Hears, once, why it waits when it has not run for five seconds. */
  onWaiting?: (why: WhyView) => void;
  signal?: AbortSignal;
  clock: Clock;
  http: HttpClient;
  frameworkName: string;
  /** How often the app was launched in a row without a word of its tasks. */
  launches: () => number;
}

/**
 * The task of its first instance, once all of them run.
 * @throws NoMatchingOfferError, TaskFailedError, StepError LAUNCH_TIMEOUT or LAUNCHED_IN_VAIN, what ended the
 * subscription, the signal's reason
 */
export async function untilRunning(scheduler: AppScheduler, options: Waiting): Promise<RunningTask> {
  const { clock, signal, timeoutMs: limitMs = DEFAULT_TIMEOUT_MS } = options;
  const tooLate = new Error("too late");
  const startMs = clock.nowMs();
  let end: Awaited<ReturnType<typeof allRunOrOneEnded>>;
  try {
    const work = (within: AbortSignal) =>
      Promise.race([
        scheduler.until((one) => allRunOrOneEnded(one, options), within),
        lossOfPatience(scheduler, options, within),
        explainWaiting(scheduler, options, within),
      ]);
    end = await withTimeLimit(work, { clock, limitMs, signal, late: () => tooLate });
  } catch (error) {
    const late = error === tooLate || isPlainAbort(signal);
    throw late ? await launchTimeout(scheduler, options, limitMs) : error;
  }
  if (end === "in vain") throw await launchedInVain(scheduler, options, clock.nowMs() - startMs);
  const { app } = options;
  const [instance] = instancesOf(scheduler.state, app.name);
  const { frameworkId = "", master } = scheduler;
  if (instance === undefined || instance.state === "gave-up") {
    const status = scheduler.statusOf(`${app.name}.1`);
    if (status === undefined) throw new Error("An app failed that nothing was heard of.");
    throw await failureOf(status, options.http, { frameworkId, placement: instance?.lastTask });
  }
  const placement = instance.task ?? instance.lastTask;
  if (placement === undefined) throw new Error("A task runs that was never placed.");
  const acceptedAtMs = scheduler.acceptedAtMs(placement.taskId);
  return {
    ...placement,
    frameworkId,
    frameworkName: options.frameworkName,
    master,
    containerId: instance.containerId ?? "",
    ...(acceptedAtMs !== undefined && { acceptedAtMs }),
    runningAtMs: clock.nowMs(),
  };
}

/** Aborted without a reason of its own, which is how a time limit further out ends the work. */
function isPlainAbort(signal: AbortSignal | undefined): boolean {
  return signal?.aborted === true && signal.reason instanceof DOMException;
}

/** For `until`: all of them run, or one of them never will. */
function allRunOrOneEnded(scheduler: AppScheduler, { app, launches }: Waiting): "over" | "in vain" | undefined {
  const instances = instancesOf(scheduler.state, app.name);
  if (instances.some(({ state }) => state === "gave-up")) return "over";
  if (launches() >= MAX_LAUNCHES * app.instances && instances.some(isIdle)) return "in vain";
  if (instances.length < app.instances) return undefined;
  const { unconfirmed } = scheduler.state;
  const runs = ({ state, task }: Instance) => state === "running" && !unconfirmed.has(task?.taskId ?? "");
  return instances.every((one) => runs(one) || one.state === "finished") ? "over" : undefined;
}

function isIdle({ state }: Instance): boolean {
  return state === "waiting" || state === "backing-off";
}

/** Rejects if no offer does for too long, counted from the subscription; else never settles. */
async function lossOfPatience(scheduler: AppScheduler, options: Waiting, signal: AbortSignal): Promise<never> {
  const { app } = options;
  await scheduler.until(({ subscription }) => (subscription.name === "subscribed" ? true : undefined), signal);
  await options.clock.sleep(options.noMatchAfterMs ?? DEFAULT_NO_MATCH_AFTER_MS, signal);
  const waits = instancesOf(scheduler.state, app.name).some(
    ({ state, restarts }) => state === "waiting" && restarts === 0,
  );
  if (waits) await scheduler.lookAtAgents(signal);
  if (waits) throw new NoMatchingOfferError(app, mismatchesOf(scheduler.state, app.name, Date.now()));
  return await scheduler.until<never>(() => undefined, signal);
}

const EXPLAIN_AFTER_MS = 5000;

/** Never settles but by the signal. */
async function explainWaiting(scheduler: AppScheduler, options: Waiting, signal: AbortSignal): Promise<never> {
  await options.clock.sleep(EXPLAIN_AFTER_MS, signal);
  await scheduler.lookAtAgents(signal);
  const why = whyView(scheduler.state, options.app.name, Date.now());
  if (why !== undefined) options.onWaiting?.(why);
  return await scheduler.until<never>(() => undefined, signal);
}

/** What the launch was waiting for when its time was up. */
async function launchTimeout(scheduler: AppScheduler, options: Waiting, limitMs: number): Promise<MesosUpError> {
  const { app } = options;
  const { frameworkId, subscription, state } = scheduler;
  const late = instancesOf(state, app.name).find((instance) => instance.state !== "running");
  const placement = late?.task;
  const within = `within ${limitMs / 1000} s`;
  const details = { code: "LAUNCH_TIMEOUT", step: "launch", elapsedMs: limitMs };
  if (frameworkId === undefined || placement === undefined || late === undefined) {
    await scheduler.lookAtAgents();
    if (subscription.name === "subscribed")
      return new NoMatchingOfferError(app, mismatchesOf(state, app.name, Date.now()));
    const why = scheduler.obstacle?.replace(/\.$/, "") ?? "none has answered SUBSCRIBE";
    return new StepError(`No master took the subscription ${within}: ${why}.`, {
      ...details,
      hint: "Check the address of the masters, and that one of them leads.",
    });
  }
  const signal = AbortSignal.timeout(STDERR_LIMIT_MS);
  const logTail = await readStderrTail(options.http, { placement, frameworkId, signal });
  const status = scheduler.statusOf(late.id);
  const last = status === undefined ? "there was no word of it" : `the last word was ${status.state}`;
  return new StepError(
    `The task ${placement.taskId} on ${placement.agent} did not run ${within}: it is ${late.state}, ${last}.`,
    {
      ...details,
      hint: "See in the agent's log whether it still fetches an image or a file.",
      logTail,
    },
  );
}

/** Of launches that agents have tried, the last one's stderr and what to do say more than the master's log. */
async function launchedInVain(scheduler: AppScheduler, options: Waiting, elapsedMs: number): Promise<StepError> {
  const { app, http, launches } = options;
  const instances = instancesOf(scheduler.state, app.name);
  const last = instances.find((one) => isIdle(one) && scheduler.statusOf(one.id) !== undefined);
  const status = last && scheduler.statusOf(last.id);
  const tried = status?.state === "TASK_FAILED" && status.source !== "SOURCE_MASTER";
  const { frameworkId = "" } = scheduler;
  const failure = tried ? await failureOf(status, http, { frameworkId, placement: last?.lastTask }) : undefined;
  const why = status === undefined ? "" : `; the last time: ${status.state}, ${status.message ?? "no message"}`;
  return new StepError(`The app ${app.name} was launched ${launches()} times in vain${why}.`, {
    ...{ code: "LAUNCHED_IN_VAIN", step: "launch", elapsedMs, logTail: failure?.stderrTail ?? "" },
    hint: failure?.hint ?? "See in the master's log why it did not take the launches, and whether agents come and go.",
  });
}
