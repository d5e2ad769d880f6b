// Offers that are not used go back, and surely so: without --offer_timeout a master lets a framework hold them for ever.
import type { CallOutcome } from "./inputs.ts";
import type { PendingCall } from "./state.ts";
import type { Turn } from "./turn.ts";

const DECLINE_AGAIN_MS = 1000;

export function decline(turn: Turn, offerIds: string[], refuseSeconds: number): void {
  turn.call(
    {
      type: "DECLINE",
      decline: { offer_ids: offerIds.map((value) => ({ value })), filters: { refuse_seconds: refuseSeconds } },
    },
    { for: "decline", offerIds, refuseSeconds },
  );
}

export function onDeclineAnswer(
  turn: Turn,
  { offerIds, refuseSeconds }: Extract<PendingCall, { for: "decline" }>,
  outcome: CallOutcome,
): void {
  if (outcome.name !== "lost" || !turn.state.subscribed) return;
  turn.state.declines.push({ offerIds, refuseSeconds, nextMs: turn.nowMs + DECLINE_AGAIN_MS });
}

/** To be asked after everything else of a turn. */
export function declineAgain(turn: Turn): void {
  const { state, nowMs } = turn;
  if (state.declines.length === 0 || !state.subscribed) return;
  const due = state.declines.filter(({ nextMs }) => nextMs <= nowMs);
  state.declines = state.declines.filter(({ nextMs }) => nextMs > nowMs);
  for (const { offerIds, refuseSeconds } of due) decline(turn, offerIds, refuseSeconds);
  for (const { nextMs } of state.declines) turn.wakeAt(nextMs);
}
