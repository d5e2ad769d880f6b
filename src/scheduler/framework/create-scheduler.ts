// A scheduler for frameworks of one's own: it finds the leading master, subscribes and stays subscribed; what to do with
// offers and updates is up to handlers.
import { userInfo } from "node:os";
import { HttpClient } from "../../client/http.ts";
import { leaderDetector } from "../../client/leader.ts";
import { SchedulerStream } from "../../client/scheduler-stream.ts";
import type { SubscriptionState } from "../../client/scheduler-stream.ts";
import type { OfferConstraints } from "../../mesos/offer-constraints.ts";
import type { SchedulerEvent } from "../../mesos/scheduler-api.ts";
import type { FrameworkInfo, InverseOffer, Offer, TaskStatus } from "../../mesos/types.ts";
import { SchedulerCalls } from "./calls.ts";

export interface CreateSchedulerOptions {
  /** zk://host:port,host:port/path, host:port of masters, or one URL. */
  master: string | readonly string[];
  /** Of the framework, as people see it (mesos.proto, FrameworkInfo.name). */
  name: string;
  /** Of an earlier subscription: the framework goes on where it was, with its tasks (mesos.proto, FrameworkInfo.id). */
  frameworkId?: string;
  /** Whom tasks run as. Default: the user of this process (mesos.proto, FrameworkInfo.user). */
  user?: string;
  /** Default: ["*"] (mesos.proto, FrameworkInfo.roles). */
  roles?: string[];
  /** How long its tasks run on while no scheduler is subscribed, in seconds. Default: 0 (mesos.proto, FrameworkInfo.failover_timeout). */
  failoverTimeoutSeconds?: number;
  /** Everything else of FrameworkInfo, over what is said here. */
  frameworkInfo?: Partial<FrameworkInfo>;
  /** Which agents are to be offered (scheduler.proto, OfferConstraints; Mesos 1.11). */
  offerConstraints?: OfferConstraints;
  /** Hears of every step towards a subscription and away from it. */
  onState?: (state: SubscriptionState) => void;
  /** Aborting it ends `run` and `events` with its reason. */
  signal?: AbortSignal;
}

/** What a framework does about each event (scheduler.proto, Event; docs/scheduler-http-api.md, "Events"). One at a time. */
export interface SchedulerHandlers {
  /** SUBSCRIBED, again with every new subscription: the moment to reconcile (docs/reconciliation.md). */
  subscribed?: (frameworkId: string) => Promise<void> | void;
  /** OFFERS: to be accepted or declined; an offer that is kept is held from everybody else (mesos.proto, Offer). */
  offers?: (offers: Offer[]) => Promise<void> | void;
  /** RESCIND: the offer is not there any more (scheduler.proto, Event.Rescind). */
  rescind?: (offerId: string) => Promise<void> | void;
  /** UPDATE: acknowledged when the handler is done; if it throws, the agent says it again (mesos.proto, TaskStatus). */
  update?: (status: TaskStatus) => Promise<void> | void;
  /** INVERSE_OFFERS: an operator wants agents back (docs/maintenance.md). */
  inverseOffers?: (offers: InverseOffer[]) => Promise<void> | void;
  /** RESCIND_INVERSE_OFFER: as it was before (scheduler.proto, Event.RescindInverseOffer). */
  rescindInverseOffer?: (offerId: string) => Promise<void> | void;
  /** MESSAGE of an executor (scheduler.proto, Event.Message). */
  message?: (message: { executorId: string; agentId: string; data: Buffer }) => Promise<void> | void;
  /** FAILURE of an agent, or of an executor on it (scheduler.proto, Event.Failure). */
  failure?: (failure: { agentId?: string; executorId?: string; status?: number }) => Promise<void> | void;
}

/**
 * Subscribes when `run` or `events` is called.
 * @throws ConfigError if `master` cannot be read
 */
export function createScheduler(options: CreateSchedulerOptions): Scheduler {
  return new Scheduler(options);
}

/** A framework's scheduler; `createScheduler` makes one. */
export class Scheduler extends SchedulerCalls implements AsyncDisposable {
  readonly #stream: SchedulerStream;
  readonly #release: () => Promise<void>;
  #tornDown = false;

