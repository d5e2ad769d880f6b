// Work that goes on at once and is of use only as a whole: when one part fails the others are ended.
import { StepDropped } from "./step-dropped.ts";

/**
 * Runs both, each of which heeds its signal, and resolves when both are done. When one fails, steps of the other that run
 * end as skipped; the failure that came first is thrown once both have ended.
 */
export async function together<A, B>(
  one: (signal: AbortSignal) => Promise<A>,
  other: (signal: AbortSignal) => Promise<B>,
): Promise<[A, B]> {
  const failed = new AbortController();
  const endingOthers = async <T>(work: (signal: AbortSignal) => Promise<T>): Promise<T> => {
    try {
      return await work(failed.signal);
    } catch (error) {
      failed.abort(new StepDropped("ended because another step failed", error));
      throw error;
    }
  };
  const both = [endingOthers(one), endingOthers(other)] as const;
  await Promise.allSettled(both);
  if (failed.signal.aborted) throw (failed.signal.reason as StepDropped).cause;
  return Promise.all(both);
}
