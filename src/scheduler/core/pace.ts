// How long, how often, how soon: every time that the core goes by and no app file sets.
import { backoffMs } from "../../client/backoff.ts";

/** Offers that nobody wants, while offers are suppressed anyhow: a week. */
export const REFUSE_UNWANTED_SECONDS = 7 * 24 * 3600;

/** Offers that do not do: their agent is offered again when more of it is free, or when something is launched anew. */
const REFUSE_UNFIT_SECONDS = 60;

/** Spread, so that not all agents come back in the same moment. */
export function refuseUnfitSeconds(random: () => number): number {
  return Math.round(REFUSE_UNFIT_SECONDS * (0.75 + random() / 2));
}

export const REVIVE_INTERVAL_MS = 1000;

/** Without any word of a task for so long after its ACCEPT, the master is asked. */
export const LAUNCH_SILENCE_MS = 30_000;

/** Between two rounds of reconciliation while answers are missing (docs/reconciliation.md: truncated, exponential). */
export function reconcileAgainMs(attempt: number, random: () => number): number {
  return backoffMs(attempt, { firstMs: 2000, maxMs: 60_000 }, random);
}

const RECONCILE_PERIOD_MS = 10 * 60_000;

/** Between two reconciliations when all is quiet. */
export function reconcilePeriodMs(random: () => number): number {
  return RECONCILE_PERIOD_MS * (0.75 + random() / 2);
}

/**
 * After a subscription, before another look at all that the master knows; Infinity when the regular ones will do. Agents take
 * their time to register with a new master: most a few seconds, some all of `--agent_reregister_timeout` (10 minutes), of
 * whose end the master tells by itself.
 */
export function lookAgainMs(looks: number, random: () => number): number {
  const fullMs = 5000 * 2 ** looks;
  return fullMs > RECONCILE_PERIOD_MS ? Infinity : fullMs * (0.75 + random() / 2);
}

/** The same while a task is out of sight: a master that was not there when it was lost does not tell that it is back. */
export function reconcileUnseenMs(random: () => number): number {
  return 60_000 * (0.75 + random() / 2);
}

/** Between two KILLs of a task whose end nobody has heard of. */
export function killAgainMs(attempt: number, random: () => number): number {
  return backoffMs(attempt, { firstMs: 10_000, maxMs: 120_000 }, random);
}

const DROPPED_AT_ONCE = 3;

/** After launches that came to nothing through nobody's fault: the first few are repeated at once. */
export function droppedBackoffMs(attempt: number, random: () => number): number {
  return attempt < DROPPED_AT_ONCE ? 0 : backoffMs(attempt - DROPPED_AT_ONCE, { firstMs: 500, maxMs: 30_000 }, random);
}

/** An agent is not used any more when its maintenance is nearer than this. */
export const MAINTENANCE_LEAD_MS = 3600_000;
