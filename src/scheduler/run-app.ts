// Launches an app on a cluster, or finds it there again, and gives a handle on its running task.
import { userInfo } from "node:os";
import { systemClock, withTimeLimit } from "../client/clock.ts";
import type { Clock } from "../client/clock.ts";
import { HttpClient } from "../client/http.ts";
import { leaderDetector } from "../client/leader.ts";
import { MesosUpError, StepError, TaskFailedError } from "../errors.ts";
import type { FrameworkInfo } from "../mesos/types.ts";
import { AppScheduler } from "./app-scheduler.ts";
import type { AppEvent } from "./app-scheduler.ts";
import type { AppSpec } from "./app-spec.ts";
import { MemoryFrameworkStore } from "./framework-store.ts";
import type { FrameworkStore } from "./framework-store.ts";
import { nginxCommand } from "./nginx-app.ts";
import { NoMatchingOfferError } from "./no-matching-offer.ts";
import { endStatus, failureOf, RunningApp } from "./running-app.ts";
import type { RunningTask } from "./running-app.ts";
import { serveSite } from "./site.ts";
import { readStderrTail } from "./task-failure.ts";

export interface RunAppOptions {
  /** zk://host:port,host:port/path, host:port of masters, or one URL. */
  master: string | readonly string[];
  app: AppSpec;
  /** Where the framework's ID is kept. With one, a scheduler that was killed or detached finds its task again. */
  frameworkStore?: FrameworkStore;
  /** Default: "mesos-up" and the app's name. */
  frameworkName?: string;
  /** Whom tasks run as. Default: the user of this process. */
  user?: string;
  /** An address of this machine that agents reach, for the app's site. Default: 127.0.0.1. */
  contentAddress?: string;
  /** Until the task runs. Default: two minutes. */
  timeoutMs?: number;
  /** How long no offer may do before that is an error. Default: ten seconds. */
  noMatchAfterMs?: number;
  /** Aborting it gives up the launch. */
  signal?: AbortSignal;
  onEvent?: (event: AppEvent) => void;
  clock?: Clock;
  random?: () => number;
}

const DEFAULT_TIMEOUT_MS = 120_000;
const DEFAULT_NO_MATCH_AFTER_MS = 10_000;
const STDERR_LIMIT_MS = 2000;
const TEARDOWN_LIMIT_MS = 5000;

/** How long masters keep the framework's tasks while no scheduler is there: long if one can find them again, else short. */
const FAILOVER_SECONDS = { stored: 7 * 24 * 3600, unstored: 60 };

/**
 * Launches the app, or finds it again where `frameworkStore` knows that it was launched, and waits until its task runs.
 * If that fails, a framework that was new is torn down; one that was found again is left as it was, unless its task failed.
 * @throws NoMatchingOfferError, TaskFailedError, StepError LAUNCH_TIMEOUT, ConfigError, whatever ended the subscription, or
 * the signal's reason if that is an error of the caller's own.
 */
export async function runApp(options: RunAppOptions): Promise<RunningApp> {
  const store = options.frameworkStore;
  try {
    return await launch(options);
  } catch (error) {
    const refused = error instanceof MesosUpError && error.code === "FRAMEWORK_REFUSED";
    if (!refused || (await store?.load()) === undefined) throw error;
    // The master has given up the framework that was stored, and its tasks with it.
    await store?.clear();
    return await launch(options);
  }
}

async function launch(options: RunAppOptions): Promise<RunningApp> {
  const { app, clock = systemClock, random = Math.random, onEvent = () => undefined } = options;
  const store = options.frameworkStore ?? new MemoryFrameworkStore();
  const stored = await store.load();
  const http = new HttpClient();
  const leader = leaderDetector(options.master, { http, clock });
  const site = app.site === undefined ? undefined : await serveSite(app.site, options.contentAddress ?? "127.0.0.1");
  const frameworkInfo = frameworkInfoOf(options);
  const scheduler = new AppScheduler({
    app: servedByNginx(app),
    frameworkInfo,
    leader,
    http,
    store,
    stored,
    siteUri: site?.uri,
    clock,
    random,
    onEvent,
  });
  const close = async () => {
    await scheduler.close();
    await leader[Symbol.asyncDispose]();
    await http.close();
    await site?.[Symbol.asyncDispose]();
  };
  try {
    const running = await untilRunning(scheduler, { ...options, clock, http, frameworkName: frameworkInfo.name });
    return new RunningApp({ running, app, scheduler, http, site, clock, close });
  } catch (error) {
    const leave = stored !== undefined && !(error instanceof TaskFailedError);
    await giveUp(error, [...(leave ? [] : [() => tearDown(scheduler)]), close]);
    throw error;
  }
}

function frameworkInfoOf(options: RunAppOptions): FrameworkInfo {
  const { app, frameworkStore } = options;
  return {
    user: options.user ?? currentUser(),
    name: options.frameworkName ?? `mesos-up ${app.name}`,
    roles: [app.role],
    checkpoint: true,
    failover_timeout: frameworkStore === undefined ? FAILOVER_SECONDS.unstored : FAILOVER_SECONDS.stored,
    capabilities: [{ type: "MULTI_ROLE" }, { type: "PARTITION_AWARE" }],
  };
}

