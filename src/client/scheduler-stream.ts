// A framework's subscription to the leading master: one endless stream of events, and calls on connections of their own
// (docs/scheduler-http-api.md). It comes back by itself when the stream breaks, falls silent or another master leads.
import { MesosUpError } from "../errors.ts";
import type { OfferConstraints } from "../mesos/offer-constraints.ts";
import { SCHEDULER_PATH } from "../mesos/scheduler-api.ts";
import type { SchedulerCall, SchedulerEvent } from "../mesos/scheduler-api.ts";
import type { FrameworkInfo } from "../mesos/types.ts";
import { apiError } from "./api-errors.ts";
import { backoffMs } from "./backoff.ts";
import { systemClock } from "./clock.ts";
import type { Clock } from "./clock.ts";
import { readEvents } from "./event-records.ts";
import type { HttpClient } from "./http.ts";
import type { LeaderDetector } from "./leader-detector.ts";
import { callHeaders, subscribe } from "./subscribe.ts";
import { FIRST_EVENT_LIMIT_MS, loseWithLeader, MISSED_HEARTBEATS, reasonToSubscribeAgain } from "./subscription.ts";

export type SubscriptionState =
  /** Nothing has been asked of the stream yet. */
  | { name: "idle" }
  /** The leading master is being looked for; `waitingFor` says what is in the way, if anything. */
  | { name: "detecting"; waitingFor?: string }
  /** SUBSCRIBE has been sent to `master`; its SUBSCRIBED has not come yet. */
  | { name: "subscribing"; master: string }
  /** Events flow, and calls are taken. */
  | { name: "subscribed"; master: string; frameworkId: string }
  /** The stream is gone; after a wait the leading master is looked for again. */
  | { name: "disconnected"; reason: string; retryInMs: number }
  /** For good: `close` was called, or the master refuses this framework. */
  | { name: "closed" };

export interface SchedulerStreamOptions {
  leader: LeaderDetector;
  http: HttpClient;
  /** A function is asked before every SUBSCRIBE. */
  frameworkInfo: FrameworkInfo | (() => FrameworkInfo);
  /** Of an earlier subscription that is to be taken up again. */
  frameworkId?: string | undefined;
  suppressedRoles?: string[];
  /** Asked before every SUBSCRIBE: which agents are to be offered (Mesos 1.11; others take no notice). */
  offerConstraints?: () => OfferConstraints | undefined;
  /** Aborting it ends the stream with its reason. */
  signal?: AbortSignal | undefined;
  onState?: (state: SubscriptionState) => void;
  clock?: Clock;
  random?: () => number;
}

const RECONNECT = { firstMs: 40, maxMs: 5000 };

const CALL_LIMIT_MS = 10_000;

export class SchedulerStream implements AsyncDisposable {
  readonly #options: SchedulerStreamOptions;
  readonly #clock: Clock;
  readonly #random: () => number;
  readonly #closing = new AbortController();
  readonly #signal: AbortSignal;
  #state: SubscriptionState = { name: "idle" };
  #frameworkId: string | undefined;
  /** Of the subscription at hand; aborting `lost` makes the stream subscribe again. */
  #current: { master: string; streamId: string; lost: AbortController } | undefined;

  constructor(options: SchedulerStreamOptions) {
    this.#options = options;
    this.#clock = options.clock ?? systemClock;
    this.#random = options.random ?? Math.random;
    this.#frameworkId = options.frameworkId;
    this.#signal =
      options.signal === undefined ? this.#closing.signal : AbortSignal.any([options.signal, this.#closing.signal]);
  }

  get state(): SubscriptionState {
    return this.#state;
  }

  /** As the master gave it with the first SUBSCRIBED, or as it was taken up again. */
  get frameworkId(): string | undefined {
    return this.#frameworkId;
  }

