// Launches an app on a cluster, or finds it there again, and gives a handle on its running task.
import { systemClock } from "../client/clock.ts";
import type { Clock } from "../client/clock.ts";
import type { HttpConnection } from "../client/connection.ts";
import { MesosUpError, TaskFailedError } from "../errors.ts";
import type { AppEvent } from "./app-event.ts";
import type { AppScheduler } from "./app-scheduler.ts";
import type { AppSpec } from "./app-spec.ts";
import { isEnding } from "./core/state.ts";
import type { WhyView } from "./core/why.ts";
import type { FrameworkStore } from "./store/framework-store.ts";
import { openScheduler, type OpenScheduler, type OpenSchedulerOptions } from "./open-scheduler.ts";
import { RunningApp } from "./running-app.ts";
import { requireSecrets } from "./secrets.ts";
import { untilRunning } from "./until-running.ts";

export interface RunAppOptions {
  /** zk://host:port,host:port/path, host:port of masters, or one URL. */
  master: string | readonly string[];
  app: AppSpec;
  /** Whom masters and agents take this for, and whom it takes them for. Default: nobody asks. */
  connection?: HttpConnection | undefined;
  /** Where the framework's ID is kept. With one, a scheduler that was killed or detached finds its task again. */
  frameworkStore?: FrameworkStore;
  /** Aborting it, as when another scheduler may lead, ends the launch and what follows, with its reason. */
  lost?: AbortSignal | undefined;
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

const TEARDOWN_LIMIT_MS = 5000;

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
  /** Has the scheduler before it is given the apps. */
  onOpen?: ((open: OpenScheduler) => Promise<void>) | undefined;
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
  await bringToItsEnd({ ...options, frameworkName });
  const open = await openScheduler({
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
  const { scheduler, http, sites, prepare, resumed, close } = open;
  const over = new AbortController();
  try {
    await options.onOpen?.(open);
    const signal = options.signal === undefined ? over.signal : AbortSignal.any([over.signal, options.signal]);
    const launched = apps.map(async (app) => {
      await scheduler.command({ name: "run", spec: specToRun(await prepare(app), options) });
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

/** A framework whose end was asked of an earlier process, which was itself ended before: nothing can be run in it. */
async function bringToItsEnd(options: Omit<OpenSchedulerOptions, "apps"> & { signal?: AbortSignal }): Promise<void> {
  const { frameworkStore: store, signal } = options;
  if (store === undefined || !isEnding(await store.load())) return;
  const keptOpen: FrameworkStore = {
    load: () => store.load(),
    write: (changes) => store.write(changes),
    clear: () => store.clear(),
    close: () => Promise.resolve(),
  };
  const { scheduler, close } = await openScheduler({
    ...options,
    apps: [],
    metrics: undefined,
    frameworkStore: keptOpen,
  });
  try {
    await scheduler.teardown(signal);
  } finally {
    await close();
  }
}

/** Of an instance, as web of web.2. */
function appOf(instance: string): string {
  return instance.slice(0, instance.lastIndexOf("."));
}

/** The first failure is the end, unless the app is to be kept running. */
function specToRun(app: AppSpec, { keepRunning = false }: RunAppsOptions): AppSpec {
  if (keepRunning) return app;
  const giveUp = { ...app.restart.give_up, failures: 1 };
  return {
    ...app,
    restart: { ...app.restart, policy: "on-failure", give_up: giveUp },
    unreachable: { replace_after: "never" },
  };
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
