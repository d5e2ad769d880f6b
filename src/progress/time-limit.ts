// Work that is given a signal, and what becomes of it when that is aborted: from outside, or by a time limit.
import type { Clock } from "./clock.ts";

export interface TimeLimit {
  timeoutMs: number;
  /** What happened, for the error; a sentence without its stop. */
  message: string;
}

/** The limit was reached. `cause` is what the work threw when it was aborted. */
export class OutOfTime extends Error {
  override readonly name = "OutOfTime";
}

export interface Limits {
  clock: Clock;
  signal: AbortSignal | undefined;
  limit: TimeLimit | undefined;
  /** How long aborted work is waited for. */
  graceMs: number;
}

/**
 * What `work` gives, if it is not aborted first. Aborted by the limit: OutOfTime; by the signal: the signal's reason. Both
 * are thrown when the work has ended or the grace is over, whichever is first.
 */
export async function withinLimits<T>(limits: Limits, work: (signal: AbortSignal) => Promise<T> | T): Promise<T> {
  const { clock, signal, limit, graceMs } = limits;
  signal?.throwIfAborted();
  const own = new AbortController();
  const either = signal === undefined ? own.signal : AbortSignal.any([signal, own.signal]);
  const timer = limit && clock.after(limit.timeoutMs, () => own.abort());
  const working = (async () => work(either))();
  const late = afterAbort(either, { clock, graceMs });
  try {
    const result = await Promise.race([working, late.promise]);
    if (!either.aborted) return result as T;
  } catch (cause) {
    if (!either.aborted) throw cause;
    if (!signal?.aborted) throw new OutOfTime(limit?.message, { cause });
  } finally {
    timer?.cancel();
    late.cancel();
    // Whoever awaits it has been told already.
    working.catch(() => undefined);
  }
  signal?.throwIfAborted();
  throw new OutOfTime(limit?.message);
}

/** Resolves some time after the abort. */
function afterAbort(
  signal: AbortSignal,
  { clock, graceMs }: Pick<Limits, "clock" | "graceMs">,
): { promise: Promise<void>; cancel(): void } {
  let cancel = (): void => undefined;
  const promise = new Promise<void>((resolve) => {
    const onAbort = (): void => {
      const timer = clock.after(graceMs, resolve);
      cancel = () => timer.cancel();
    };
    signal.addEventListener("abort", onAbort, { once: true });
    cancel = () => signal.removeEventListener("abort", onAbort);
  });
  return { promise, cancel: () => cancel() };
}
