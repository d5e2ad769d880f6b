// A job in steps: each is announced, timed, kept within its time limit, and named in the error that ends it.
import { systemClock } from "./clock.ts";
import type { Clock } from "./clock.ts";
import type { ProgressSink, StepContext } from "./events.ts";
import { StepDropped } from "./step-dropped.ts";
import { rememberFailedStep, stepError } from "./step-error.ts";
import { withinLimits } from "./time-limit.ts";
import type { TimeLimit } from "./time-limit.ts";

export interface StepsOptions {
  sink: ProgressSink;
  /** Aborted when the whole job is to end, as by Ctrl-C; its reason is what running steps then throw. */
  signal?: AbortSignal | undefined;
  /** For all steps together, counted from here. */
  timeoutMs?: number | undefined;
  clock?: Clock;
}

export interface StepOptions {
  /** Short and stable, for programs: `zookeeper`. */
  id: string;
  /** For people: `ZooKeeper answers`. */
  title: string;
  timeoutMs?: number | undefined;
  /** Ends this step, with its reason, as the job's ends all. */
  signal?: AbortSignal | undefined;
  /** How long the work, once it is aborted, is waited for to take back what it has begun. Default: a second. */
  graceMs?: number | undefined;
  /** Last log lines of the component that the step waits for, asked for when it fails. */
  logTail?: (() => string | Promise<string>) | undefined;
}

export interface Steps {
  /**
   * Runs one step; any number may run at once. Throws what the work throws: a MesosUpError as it is, anything else as the
   * cause of a StepError STEP_FAILED. Past its own or the job's time limit the step's signal is aborted and StepError
   * STEP_TIMEOUT is thrown, which tells the last progress; work that is aborted gets a while to end in order. What ends
   * with StepDropped is skipped, not failed.
   */
  step: <T>(options: StepOptions, work: (context: StepContext) => Promise<T> | T) => Promise<T>;
}

const GRACE_MS = 1000;

export function createSteps({ sink, signal, timeoutMs, clock = systemClock }: StepsOptions): Steps {
  const startMs = clock.nowMs();
  const job = { sink, signal, timeoutMs, clock, atMs: () => clock.nowMs() - startMs };
  return { step: (options, work) => runStep(job, options, work) };
}

interface Job {
  sink: ProgressSink;
  signal: AbortSignal | undefined;
  timeoutMs: number | undefined;
  clock: Clock;
  /** Milliseconds since the job began. */
  atMs: () => number;
}

async function runStep<T>(job: Job, options: StepOptions, work: (context: StepContext) => Promise<T> | T): Promise<T> {
  const { id: step, title } = options;
  const startedMs = job.atMs();
  const times = () => ({ elapsedMs: job.atMs() - startedMs, atMs: job.atMs() });
  const outcome: Outcome = {};
  job.sink.emit({ type: "step-started", step, title, atMs: startedMs });
  try {
    const limits = {
      clock: job.clock,
      signal: eitherSignal(job.signal, options.signal),
      limit: timeLimit(job, options),
      graceMs: options.graceMs ?? GRACE_MS,
    };
    const result = await withinLimits(limits, (signal) => work(contextOf(job, step, signal, outcome)));
    if (outcome.skipped === undefined) {
      const detail = outcome.detail === undefined ? {} : { detail: outcome.detail };
      job.sink.emit({ type: "step-done", step, title, ...detail, ...times() });
    } else {
      job.sink.emit({ type: "step-skipped", step, title, detail: outcome.skipped, atMs: job.atMs() });
    }
    return result;
  } catch (thrown) {
    const { elapsedMs, atMs } = times();
    if (thrown instanceof StepDropped) {
      job.sink.emit({ type: "step-skipped", step, title, detail: thrown.message, atMs });
      throw thrown;
    }
    const error = await stepError(thrown, { ...options, lastProgress: outcome.lastProgress }, elapsedMs);
    rememberFailedStep(error, { id: step, title });
    job.sink.emit({ type: "step-failed", step, title, error, elapsedMs, atMs });
    throw error;
  }
}

function eitherSignal(one: AbortSignal | undefined, other: AbortSignal | undefined): AbortSignal | undefined {
  return one === undefined || other === undefined ? (one ?? other) : AbortSignal.any([one, other]);
}

/** The step's own limit or what is left of the job's, whichever ends first. */
function timeLimit(job: Job, { title, timeoutMs }: StepOptions): TimeLimit | undefined {
  const left = job.timeoutMs === undefined ? Infinity : Math.max(0, job.timeoutMs - job.atMs());
  if (timeoutMs !== undefined && timeoutMs <= left) {
    return { timeoutMs, message: `"${title}" was not done within ${seconds(timeoutMs)}` };
  }
  if (job.timeoutMs === undefined) return undefined;
  return {
    timeoutMs: left,
    message: `"${title}" was not done when the time limit of ${seconds(job.timeoutMs)} ran out`,
  };
}

function seconds(durationMs: number): string {
  return durationMs === 1000 ? "1 second" : `${durationMs / 1000} seconds`;
}

/** What a step has told of itself so far. */
interface Outcome {
  detail?: string;
  skipped?: string;
  lastProgress?: string;
}

function contextOf({ sink, atMs }: Job, step: string, signal: AbortSignal, outcome: Outcome): StepContext {
  return {
    signal,
    progress(message, fraction) {
      outcome.lastProgress = message;
      const known = fraction === undefined ? {} : { fraction };
      sink.emit({ type: "step-progress", step, message, ...known, atMs: atMs() });
    },
    note: (message) => sink.emit({ type: "step-note", step, message, atMs: atMs() }),
    detail: (text) => void (outcome.detail = text),
    skip: (reason) => void (outcome.skipped = reason),
  };
}
