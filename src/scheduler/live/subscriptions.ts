// A framework's subscriptions, one after the other: each follows the one before when that has ended for good because the
// master has removed the framework.
import type { Clock } from "../../client/clock.ts";
import type { HttpClient } from "../../client/http.ts";
import type { LeaderDetector } from "../../client/leader-detector.ts";
import { SchedulerStream } from "../../client/scheduler-stream.ts";
import type { SubscriptionState } from "../../client/scheduler-stream.ts";
import { MesosUpError } from "../../errors.ts";
import type { OfferConstraints } from "../../mesos/offer-constraints.ts";
import type { SchedulerCall, SchedulerEvent } from "../../mesos/scheduler-api.ts";
import type { FrameworkInfo } from "../../mesos/types.ts";

export interface SubscriptionsOptions {
  /** Asked before every SUBSCRIBE. */
  frameworkInfo: () => FrameworkInfo;
  leader: LeaderDetector;
  http: HttpClient;
  clock: Clock;
  random: () => number;
  /** Asked before every subscription but those that a stream makes by itself. */
  frameworkId: () => string | undefined;
  /** Which agents are to be offered. */
  offerConstraints: () => OfferConstraints;
  onState: (state: SubscriptionState) => void;
  onEvent: (event: SchedulerEvent) => void;
  /** The master has given up the framework that was subscribed; `frameworkId` must not give its ID any more. */
  onRemoved: () => void;
}

/** What a master says to a framework that it has removed, or that has ended before. */
const REMOVED = /Framework has been removed|completed/i;

/** Of a SUBSCRIBE whose offer constraints it cannot keep. */
const CONSTRAINTS_REFUSED = /offer constraints/i;

/** What a SUBSCRIBE has told a master of the framework. */
export interface ToldMaster {
  frameworkInfo?: FrameworkInfo | undefined;
  offerConstraints?: OfferConstraints | undefined;
}

export class Subscriptions {
  readonly #options: SubscriptionsOptions;
  #stream: SchedulerStream;
  #closed = false;
  #master = "";
  #obstacle: string | undefined;
  #told: ToldMaster = {};
  #tellsConstraints = true;

  constructor(options: SubscriptionsOptions) {
    this.#options = options;
    this.#stream = this.#newStream();
  }

  get state(): SubscriptionState {
    return this.#stream.state;
  }

  /** Why there is no subscription, as far as that is known. */
  get obstacle(): string | undefined {
    return this.#obstacle;
  }

  /** URL of the master that was subscribed to last, empty before the first. */
  get master(): string {
    return this.#master;
  }

  /** What the last SUBSCRIBE said. */
  get told(): ToldMaster {
    return this.#told;
  }

  /** Subscribes, again and again. Resolves when it is closed. @throws what ended the subscription for good */
  async run(): Promise<void> {
    // As a function, since neither linter nor compiler believes that the answer changes.
    const ended = () => this.#closed;
    while (!ended()) {
      await this.#subscription();
      if (!ended()) this.#stream = this.#newStream();
    }
  }

  /** @throws MesosApiError, UnreachableError, MesosUpError NOT_SUBSCRIBED */
  call(call: SchedulerCall): Promise<void> {
    return this.#stream.call(call);
  }

  /** Ends the subscription for another one, which says what there is to say of the framework now. */
  resubscribe(): void {
    this.#stream.close();
  }

  close(): void {
    this.#closed = true;
    this.#stream.close();
  }

  #newStream(): SchedulerStream {
    const { frameworkInfo, leader, http, clock, random, frameworkId, offerConstraints } = this.#options;
    return new SchedulerStream({
      ...{ leader, http, clock, random },
      frameworkId: frameworkId(),
      frameworkInfo: () => (this.#told = { ...this.#told, frameworkInfo: frameworkInfo() }).frameworkInfo,
      offerConstraints: () => {
        this.#told = { ...this.#told, offerConstraints: this.#tellsConstraints ? offerConstraints() : undefined };
        return this.#told.offerConstraints;
      },
      onState: (state) => this.#onState(state),
    });
  }

  /** Until the stream is closed, or the master has given the framework up and another one is to be registered. */
  async #subscription(): Promise<void> {
    try {
      for await (const event of this.#stream.events()) this.#options.onEvent(event);
    } catch (error) {
      const refused = error instanceof MesosUpError && error.code === "FRAMEWORK_REFUSED" ? error.message : "";
      if (this.#tellsConstraints && CONSTRAINTS_REFUSED.test(refused)) {
        this.#tellsConstraints = false;
        return;
      }
      if (!REMOVED.test(refused) || this.#options.frameworkId() === undefined) throw error;
      this.#options.onRemoved();
    }
  }

  #onState(state: SubscriptionState): void {
    if (state.name === "subscribed") {
      this.#master = state.master;
      this.#obstacle = undefined;
    }
    if (state.name === "detecting") this.#obstacle = state.waitingFor ?? this.#obstacle;
    if (state.name === "disconnected") this.#obstacle = state.reason;
    this.#options.onState(state);
  }
}
