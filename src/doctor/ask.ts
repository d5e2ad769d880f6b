// One question with a time limit. Whatever comes of it is an answer: a part that hangs is a finding, not an error.
import { UnreachableError } from "../client/http.ts";
import { MesosApiError } from "../errors.ts";
import type { Answer } from "./facts.ts";

export interface AskOptions {
  limitMs: number;
  /** When all questions are over, by `nowMs`: one that comes late has so much less time. */
  untilMs?: number | undefined;
  signal: AbortSignal;
  nowMs: () => number;
}

/** Whoever is asked last has this long all the same: most answer at once. */
const LEAST_MS = 100;

/**
 * Asks, and gives up after the limit even where the question goes on.
 * @throws the signal's reason, and nothing else
 */
export async function ask<T>(question: (signal: AbortSignal) => Promise<T>, options: AskOptions): Promise<Answer<T>> {
  const { signal, nowMs, untilMs = Infinity } = options;
  signal.throwIfAborted();
  const begunMs = nowMs();
  const limitMs = Math.min(options.limitMs, Math.max(LEAST_MS, Math.round(untilMs - begunMs)));
  const limit = AbortSignal.timeout(limitMs);
  const within = AbortSignal.any([signal, limit]);
  try {
    const value = await Promise.race([question(within), rejectedBy(within)]);
    return { kind: "answered", value, tookMs: nowMs() - begunMs };
  } catch (error) {
    signal.throwIfAborted();
    const tookMs = nowMs() - begunMs;
    if (limit.aborted) return { kind: "silent", said: `no answer within ${limitMs} ms`, tookMs };
    return { kind: isRefusal(error) ? "refused" : "failed", said: sentence(error), tookMs };
  }
}

function rejectedBy(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    signal.addEventListener("abort", () => reject(signal.reason as Error), { once: true });
  });
}

function isRefusal(error: unknown): boolean {
  return error instanceof UnreachableError && /ECONNREFUSED/.test(`${error.message} ${String(error.cause)}`);
}

function sentence(error: unknown): string {
  if (error instanceof MesosApiError)
    return `it answered ${error.status}: ${error.body.trim().slice(0, 200).replace(/\.$/, "")}`;
  return error instanceof Error ? error.message.replace(/\.$/, "") : String(error);
}
