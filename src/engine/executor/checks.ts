// Health checks and checks of a task: by HTTP, TCP or a command, at an interval, as docs/health-checks.md has them.
import type { HealthCheck, TaskInfo } from "../../mesos/types.ts";
import type { Clock, Timer } from "../common/clock.ts";
import { type CheckKind, type CheckResult, probe } from "./probe.ts";
import type { TaskRun } from "./task-run.ts";

export interface Checks {
  stop: () => void;
}

/** A check whose result is reported, whatever it is (mesos.proto, `CheckInfo`). */
interface CheckInfo extends CheckKind {
  type?: "COMMAND" | "HTTP" | "TCP";
  delay_seconds?: number;
  interval_seconds?: number;
  timeout_seconds?: number;
}

export interface ChecksOptions {
  task: TaskInfo;
  run: TaskRun;
  clock: Clock;
  environment: Record<string, string>;
  /** Told when the health changes, and at every failure. `killing`: that was one failure too many. */
  onHealth: (healthy: boolean, killing: boolean) => void;
  /** Told when the result changes. */
  onCheck: (status: unknown) => void;
}

const statusOf = (kind: string, fields: object) => ({ type: kind, [kind.toLowerCase()]: fields });

/** What is told of a task's check before it has a result; undefined for a task without a check. */
export function emptyCheckStatus({ check }: TaskInfo): object | undefined {
  return check === undefined ? undefined : statusOf((check as CheckInfo).type ?? "COMMAND", {});
}

const DEFAULTS = { delay: 15, interval: 10, timeout: 20, grace: 10, failures: 3 };

/** Starts what the task asks for; without checks there is nothing to stop. */
export function startChecks(options: ChecksOptions): Checks {
  const { task } = options;
  const running = [
    ...(task.health_check === undefined ? [] : [watchHealth(task.health_check, options)]),
    ...(task.check === undefined ? [] : [watchCheck(task.check as CheckInfo, options)]),
  ];
  return { stop: () => running.forEach((one) => one()) };
}

function watchHealth(check: HealthCheck, options: ChecksOptions): () => void {
  const { onHealth } = options;
  let healthy: boolean | undefined;
  let failures = 0;
  // The grace period begins with the first check, and ends early with the first success.
  let inGrace = true;
  const graceMs = milliseconds(check.grace_period_seconds, DEFAULTS.grace);
  const grace = options.clock.after(graceMs, () => (inGrace = false));
  const stop = repeat(check, check, options, ({ ok }) => {
    if (ok) {
      failures = 0;
      inGrace = false;
      if (healthy !== true) onHealth(true, false);
      healthy = true;
      return;
    }
    if (inGrace && healthy === undefined) return;
    failures += 1;
    healthy = false;
    onHealth(false, failures >= (check.consecutive_failures ?? DEFAULTS.failures));
  });
  return () => {
    grace.cancel();
    stop();
  };
}

function watchCheck(check: CheckInfo, options: ChecksOptions): () => void {
  const kind = check.type ?? "COMMAND";
  let last = JSON.stringify(emptyCheckStatus(options.task));
  const report = (fields: Record<string, unknown>): void => {
    const status = statusOf(kind, fields);
    const text = JSON.stringify(status);
    if (text !== last) options.onCheck(status);
    last = text;
  };
  return repeat(check, check, options, (result) => report(result.fields));
}

/** Probes after the delay and then at the interval, the next one never before the last has ended. Returns how to stop. */
function repeat(
  timing: { delay_seconds?: number; interval_seconds?: number; timeout_seconds?: number },
  kind: CheckKind & { type?: "COMMAND" | "HTTP" | "TCP" },
  options: ChecksOptions,
  onResult: (result: CheckResult) => void,
): () => void {
  let stopped = false;
  let next: Timer | undefined;
  const again = (delayMs: number): void => {
    if (stopped) return; // By what was made of the last result.
    next = options.clock.after(delayMs, () => {
      const timeoutMs = milliseconds(timing.timeout_seconds, DEFAULTS.timeout);
      void probe(kind, { run: options.run, environment: options.environment, timeoutMs }).then((result) => {
        if (stopped) return;
        onResult(result);
        again(milliseconds(timing.interval_seconds, DEFAULTS.interval));
      });
    });
  };
  again(milliseconds(timing.delay_seconds, DEFAULTS.delay));
  return () => {
    stopped = true;
    next?.cancel();
  };
}

const milliseconds = (seconds: number | undefined, fallback: number): number => (seconds ?? fallback) * 1000;
