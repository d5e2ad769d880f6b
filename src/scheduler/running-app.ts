// The handle on an app that runs: verify it, kill it, take its framework down, or leave it running.
import { withTimeLimit } from "../client/clock.ts";
import type { Clock } from "../client/clock.ts";
import type { HttpClient } from "../client/http.ts";
import { MesosUpError, StepError } from "../errors.ts";
import type { TaskFailedError } from "../errors.ts";
import { parseUserDurationMs } from "../mesos/duration.ts";
import type { TaskStatus } from "../mesos/types.ts";
import type { AppScheduler } from "./app-scheduler.ts";
import { DEFAULT_VERIFY } from "./app-spec.ts";
import type { AppSpec } from "./app-spec.ts";
import type { Instance } from "./core/instance.ts";
import { instancesOf } from "./core/state.ts";
import { checkHttp } from "./http-check.ts";
import type { HttpCheckResult } from "./http-check.ts";
import type { Placement } from "./placement.ts";
import type { ServedSite } from "./site.ts";
import { readStderrTail, taskFailure } from "./task-failure.ts";

export interface RunningTask extends Placement {
  frameworkId: string;
  frameworkName: string;
  /** URL of the leading master. */
  master: string;
  /** As Mesos calls it; docker's name for it is `mesos-` and this. Empty if the agent does not say. */
  containerId: string;
  /** When ACCEPT was sent, on the clock (by default: milliseconds since the process started). Absent if it was found again. */
  acceptedAtMs?: number;
  /** When TASK_RUNNING was seen, on the same clock. */
  runningAtMs: number;
}

interface Parts {
  /** Of its first instance, when it began to run. */
  first: RunningTask;
  app: AppSpec;
  scheduler: AppScheduler;
  http: HttpClient;
  site: ServedSite | undefined;
  clock: Clock;
  /** Frees everything that the scheduler used. */
  close: () => Promise<void>;
}

const KILL_TIMEOUT_MS = 60_000;
const STDERR_LIMIT_MS = 2000;

/** An app that runs. Disposing of it tears its framework down. */
export class RunningApp implements AsyncDisposable {
  readonly #parts: Parts;
  #closed = false;

  constructor(parts: Parts) {
    this.#parts = parts;
  }

  get app(): AppSpec {
    return this.#parts.app;
  }

  /** The task of its first instance; of an app that is kept running it may be another one every time. */
  get running(): RunningTask {
    return this.tasks[0] ?? this.#parts.first;
  }

  /** Of every instance that runs now. */
  get tasks(): RunningTask[] {
    const { app, first, scheduler } = this.#parts;
    return instancesOf(scheduler.state, app.name).flatMap(({ state, task, containerId = "" }) => {
      if (state !== "running" || task === undefined) return [];
      if (task.taskId === first.taskId) return [first];
      const { frameworkId, frameworkName, runningAtMs } = first;
      return [{ ...task, frameworkId, frameworkName, master: scheduler.master, containerId, runningAtMs }];
    });
  }

  /**
   * Asks over HTTP until the app answers as its `verify` says, and with the site's index page if it has a site. Should
   * another task take the place of the one that is asked, that one is asked.
   * @throws HttpCheckError, TaskFailedError if the task ends for good meanwhile, the signal's reason.
   */
  async verify(options: { timeoutMs?: number; signal?: AbortSignal } = {}): Promise<HttpCheckResult> {
    for (;;) {
      const result = await this.#verifyTask(this.running, options);
      if (result !== "moved") return result;
    }
  }