  /** @throws ConfigError */
  constructor(options: CreateSchedulerOptions) {
    const http = new HttpClient();
    const leader = leaderDetector(options.master, { http });
    const { frameworkId, offerConstraints, onState, signal } = options;
    const stream = new SchedulerStream({
      ...{ leader, http, frameworkId, signal },
      frameworkInfo: infoOf(options),
      ...(offerConstraints && { offerConstraints: () => offerConstraints }),
      ...(onState && { onState }),
    });
    super((call) => stream.call(call));
    this.#stream = stream;
    this.#release = async () => {
      await leader[Symbol.asyncDispose]();
      await http.close();
    };
  }

  /** As the master gave it; undefined before the first subscription. */
  get frameworkId(): string | undefined {
    return this.#stream.frameworkId;
  }

  /** Where the subscription stands. */
  get state(): SubscriptionState {
    return this.#stream.state;
  }

  /**
   * Every event but heartbeats, to be read by one loop, in which nothing is acknowledged by itself. A connection that
   * breaks, a master that falls silent and another one that leads are seen to.
   * @throws MesosApiError, MesosUpError FRAMEWORK_REFUSED, the signal's reason
   */
  events(): AsyncGenerator<SchedulerEvent, void, undefined> {
    return this.#stream.events();
  }

  /**
   * Handles events until `close` or `teardown`. Offers that nobody handles are declined, updates are acknowledged.
   * @throws as `events`, and what a handler throws
   */
  async run(handlers: SchedulerHandlers): Promise<void> {
    for await (const event of this.events()) await this.#handle(event, handlers);
  }

  /** TEARDOWN: ends the framework with all of its tasks (scheduler.proto, Call.Type TEARDOWN), and this scheduler. */
  async teardown(): Promise<void> {
    await this.call({ type: "TEARDOWN" });
    this.#tornDown = true;
    this.close();
  }

  /** Ends the subscription; the framework lives on for its failover timeout. */
  close(): void {
    this.#stream.close();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.close();
    await this.#release();
  }

  async #handle(event: SchedulerEvent, handlers: SchedulerHandlers): Promise<void> {
    switch (event.type) {
      case "SUBSCRIBED":
        await handlers.subscribed?.(event.subscribed.framework_id.value);
        return;
      case "OFFERS": {
        const { offers } = event.offers;
        await (handlers.offers === undefined ? this.decline(offers) : handlers.offers(offers));
        return;
      }
      case "RESCIND":
        await handlers.rescind?.(event.rescind.offer_id.value);
        return;
      case "UPDATE":
        await handlers.update?.(event.update.status);
        // A framework that has ended has nothing to acknowledge.
        if (!this.#tornDown) await this.acknowledge(event.update.status);
        return;
      case "INVERSE_OFFERS":
        await handlers.inverseOffers?.(event.inverse_offers.inverse_offers);
        return;
      case "RESCIND_INVERSE_OFFER":
        await handlers.rescindInverseOffer?.(event.rescind_inverse_offer.inverse_offer_id.value);
        return;
      case "MESSAGE": {
        const { executor_id: executor, agent_id: agent, data } = event.message;
        const message = { executorId: executor.value, agentId: agent.value, data: Buffer.from(data, "base64") };
        await handlers.message?.(message);
        return;
      }
      case "FAILURE": {
        const { agent_id: agent, executor_id: executor, status } = event.failure;
        await handlers.failure?.({
          ...(agent && { agentId: agent.value }),
          ...(executor && { executorId: executor.value }),
          ...(status !== undefined && { status }),
        });
        return;
      }
      case "ERROR":
      case "HEARTBEAT":
        return;
    }
  }
}

function infoOf({ name, user, roles, failoverTimeoutSeconds, frameworkInfo }: CreateSchedulerOptions): FrameworkInfo {
  return {
    user: user ?? userInfo().username,
    name,
    roles: roles ?? ["*"],
    checkpoint: true,
    failover_timeout: failoverTimeoutSeconds ?? 0,
    capabilities: [{ type: "MULTI_ROLE" }, { type: "PARTITION_AWARE" }],
    ...frameworkInfo,
  };
}
