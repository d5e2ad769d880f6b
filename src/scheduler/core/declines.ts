// Offers that are not used go back, and surely so: without --offer_timeout a master lets a framework hold them for ever.
import { wantIfRefusedLate } from "./demand.ts";
import type { CallOutcome } from "./inputs.ts";
import type { PendingCall } from "./state.ts";
import type { Turn } from "./turn.ts";

const DECLINE_AGAIN_MS = 1000;

/** `sinceMs` is when it was first said. */
export function decline(turn: Turn, offerIds: string[], refuseSeconds: number, sinceMs = turn.nowMs): void {
  turn.call(
    {
      type: "DECLINE",
      decline: { offer_ids: offerIds.map((value) => ({ value })), filters: { refuse_seconds: refuseSeconds } },
    },
    { for: "decline", offerIds, refuseSeconds, sinceMs },
  );
}

export function onDeclineAnswer(
  turn: Turn,
  { offerIds, refuseSeconds, sinceMs }: Extract<PendingCall, { for: "decline" }>,
  outcome: CallOutcome,
): void {
  if (outcome.name !== "lost") wantIfRefusedLate(turn, sinceMs);
  else if (turn.state.subscribed)
    turn.state.declines.push({ offerIds, refuseSeconds, sinceMs, nextMs: turn.nowMs + DECLINE_AGAIN_MS });
}

/** To be asked after everything else of a turn. */
export function declineAgain(turn: Turn): void {
  const { state, nowMs } = turn;
  if (state.declines.length === 0 || !state.subscribed) return;
  const due = state.declines.filter(({ nextMs }) => nextMs <= nowMs);
  state.declines = state.declines.filter(({ nextMs }) => nextMs > nowMs);
  for (const { offerIds, refuseSeconds, sinceMs } of due) decline(turn, offerIds, refuseSeconds, sinceMs);
  for (const { nextMs } of state.declines) turn.wakeAt(nextMs);
}