  async #verifyTask(
    task: RunningTask,
    options: { timeoutMs?: number; signal?: AbortSignal },
  ): Promise<HttpCheckResult | "moved"> {
    const { app, clock, site, scheduler } = this.#parts;
    const verify = app.verify ?? DEFAULT_VERIFY;
    const over = new AbortController();
    const signal = options.signal === undefined ? over.signal : AbortSignal.any([over.signal, options.signal]);
    const check = checkHttp({
      url: this.#url(task, verify),
      expect: {
        status: verify.status,
        headers: verify.headers,
        bodyContains: verify.body_contains,
        bodyEquals: verify.path === "/" ? site?.indexPage : undefined,
      },
      timeoutMs: options.timeoutMs ?? parseUserDurationMs(verify.timeout),
      signal,
      clock,
    });
    const moved = scheduler.until(
      () => (this.tasks.length > 0 && this.running.taskId !== task.taskId ? ("moved" as const) : undefined),
      signal,
    );
    try {
      return await Promise.race([check, moved, this.#failed(signal)]);
    } catch (error) {
      // What was seen until then says more than that it was aborted.
      if (options.signal?.aborted) await check;
      throw error;
    } finally {
      over.abort();
      for (const one of [check, moved]) one.catch(() => undefined);
    }
  }

  /** The status that the task ended with for good, whenever that is. */
  ended(signal?: AbortSignal): Promise<TaskStatus> {
    const { scheduler, app } = this.#parts;
    return scheduler.until(() => endStatus(scheduler, app.name), signal);
  }

  /**
   * Resolves when the task has finished of its own accord.
   * @throws TaskFailedError if it ends in any other state, the signal's reason.
   */
  async finished(signal?: AbortSignal): Promise<TaskStatus> {
    const status = await this.ended(signal);
    if (status.state === "TASK_FINISHED") return status;
    throw await this.#failureOf(status);
  }

  /**
   * Kills the task and waits for its end.
   * @throws StepError KILL_TIMEOUT, the signal's reason.
   */
  async kill(options: { timeoutMs?: number; signal?: AbortSignal } = {}): Promise<TaskStatus> {
    const { scheduler, clock, app } = this.#parts;
    const limitMs = options.timeoutMs ?? KILL_TIMEOUT_MS;
    const work = async (signal: AbortSignal) => {
      await scheduler.command({ name: "remove", app: app.name });
      const status = await this.ended(signal);
      await scheduler.settled();
      return status;
    };
    const late = () =>
      new StepError(`The task ${this.running.taskId} had not ended ${limitMs / 1000} s after KILL.`, {
        code: "KILL_TIMEOUT",
        step: "kill",
        elapsedMs: limitMs,
        hint: "See in the agent's log what it waits for; a shorter kill_grace_period ends it sooner.",
      });
    return await withTimeLimit(work, { clock, limitMs, signal: options.signal, late });
  }

  /** Tears the framework down, with its task if that still runs, and frees everything. May be called again. */
  async teardown(signal?: AbortSignal): Promise<void> {
    if (this.#closed) return;
    try {
      await this.#parts.scheduler.teardown(signal);
    } finally {
      await this.detach();
    }
  }

  /** Frees everything and leaves the task running, for as long as the framework's failover timeout lasts. */
  async detach(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    await this.#parts.close();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.teardown();
  }

  #failureOf(status: TaskStatus): Promise<TaskFailedError> {
    const { app, first, http, scheduler } = this.#parts;
    const placement = scheduler.state.instances.get(`${app.name}.1`)?.lastTask ?? first;
    return failureOf(status, http, { frameworkId: first.frameworkId, placement });
  }

  #url({ address, hostPorts }: RunningTask, { port, path }: { port: number; path: string }): string {
    const hostPort = hostPorts[port];
    if (hostPort === undefined) {
      throw new MesosUpError(`The app ${this.#parts.app.name} has no port that could be asked over HTTP.`, {
        code: "NOTHING_TO_VERIFY",
        hint: "Name a port in the app's ports.",
      });
    }
    return `http://${address.includes(":") ? `[${address}]` : address}:${hostPort}${path}`;
  }

  /** Never resolves: rejects once the task has ended. */
  async #failed(signal: AbortSignal): Promise<never> {
    const status = await this.ended(signal);
    throw await this.#failureOf(status);
  }
}

/** For `until`: the status that the app ended with, once no task of it follows: of one that failed, if any did. */
export function endStatus(scheduler: AppScheduler, app: string): TaskStatus | undefined {
  const instances = instancesOf(scheduler.state, app);
  const over = ({ state }: Instance) => state === "finished" || state === "gave-up";
  if (!instances.every(over)) return undefined;
  const failed = instances.find(({ state }) => state === "gave-up") ?? instances[0];
  return scheduler.statusOf(failed?.id ?? `${app}.1`);
}

/** The error for a task that ended, with the tail of its stderr. */
export async function failureOf(
  status: TaskStatus,
  http: HttpClient,
  { frameworkId, placement }: { frameworkId: string; placement: Placement | undefined },
): Promise<TaskFailedError> {
  const signal = AbortSignal.timeout(STDERR_LIMIT_MS);
  const tail = placement === undefined ? "" : await readStderrTail(http, { placement, frameworkId, signal });
  return taskFailure(status, tail);
}
