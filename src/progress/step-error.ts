// What a step throws: whatever went wrong, as an error that a user can read.
import { MesosUpError, StepError } from "../errors.ts";
import { OutOfTime } from "./time-limit.ts";

interface FailedStep {
  id: string;
  title: string;
  logTail?: (() => string | Promise<string>) | undefined;
  /** The last message of its progress, where it told any. */
  lastProgress?: string | undefined;
}

const failedSteps = new WeakMap<object, { id: string; title: string }>();

/** The step that an error came out of, for reports; undefined for errors from elsewhere. */
export function failedStep(error: unknown): { id: string; title: string } | undefined {
  return typeof error === "object" && error !== null ? failedSteps.get(error) : undefined;
}

/** Of steps within steps, the innermost is kept: it says most. */
export function rememberFailedStep(error: Error, step: { id: string; title: string }): void {
  if (!failedSteps.has(error)) failedSteps.set(error, step);
}

/** A MesosUpError as it is, anything else as STEP_TIMEOUT or STEP_FAILED with the log of what was waited for. */
export async function stepError(thrown: unknown, step: FailedStep, elapsedMs: number): Promise<MesosUpError> {
  if (thrown instanceof MesosUpError) return thrown;
  const cause = thrown instanceof OutOfTime ? thrown.cause : thrown;
  const details = {
    step: step.id,
    elapsedMs,
    logTail: await readLogTail(step),
    ...(cause === undefined ? {} : { cause }),
  };
  if (thrown instanceof OutOfTime) {
    return new StepError(`${thrown.message}${missing(cause, step)}`, {
      ...details,
      code: "STEP_TIMEOUT",
      hint: (cause instanceof MesosUpError ? cause.hint : undefined) ?? hintFor(details.logTail),
    });
  }
  return new StepError(`"${step.title}" failed: ${thrown instanceof Error ? thrown.message : String(thrown)}`, {
    ...details,
    code: "STEP_FAILED",
    hint: "Run the command again with --debug to see where this came from.",
  });
}

/**
 * What was still missing, and the stop. What aborted work throws is mostly the echo of the abort, but an error of ours says
 * it; else what the step told last is the best that is known.
 */
function missing(cause: unknown, { lastProgress }: FailedStep): string {
  if (cause instanceof MesosUpError) return `: ${cause.message}`;
  return lastProgress === undefined ? "." : `; last heard: ${lastProgress.replace(/\.$/, "")}.`;
}

function hintFor(logTail: string): string {
  const patience = "on a slow machine, give it more time with --timeout.";
  return logTail === "" ? `See what keeps it busy; ${patience}` : `The last log lines may tell why; ${patience}`;
}

/** Evidence must not get in the way of the error that it belongs to. */
async function readLogTail({ logTail }: FailedStep): Promise<string> {
  try {
    return (await logTail?.()) ?? "";
  } catch {
    return "";
  }
}
