// A scheduler with all that it needs: connections, the leading master, sites that are served, secrets out of the
// environment. What was stored of an earlier run is taken up again.
import { userInfo } from "node:os";
import { systemClock } from "../client/clock.ts";
import type { Clock } from "../client/clock.ts";
import type { HttpConnection } from "../client/connection.ts";
import { HttpClient } from "../client/http.ts";
import { leaderDetector } from "../client/leader.ts";
import type { FrameworkInfo } from "../mesos/types.ts";
import { AppScheduler } from "./app-scheduler.ts";
import type { AppEvent } from "./app-event.ts";
import type { AppSpec } from "./app-spec.ts";
import { GPUS } from "./core/framework-info.ts";
import type { AppState } from "./core/state.ts";
import { messageOf } from "./live/call-outcome.ts";
import { MemoryFrameworkStore } from "./store/framework-store.ts";
import type { FrameworkStore } from "./store/framework-store.ts";
import { servedByNginx } from "./nginx-app.ts";
import type { ServedSite } from "./site.ts";
import { Sites } from "./sites.ts";

export interface OpenSchedulerOptions {
  /** zk://host:port,host:port/path, host:port of masters, or one URL. */
  master: string | readonly string[];
  /** Whom masters and agents take this for, and whom it takes them for. Default: nobody asks. */
  connection?: HttpConnection | undefined;
  /** Apps that it is to be able to run, besides those that are stored: their roles and sites. */
  apps?: readonly AppSpec[];
  /** Default: one that forgets everything with the process. */
  frameworkStore?: FrameworkStore | undefined;
  /** Aborting it, as when another scheduler may lead, ends everything at once, with its reason. */
  lost?: AbortSignal | undefined;
  frameworkName: string;
  /** Whom tasks run as. Default: the user of this process. */
  user?: string | undefined;
  /** An address of this machine that agents reach, for sites. Default: 127.0.0.1. */
  contentAddress?: string | undefined;
  /** Where secrets come from. Default: nowhere. */
  env?: Readonly<Record<string, string | undefined>> | undefined;
  onEvent?: ((event: AppEvent) => void) | undefined;
  /** Where metrics are served for Prometheus: a port of 127.0.0.1, or host:port. Default: nowhere. */
  metrics?: string | undefined;
  clock?: Clock | undefined;
  /** Milliseconds since the epoch when the clock stood at zero. Default: as it is now. */
  epochMs?: number | undefined;
  random?: (() => number) | undefined;
}

export interface OpenScheduler {
  scheduler: AppScheduler;
  http: HttpClient;
  /** By the names of their apps. */
  sites: ReadonlyMap<string, ServedSite>;
  /** The app as it can be run: its site is served, by a command that does so. @throws ConfigError SITE_UNUSABLE */
  prepare: (app: AppSpec) => Promise<AppSpec>;
  frameworkName: string;
  /** Where its metrics are, if they are served. */
  metricsUrl?: string | undefined;
  /** Whether there was something of an earlier run. */
  resumed: boolean;
  /** Frees everything; the framework lives on for its failover timeout. May be called again. */
  close: () => Promise<void>;
}

/** How long masters keep the framework's tasks while no scheduler is there: long if one can find them again, else short. */
const FAILOVER_SECONDS = { stored: 7 * 24 * 3600, unstored: 60 };

/** Subscribes at once. @throws ConfigError, MesosUpError FRAMEWORK_STORE_UNUSABLE, METRICS_ADDRESS_UNUSABLE */
export async function openScheduler(options: OpenSchedulerOptions): Promise<OpenScheduler> {
  const { clock = systemClock, random = Math.random, frameworkName, env = {}, onEvent = () => undefined } = options;
  const store = options.frameworkStore ?? new MemoryFrameworkStore();
  const stored = await store.load();
  const known = Object.entries(stored ?? {}).flatMap(([key, value]) =>
    key.startsWith("app/") ? [(value as AppState).spec] : [],
  );
  const apps = [...known, ...(options.apps ?? [])];
  // Libraries that few need.
  const served =
    options.metrics === undefined
      ? undefined
      : await (await import("./metrics/serve-metrics.ts")).serveMetrics(options.metrics);
  const http = new HttpClient(options.connection);
  const leader = leaderDetector(options.master, { http, clock });
  const sites = new Sites(options.contentAddress ?? "127.0.0.1");
  for (const app of options.apps ?? []) await sites.serve(app);
  // Of a site that is gone, or is on another scheduler's machine, tasks run on; none is launched.
  for (const app of known)
    await sites.serve(app).catch((error: unknown) => onEvent({ type: "note", message: messageOf(error) }));
  const scheduler = new AppScheduler({
    frameworkInfo: frameworkInfoOf(options, apps),
    leader,
    http,
    store,
    stored,
    clock,
    epochMs: options.epochMs ?? Date.now() - clock.nowMs(),
    random,
    lost: options.lost,
    siteUri: (app) => sites.served.get(app)?.uri,
    secret: (name) => env[name],
    onEvent,
    meter: served?.meter,
  });
  const free = async () => {
    await scheduler.close();
    await leader[Symbol.asyncDispose]();
    await http.close();
    await sites[Symbol.asyncDispose]();
    await served?.[Symbol.asyncDispose]();
  };
  let closed: Promise<void> | undefined;
  const close = () => (closed ??= free());
  const metricsUrl = served?.url;
  return {
    ...{ scheduler, http, sites: sites.served, frameworkName, metricsUrl, close },
    resumed: stored !== undefined,
    async prepare(app) {
      await sites.serve(app);
      return servedByNginx(app);
    },
  };
}

function frameworkInfoOf(options: OpenSchedulerOptions, apps: readonly AppSpec[]): FrameworkInfo {
  const roles = [...new Set(apps.map(({ role }) => role))];
  const { principal } = options.connection?.credentials ?? {};
  return {
    // Masters refuse a framework of another principal than the one that its calls come from.
    ...(principal !== undefined && { principal }),
    user: options.user ?? currentUser(),
    name: options.frameworkName,
    roles: roles.length === 0 ? ["*"] : roles,
    checkpoint: true,
    failover_timeout: options.frameworkStore === undefined ? FAILOVER_SECONDS.unstored : FAILOVER_SECONDS.stored,
    capabilities: [
      { type: "MULTI_ROLE" },
      { type: "PARTITION_AWARE" },
      ...(apps.some(({ gpus }) => gpus > 0) ? [GPUS] : []),
    ],
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
