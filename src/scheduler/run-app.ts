// Launches an app on a cluster, or finds it there again, and gives a handle on its running task.
import { systemClock, withTimeLimit } from "../client/clock.ts";
import type { Clock } from "../client/clock.ts";
import type { HttpConnection } from "../client/connection.ts";
import type { HttpClient } from "../client/http.ts";
import { MesosUpError, StepError, TaskFailedError } from "../errors.ts";
import type { TaskStatus } from "../mesos/types.ts";
import type { AppEvent } from "./app-event.ts";
import type { AppScheduler } from "./app-scheduler.ts";
import type { AppSpec } from "./app-spec.ts";
import { mismatchesOf, whyView } from "./core/why.ts";
import type { WhyView } from "./core/why.ts";
import type { Instance } from "./core/instance.ts";
import { instancesOf } from "./core/state.ts";
import type { FrameworkStore } from "./framework-store.ts";
import { nginxCommand } from "./nginx-app.ts";
import { NoMatchingOfferError } from "./no-matching-offer.ts";
import { openScheduler } from "./open-scheduler.ts";
import { failureOf, RunningApp } from "./running-app.ts";
import type { RunningTask } from "./running-app.ts";
import { requireSecrets } from "./secrets.ts";
import { readStderrTail } from "./task-failure.ts";

export interface RunAppOptions {
  /** zk://host:port,host:port/path, host:port of masters, or one URL. */
  master: string | readonly string[];
  app: AppSpec;
  /** Whom masters and agents take this for, and whom it takes them for. Default: nobody asks. */
  connection?: HttpConnection | undefined;
  /** Where the framework's ID is kept. With one, a scheduler that was killed or detached finds its task again. */
  frameworkStore?: FrameworkStore;
  /**
   * Whether the app's restart and unreachable policies hold. Else the first failure of its task ends it, and a task that
   * is out of sight is waited for. Default: false.
   */
  keepRunning?: boolean;
  /** Default: "mesos-up" and the app's name. */
  frameworkName?: string;
  /** Whom tasks run as. Default: the user of this process. */
  user?: string;
  /** An address of this machine that agents reach, for the app's site. Default: 127.0.0.1. */
  contentAddress?: string | undefined;
  /** Until the task runs. Default: two minutes. */
  timeoutMs?: number;
  /** How long no offer may do before that is an error. Default: ten seconds. */
  noMatchAfterMs?: number;
  /** Hears, once, why it waits when it has not run for five seconds. */
  onWaiting?: (why: WhyView) => void;
  /** Aborting it gives up the launch. */
  signal?: AbortSignal;
  onEvent?: (event: AppEvent) => void;
  /** Where metrics are served for Prometheus: a port of 127.0.0.1, or host:port. Default: nowhere. */
  metrics?: string | undefined;
  /** Where the app's secrets come from. Default: nowhere. */
  env?: Readonly<Record<string, string | undefined>>;
  clock?: Clock;
  /** Milliseconds since the epoch when the clock stood at zero. Default: as it is now. */
  epochMs?: number;
  random?: () => number;
}

const DEFAULT_TIMEOUT_MS = 120_000;
const DEFAULT_NO_MATCH_AFTER_MS = 10_000;
const STDERR_LIMIT_MS = 2000;
const TEARDOWN_LIMIT_MS = 5000;

/** More launches than this that the master did not take are something else than offers that were rescinded. */
const MAX_LAUNCHES = 4;

/**
 * Launches the app, or finds it again where `frameworkStore` knows that it was launched, and waits until all its instances
 * run. If that fails, a framework that was new is torn down; one that was found again is left as it was, unless its task
 * failed.
 * @throws NoMatchingOfferError, TaskFailedError, StepError LAUNCH_TIMEOUT, ConfigError, whatever ended the subscription, or
 * the signal's reason if that is an error of the caller's own.
 */
export async function runApp({ app, ...options }: RunAppOptions): Promise<RunningApp> {
  const [running] = await runApps({ ...options, apps: [app] });
  if (running === undefined) throw new Error("An app runs that there is no handle on.");
  return running;
}

export interface RunAppsOptions extends Omit<RunAppOptions, "app"> {
  /** At least one, of different names. */
  apps: readonly AppSpec[];
}

/**
 * The same for several apps in one framework, which is named after all of them. What ends one handle's framework ends that
 * of all.
 * @throws as runApp does, for whichever app is the first to fail
 */
