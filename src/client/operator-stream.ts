// What happens on a cluster: the event stream of the v1 operator API at the leading master (docs/operator-http-api.md:
// SUBSCRIBE). It comes back by itself when the stream breaks, falls silent or another master leads.
import type { OperatorEvent, OperatorState } from "../mesos/operator-events.ts";
import { OPERATOR_PATH } from "../mesos/scheduler-api.ts";
import { apiError } from "./api-errors.ts";
import { backoffMs } from "./backoff.ts";
import { systemClock, type Clock } from "./clock.ts";
import { readEvents } from "./event-records.ts";
import { readAll, type HttpClient } from "./http.ts";
import type { LeaderDetector } from "./leader-detector.ts";
import { JSON_HEADERS } from "./subscribe.ts";
import { FIRST_EVENT_LIMIT_MS, loseWithLeader, MISSED_HEARTBEATS, reasonToSubscribeAgain } from "./subscription.ts";

export type OperatorNews =
  /** Nobody leads so far. */
  | { kind: "waiting"; reason: string }
  /** From now on events come; what happened before is only in the state. `master` is http://host:port. */
  | { kind: "subscribed"; master: string; state: OperatorState }
  | { kind: "event"; event: Exclude<OperatorEvent, { type: "SUBSCRIBED" | "HEARTBEAT" }> }
  /** What happens until the next `subscribed` is not told. */
  | { kind: "lost"; reason: string };

export interface OperatorStreamOptions {
  leader: LeaderDetector;
  http: HttpClient;
  /** Aborting it ends the stream, without an error. */
  signal: AbortSignal;
  onNews: (news: OperatorNews) => void;
  clock?: Clock;
  random?: () => number;
}

const RECONNECT = { firstMs: 40, maxMs: 2000 };

/**
 * Tells news until the signal is aborted.
 * @throws MesosApiError where a master refuses for good, as one that wants to know who asks.
 */
export async function followOperatorEvents(options: OperatorStreamOptions): Promise<void> {
  const { signal, onNews, clock = systemClock, random = Math.random } = options;
  const ended = (): boolean => signal.aborted;
  let attempt = 0;
  let told: string | undefined;
  while (!ended()) {
    const reason = await oneSubscription({ ...options, clock }, () => {
      attempt = 0;
      told = undefined;
    }).catch((error: unknown) => (ended() ? "" : reasonToSubscribeAgain(error)));
    if (ended()) return;
    // A master that is down is asked often; to hear of it once is enough.
    if (reason !== told) onNews({ kind: "lost", reason });
    told = reason;
    await clock.sleep(backoffMs(attempt++, RECONNECT, random), signal).catch(() => undefined);
  }
}

/** From the search for the leader to the end of the stream, which is returned as a reason. */
async function oneSubscription(
  { leader, http, signal, onNews, clock }: OperatorStreamOptions & { clock: Clock },
  onSubscribed: () => void,
): Promise<string> {
  const master = await leader.find(signal, (reason) => onNews({ kind: "waiting", reason }));
  const lost = new AbortController();
  const within = AbortSignal.any([signal, lost.signal]);
  void loseWithLeader(leader, { master, lost, signal: within });
  try {
    const { url, body } = await openStream(http, master, within);
    let silenceLimitMs = FIRST_EVENT_LIMIT_MS;
    const limits = { clock, signal: within, silenceLimitMs: () => silenceLimitMs };
    for await (const event of readEvents<OperatorEvent>(body, limits)) {
      if (event.type === "SUBSCRIBED") {
        const { get_state: state = {}, heartbeat_interval_seconds: seconds = 15 } = event.subscribed;
        silenceLimitMs = seconds * 1000 * MISSED_HEARTBEATS;
        onSubscribed();
        onNews({ kind: "subscribed", master: new URL(url).origin, state });
      } else if (event.type !== "HEARTBEAT") onNews({ kind: "event", event });
    }
    return `${master} closed the stream.`;
  } finally {
    lost.abort();
  }
}

async function openStream(http: HttpClient, master: string, signal: AbortSignal) {
  const body = JSON.stringify({ type: "SUBSCRIBE" });
  const answer = await http.open({ method: "POST", url: master + OPERATOR_PATH, headers: JSON_HEADERS, body, signal });
  if (answer.status === 200) return answer;
  const text = (await readAll(answer.body)).toString("utf8");
  throw apiError("SUBSCRIBE", new URL(answer.url).origin, { status: answer.status, body: text });
}