  /**
   * Every event but heartbeats, to be read by one loop. SUBSCRIBED comes again with every new subscription: that is the
   * moment to reconcile. Ends when the stream is closed.
   * @throws MesosApiError where a master refuses the subscription for good, MesosUpError FRAMEWORK_REFUSED for an ERROR
   * event, or the signal's reason.
   */
  async *events(): AsyncGenerator<SchedulerEvent, void, undefined> {
    // As a function, since neither linter nor compiler believes that the answer changes.
    const ended = () => this.#signal.aborted;
    try {
      let attempt = 0;
      while (!ended()) {
        const reason = yield* this.#subscription(() => (attempt = 0));
        if (ended()) break;
        const retryInMs = backoffMs(attempt++, RECONNECT, this.#random);
        this.#enter({ name: "disconnected", reason, retryInMs });
        if (await this.#sleepUntilChange(retryInMs)) attempt = 0;
      }
      if (!this.#closing.signal.aborted) this.#signal.throwIfAborted();
    } finally {
      this.#enter({ name: "closed" });
    }
  }

  /**
   * Sends one call of the subscribed framework; its ID is filled in.
   * @throws MesosApiError, UnreachableError. If the subscription turns out to be lost, a new one is already on its way.
   */
  async call(call: SchedulerCall): Promise<void> {
    const current = this.#current;
    if (current === undefined || this.#frameworkId === undefined) {
      throw new MesosUpError(`${call.type} was not sent: the framework is not subscribed.`, {
        code: "NOT_SUBSCRIBED",
        hint: "Wait for the next SUBSCRIBED event.",
      });
    }
    const { http } = this.#options;
    const answer = await http.request({
      method: "POST",
      url: current.master + SCHEDULER_PATH,
      headers: callHeaders(current),
      body: JSON.stringify({ framework_id: { value: this.#frameworkId }, ...call }),
      timeoutMs: CALL_LIMIT_MS,
      // Another master does not know this stream.
      followRedirects: false,
    });
    if (answer.status < 300) return;
    const error = apiError(call.type, current.master, { status: answer.status, body: answer.body.toString("utf8") });
    if (error.subscriptionLost) current.lost.abort(error);
    throw error;
  }

  /** Ends the loop over `events`. Whether the framework lives on is then up to its failover timeout. */
  close(): void {
    this.#closing.abort();
  }

  [Symbol.asyncDispose](): Promise<void> {
    this.close();
    return Promise.resolve();
  }

  /** One subscription from its beginning to its end, which is returned as a reason if it is worth another attempt. */
  async *#subscription(onSubscribed: () => void): AsyncGenerator<SchedulerEvent, string, undefined> {
    const lost = new AbortController();
    const signal = AbortSignal.any([this.#signal, lost.signal]);
    try {
      this.#enter({ name: "detecting" });
      const leading = await this.#options.leader.find(signal, (waitingFor) =>
        this.#enter({ name: "detecting", waitingFor }),
      );
      this.#enter({ name: "subscribing", master: leading });
      const { master, streamId, records } = await subscribe(this.#options.http, leading, this.#subscribeCall(), {
        signal,
      });
      void loseWithLeader(this.#options.leader, { master: leading, lost, signal });
      let silenceLimitMs = FIRST_EVENT_LIMIT_MS;
      for await (const event of readEvents(records, {
        clock: this.#clock,
        signal,
        silenceLimitMs: () => silenceLimitMs,
      })) {
        if (event.type === "HEARTBEAT") continue;
        if (event.type === "SUBSCRIBED") {
          const { framework_id: id, heartbeat_interval_seconds: intervalSeconds = 15 } = event.subscribed;
          silenceLimitMs = intervalSeconds * 1000 * MISSED_HEARTBEATS;
          this.#frameworkId = id.value;
          this.#current = { master, streamId, lost };
          this.#enter({ name: "subscribed", master, frameworkId: id.value });
          onSubscribed();
        }
        if (event.type === "ERROR") throw refused(event.error.message);
        yield event;
      }
      return `${master} closed the stream`;
    } catch (error) {
      if (this.#signal.aborted) return "closed";
      return reasonToSubscribeAgain(lost.signal.aborted ? lost.signal.reason : error);
    } finally {
      this.#current = undefined;
      lost.abort();
    }
  }

  #subscribeCall(): Extract<SchedulerCall, { type: "SUBSCRIBE" }> {
    const { frameworkInfo: info, suppressedRoles } = this.#options;
    const frameworkInfo = typeof info === "function" ? info() : info;
    const constraints = this.#options.offerConstraints?.();
    const id = this.#frameworkId === undefined ? undefined : { value: this.#frameworkId };
    return {
      type: "SUBSCRIBE",
      ...(id && { framework_id: id }),
      subscribe: {
        framework_info: { ...frameworkInfo, ...(id && { id }) },
        ...(suppressedRoles && { suppressed_roles: suppressedRoles }),
        ...(constraints && { offer_constraints: constraints }),
      },
    };
  }

  /** Until the time is up, the stream is closed, or another master leads: that is told, for it deserves a fresh start. */
  async #sleepUntilChange(durationMs: number): Promise<boolean> {
    const over = new AbortController();
    const signal = AbortSignal.any([this.#signal, over.signal]);
    const timeUp = this.#clock.sleep(durationMs, signal).then(() => false);
    const changed = this.#options.leader.changed(signal).then(
      () => true,
      () => timeUp,
    );
    try {
      return await Promise.race([timeUp, changed]);
    } catch {
      return false;
    } finally {
      over.abort();
    }
  }

  #enter(state: SubscriptionState): void {
    this.#state = state;
    this.#options.onState?.(state);
  }
}

/** After an ERROR the master has dropped the framework, or another scheduler has taken it over. */
function refused(message: string): MesosUpError {
  return new MesosUpError(`The master refuses the framework: ${message}.`, {
    code: "FRAMEWORK_REFUSED",
    hint: "Start anew without the stored framework ID, or stop the other scheduler that uses it.",
  });
}
