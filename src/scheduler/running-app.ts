// The handle on an app's running task: verify it, kill it, take its framework down, or leave it running.
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
  running: RunningTask;
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

/** A task that runs. Disposing of it tears its framework down. */
export class RunningApp implements AsyncDisposable {
  readonly running: RunningTask;
  readonly #parts: Parts;
  #closed = false;

  constructor(parts: Parts) {
    this.running = parts.running;
    this.#parts = parts;
  }

  /**
   * Asks over HTTP until the app answers as its `verify` says, and with the site's index page if it has a site.
   * @throws HttpCheckError, TaskFailedError if the task ends meanwhile, the signal's reason.
   */
  async verify(options: { timeoutMs?: number; signal?: AbortSignal } = {}): Promise<HttpCheckResult> {
    const { app, clock, site } = this.#parts;
    const verify = app.verify ?? DEFAULT_VERIFY;
    const over = new AbortController();
    const signal = options.signal === undefined ? over.signal : AbortSignal.any([over.signal, options.signal]);
    const check = checkHttp({
      url: this.#url(verify.port, verify.path),
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
    try {
      return await Promise.race([check, this.#failed(signal)]);
    } finally {
      over.abort();
      check.catch(() => undefined);
    }
  }

  /** The status that the task ended with, whenever that is. */
  ended(signal?: AbortSignal): Promise<TaskStatus> {
    return this.#parts.scheduler.until(endStatus, signal);
  }

  /**
   * Resolves when the task has finished of its own accord.
   * @throws TaskFailedError if it ends in any other state, the signal's reason.
   */
  async finished(signal?: AbortSignal): Promise<TaskStatus> {
    const status = await this.ended(signal);
    if (status.state === "TASK_FINISHED") return status;
    throw await failureOf(status, this.#parts.http, this.running);
  }

  /**
   * Kills the task and waits for its end.
   * @throws StepError KILL_TIMEOUT, the signal's reason.
   */
  async kill(options: { timeoutMs?: number; signal?: AbortSignal } = {}): Promise<TaskStatus> {
    const { scheduler, clock } = this.#parts;
    const limitMs = options.timeoutMs ?? KILL_TIMEOUT_MS;
    const work = async (signal: AbortSignal) => {
      await scheduler.kill(signal);
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

  #url(port: number, path: string): string {
    const { address, hostPorts } = this.running;
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
    throw await failureOf(status, this.#parts.http, this.running);
  }
}

/** For `until`: the status of a task that has ended. */
export function endStatus(scheduler: AppScheduler): TaskStatus | undefined {
  return scheduler.phase === "ended" ? scheduler.status : undefined;
}

/** The error for a task that ended, with the tail of its stderr. */
export async function failureOf(
  status: TaskStatus,
  http: HttpClient,
  where: Placement & { frameworkId: string },
): Promise<TaskFailedError> {
  const signal = AbortSignal.timeout(STDERR_LIMIT_MS);
  const { frameworkId } = where;
  return taskFailure(status, await readStderrTail(http, { placement: where, frameworkId, signal }));
}
