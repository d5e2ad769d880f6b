// What subscriptions have in common, a framework's and an operator's: when they are given up, and when they are tried again.
import { MesosApiError, RecordIoError } from "../errors.ts";
import { UnreachableError } from "./http.ts";
import type { LeaderDetector } from "./leader-detector.ts";

/** Of the heartbeats that SUBSCRIBED promises. */
export const MISSED_HEARTBEATS = 3;

/** The first event comes at once; until then no interval of heartbeats is known. */
export const FIRST_EVENT_LIMIT_MS = 15_000;

/** Why a subscription that ended so is to be made again. @throws the error where that would end in the same way */
export function reasonToSubscribeAgain(error: unknown): string {
  const passes =
    error instanceof UnreachableError ||
    error instanceof RecordIoError ||
    (error instanceof MesosApiError && (error.retryable || error.subscriptionLost));
  if (!passes) throw error;
  return error.message;
}

/**
 * Aborts `lost` once another master leads: one that was cut off may keep its streams open for long, and ZooKeeper knows
 * sooner. Ends with the signal.
 */
export async function loseWithLeader(
  leader: LeaderDetector,
  { master, lost, signal }: { master: string; lost: AbortController; signal: AbortSignal },
): Promise<void> {
  try {
    await leader.changed(signal);
    lost.abort(new UnreachableError("Another master leads now.", { code: "LEADER_CHANGED", url: master }));
  } catch {
    // The subscription ended first, or nobody can tell: then the stream itself will.
  }
}