export async function runApps(options: RunAppsOptions): Promise<RunningApp[]> {
  const { apps, clock = systemClock, onEvent = () => undefined } = options;
  for (const app of apps) requireSecrets(app, options.env);
  const inVain = new Map<string, number>();
  const frameworkName = options.frameworkName ?? `mesos-up ${apps.map(({ name }) => name).join(" ")}`;
  const { scheduler, http, sites, resumed, close } = await openScheduler({
    ...options,
    frameworkName,
    onEvent: (event) => {
      if (event.type === "launched") {
        const app = appOf(event.instance);
        inVain.set(app, (inVain.get(app) ?? 0) + 1);
      }
      if (event.type === "instance" && event.instance.state === "starting") inVain.delete(event.instance.app);
      onEvent(event);
    },
  });
  const over = new AbortController();
  try {
    const signal = options.signal === undefined ? over.signal : AbortSignal.any([over.signal, options.signal]);
    const launched = apps.map(async (app) => {
      await scheduler.command({ name: "run", spec: specToRun(app, options) });
      const launches = () => inVain.get(app.name) ?? 0;
      const first = await untilRunning(scheduler, { ...options, signal, app, clock, http, frameworkName, launches });
      return new RunningApp({ first, app, scheduler, http, site: sites.get(app.name), clock, close });
    });
    return await Promise.all(launched);
  } catch (error) {
    over.abort(error);
    const leave = resumed && !(error instanceof TaskFailedError);
    await giveUp(error, [...(leave ? [] : [() => tearDown(scheduler)]), close]);
    throw error;
  }
}

/** Of an instance, as web of web.2. */
function appOf(instance: string): string {
  return instance.slice(0, instance.lastIndexOf("."));
}

/** The first failure is the end, unless the app is to be kept running. */
function specToRun(app: AppSpec, { keepRunning = false }: RunAppsOptions): AppSpec {
  const spec = servedByNginx(app);
  if (keepRunning) return spec;
  const giveUp = { ...spec.restart.give_up, failures: 1 };
  return {
    ...spec,
    restart: { ...spec.restart, policy: "on-failure", give_up: giveUp },
    unreachable: { replace_after: "never" },
  };
}

/** A site, and an nginx on the host's network, need a command; what is given is left as it is. */
function servedByNginx(app: AppSpec): AppSpec {
  return app.site === undefined || app.command !== undefined ? app : { ...app, command: nginxCommand(app) };
}

interface Waiting extends RunAppOptions {
  clock: Clock;
  http: HttpClient;
  frameworkName: string;
  /** How often the app was launched in a row without a word of its tasks. */
  launches: () => number;
}

async function untilRunning(scheduler: AppScheduler, options: Waiting): Promise<RunningTask> {
  const { clock, signal, timeoutMs: limitMs = DEFAULT_TIMEOUT_MS } = options;
  const tooLate = new Error("too late");
  try {
    const work = (within: AbortSignal) =>
      Promise.race([
        scheduler.until((one) => allRunOrOneEnded(one, options), within),
        lossOfPatience(scheduler, options, within),
        explainWaiting(scheduler, options, within),
      ]);
    await withTimeLimit(work, { clock, limitMs, signal, late: () => tooLate });
  } catch (error) {
    const late = error === tooLate || isPlainAbort(signal);
    throw late ? await launchTimeout(scheduler, options, limitMs) : error;
  }
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
function allRunOrOneEnded(scheduler: AppScheduler, { app, launches }: Waiting): true | undefined {
  const instances = instancesOf(scheduler.state, app.name);
  if (instances.some(({ state }) => state === "gave-up")) return true;
  if (launches() >= MAX_LAUNCHES * app.instances && instances.some(isIdle)) {
    throw launchedInVain(app, launches(), scheduler.statusOf(`${app.name}.1`));
  }
  if (instances.length < app.instances) return undefined;
  const { unconfirmed } = scheduler.state;
  const runs = ({ state, task }: Instance) => state === "running" && !unconfirmed.has(task?.taskId ?? "");
  return instances.every((one) => runs(one) || one.state === "finished") ? true : undefined;
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

function launchedInVain(app: AppSpec, launches: number, status: TaskStatus | undefined): MesosUpError {
  const why = status === undefined ? "" : `; the last time: ${status.state}, ${status.message ?? "no message"}`;
  return new MesosUpError(`The app ${app.name} was launched ${launches} times in vain${why}.`, {
    code: "LAUNCHED_IN_VAIN",
    hint: "See in the master's log why it did not take the launches, and whether agents come and go.",
  });
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