/** In a container the process may run under a number that has no name. */
function currentUser(): string {
  try {
    return userInfo().username;
  } catch {
    return "nobody";
  }
}

/** A site, and an nginx on the host's network, need a command; what is given is left as it is. */
function servedByNginx(app: AppSpec): AppSpec {
  return app.site === undefined || app.command !== undefined ? app : { ...app, command: nginxCommand(app) };
}

interface Waiting extends RunAppOptions {
  clock: Clock;
  http: HttpClient;
  frameworkName: string;
}

async function untilRunning(scheduler: AppScheduler, options: Waiting): Promise<RunningTask> {
  const { clock, signal, timeoutMs: limitMs = DEFAULT_TIMEOUT_MS } = options;
  const tooLate = new Error("too late");
  try {
    const work = (within: AbortSignal) =>
      Promise.race([scheduler.until(runningOrEnded, within), lossOfPatience(scheduler, options, within)]);
    await withTimeLimit(work, { clock, limitMs, signal, late: () => tooLate });
  } catch (error) {
    const late = error === tooLate || isPlainAbort(signal);
    throw late ? await launchTimeout(scheduler, options, limitMs) : error;
  }
  const { placement, frameworkId = "", status, acceptedAtMs, master } = scheduler;
  if (placement === undefined || status === undefined) throw new Error("A task runs that was never placed.");
  const ended = endStatus(scheduler);
  if (ended !== undefined && ended.state !== "TASK_FINISHED") {
    throw await failureOf(ended, options.http, { ...placement, frameworkId });
  }
  return {
    ...placement,
    frameworkId,
    frameworkName: options.frameworkName,
    master,
    containerId: status.container_status?.container_id?.value ?? "",
    ...(acceptedAtMs !== undefined && { acceptedAtMs }),
    runningAtMs: clock.nowMs(),
  };
}

/** Aborted without a reason of its own, which is how a time limit further out ends the work. */
function isPlainAbort(signal: AbortSignal | undefined): boolean {
  return signal?.aborted === true && signal.reason instanceof DOMException;
}

function runningOrEnded({ phase }: AppScheduler): true | undefined {
  return phase === "running" || phase === "ended" ? true : undefined;
}

/** Rejects if no offer does for too long, counted from the subscription; else never settles. */
async function lossOfPatience(scheduler: AppScheduler, options: Waiting, signal: AbortSignal): Promise<never> {
  await scheduler.until(({ subscription }) => (subscription.name === "subscribed" ? true : undefined), signal);
  await options.clock.sleep(options.noMatchAfterMs ?? DEFAULT_NO_MATCH_AFTER_MS, signal);
  if (scheduler.phase === "waiting") throw new NoMatchingOfferError(options.app, scheduler.mismatches);
  return await scheduler.until<never>(() => undefined, signal);
}

/** What the launch was waiting for when its time was up. */
async function launchTimeout(scheduler: AppScheduler, options: Waiting, limitMs: number): Promise<MesosUpError> {
  const { placement, frameworkId, phase, status, subscription } = scheduler;
  const within = `within ${limitMs / 1000} s`;
  const details = { code: "LAUNCH_TIMEOUT", step: "launch", elapsedMs: limitMs };
  if (frameworkId === undefined || placement === undefined) {
    if (subscription.name === "subscribed") return new NoMatchingOfferError(options.app, scheduler.mismatches);
    const why = scheduler.obstacle?.replace(/\.$/, "") ?? "none has answered SUBSCRIBE";
    return new StepError(`No master took the subscription ${within}: ${why}.`, {
      ...details,
      hint: "Check the address of the masters, and that one of them leads.",
    });
  }
  const signal = AbortSignal.timeout(STDERR_LIMIT_MS);
  const logTail = await readStderrTail(options.http, { placement, frameworkId, signal });
  const last = status === undefined ? "there was no word of it" : `the last word was ${status.state}`;
  return new StepError(
    `The task ${placement.taskId} on ${placement.agent} did not run ${within}: it is ${phase}, ${last}.`,
    {
      ...details,
      hint: "See in the agent's log whether it still fetches an image or a file.",
      logTail,
    },
  );
}

async function tearDown(scheduler: AppScheduler): Promise<void> {
  if (scheduler.frameworkId === undefined || scheduler.subscription.name === "closed") return;
  await scheduler.teardown(AbortSignal.timeout(TEARDOWN_LIMIT_MS));
}

/** Does all of the cleaning up; what fails of it is told with the error that led here. */
async function giveUp(error: unknown, cleanups: (() => Promise<void>)[]): Promise<void> {
  for (const cleanup of cleanups) {
    try {
      await cleanup();
    } catch (cleanupError) {
      if (error instanceof MesosUpError) error.cleanupErrors.push(cleanupError);
    }
  }
}
