// The framework itself: one app, one task, spoken in scheduler calls and events. What becomes of the task is decided by
// the state machine in task-lifecycle.ts, which offer is taken by match-offers.ts; here is when to say what to the master.
import { randomBytes } from "node:crypto";
import type { Clock } from "../client/clock.ts";
import { UnreachableError } from "../client/http.ts";
import type { HttpClient } from "../client/http.ts";
import type { LeaderDetector } from "../client/leader-detector.ts";
import { SchedulerStream } from "../client/scheduler-stream.ts";
import type { SubscriptionState } from "../client/scheduler-stream.ts";
import { MesosApiError, MesosUpError } from "../errors.ts";
import type { SchedulerCall, SchedulerEvent } from "../mesos/scheduler-api.ts";
import type { FrameworkInfo, Offer, TaskStatus } from "../mesos/types.ts";
import type { AppSpec } from "./app-spec.ts";
import type { FrameworkStore, StoredFramework } from "./framework-store.ts";
import { matchOffers } from "./match-offers.ts";
import type { Match, Mismatch } from "./match-offers.ts";
import { placementOf } from "./placement.ts";
import type { Placement } from "./placement.ts";
import { taskInfo } from "./task-info.ts";
import { nextPhase } from "./task-lifecycle.ts";
import type { LifecycleInput, TaskPhase } from "./task-lifecycle.ts";

/** What happens on the way, for whoever shows it. */
export type AppEvent =
  | { type: "subscription"; state: SubscriptionState }
  | { type: "mismatch"; mismatches: Mismatch[] }
  | { type: "launched"; placement: Placement }
  | { type: "status"; status: TaskStatus }
  | { type: "note"; message: string };

export interface AppSchedulerOptions {
  app: AppSpec;
  frameworkInfo: FrameworkInfo;
  leader: LeaderDetector;
  http: HttpClient;
  store: FrameworkStore;
  /** As it was when this scheduler last ran. */
  stored: StoredFramework | undefined;
  siteUri: string | undefined;
  clock: Clock;
  random: () => number;
  onEvent: (event: AppEvent) => void;
}

/** For offers that nobody wants any more: a week. */
const REFUSE_FOR_GOOD_SECONDS = 7 * 24 * 3600;

/** For offers that do not do yet: the agent may have more free soon. */
const REFUSE_FOR_NOW_SECONDS = 1;

/** Offers may be rescinded while they are being accepted; more often than this is something else. */
const MAX_LAUNCHES = 4;

const SURE_CALL_LIMIT_MS = 10_000;
const SURE_CALL_RETRY_MS = 50;

export class AppScheduler {
  readonly #options: AppSchedulerOptions;
  readonly #stream: SchedulerStream;
  readonly #mismatches = new Map<string, Mismatch>();
  readonly #watchers = new Set<() => void>();
  readonly #underway = new Set<Promise<void>>();
  readonly #over: Promise<void>;
  #phase: TaskPhase = "waiting";
  #placement: Placement | undefined;
  #status: TaskStatus | undefined;
  #acceptedAtMs: number | undefined;
  #master = "";
  #obstacle: string | undefined;
  #launches = 0;
  #failure: Error | undefined;

  /** Subscribes at once. */
  constructor(options: AppSchedulerOptions) {
    this.#options = options;
    this.#placement = options.stored?.placement;
    // Whether it was launched at all is for the reconciliation to tell.
    if (this.#placement !== undefined) this.#phase = "launched";
    this.#stream = new SchedulerStream({
      ...options,
      frameworkId: options.stored?.frameworkId,
      onState: (state) => this.#onSubscription(state),
    });
    this.#over = this.#run();
  }

  get phase(): TaskPhase {
    return this.#phase;
  }

  get frameworkId(): string | undefined {
    return this.#stream.frameworkId;
  }

  get subscription(): SubscriptionState {
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

  get placement(): Placement | undefined {
    return this.#placement;
  }

  /** The newest status of the task. */
  get status(): TaskStatus | undefined {
    return this.#status;
  }

  /** When ACCEPT was sent, on the clock; undefined if that was in an earlier run. */
  get acceptedAtMs(): number | undefined {
    return this.#acceptedAtMs;
  }

  /** Why each agent that made an offer does not do. */
  get mismatches(): Mismatch[] {
    return [...this.#mismatches.values()];
  }

  /**
   * What `look` gives, as soon as that is something; it is asked after every change.
   * @throws what ended the subscription, or the signal's reason.
   */
  until<T>(look: (scheduler: this) => T | undefined, signal?: AbortSignal): Promise<T> {
    return new Promise((resolve, reject) => {
      const settle = (outcome: () => void) => {
        this.#watchers.delete(check);
        signal?.removeEventListener("abort", check);
        outcome();
      };
      const check = () => {
        const found = look(this);
        if (found !== undefined) settle(() => resolve(found));
        else if (signal?.aborted) settle(() => reject(signal.reason as Error));
        else if (this.#failure !== undefined) {
          const failure = this.#failure;
          settle(() => reject(failure));
        }
      };
      this.#watchers.add(check);
      signal?.addEventListener("abort", check);
      check();
    });
  }

  /** Asks the master to end the task, as often as it takes to be heard. */
  async kill(signal?: AbortSignal): Promise<void> {
    this.#advance({ type: "kill" });
    if (this.#phase === "killing") await this.#callSurely(this.#killCall(), signal);
  }

  /** Waits until every call has its answer: acknowledgements too, which nobody else waits for. */
  async settled(): Promise<void> {
    await Promise.all(this.#underway);
  }

  /** Ends the framework with all that is its own, and forgets it. */
  async teardown(signal?: AbortSignal): Promise<void> {
    await this.settled();
    await this.#callSurely({ type: "TEARDOWN" }, signal);
    this.#stream.close();
    await this.#options.store.clear();
  }

  /** Ends the subscription; the framework lives on for its failover timeout. */
  async close(): Promise<void> {
    this.#stream.close();
    await this.#over;
  }

  async #run(): Promise<void> {
    try {
      for await (const event of this.#stream.events()) await this.#handle(event);
      this.#fail(new MesosUpError("The scheduler was closed.", { code: "SCHEDULER_CLOSED" }));
    } catch (error) {
      this.#fail(error);
    }
    this.#changed();
  }

  #onSubscription(state: SubscriptionState): void {
    if (state.name === "subscribed") {
      this.#master = state.master;
      this.#obstacle = undefined;
    }
    if (state.name === "detecting") this.#obstacle = state.waitingFor ?? this.#obstacle;
    if (state.name === "disconnected") this.#obstacle = state.reason;
    this.#tell({ type: "subscription", state });
  }

  async #handle(event: SchedulerEvent): Promise<void> {
    switch (event.type) {
      case "SUBSCRIBED":
        await this.#onSubscribed(event.subscribed.framework_id.value);
        break;
      case "OFFERS":
        await this.#onOffers(event.offers.offers);
        break;
      case "UPDATE":
        this.#onUpdate(event.update.status);
        break;
      case "RESCIND":
        // No offer is ever held: it is taken or declined as it comes.
        this.#note(`offer ${event.rescind.offer_id.value} was rescinded`);
        break;
      case "FAILURE":
        this.#note(`agent ${event.failure.agent_id?.value ?? "unknown"} failed`);
        break;
      default:
        break;
    }
    this.#changed();
  }

  async #onSubscribed(frameworkId: string): Promise<void> {
    await this.#save(frameworkId);
    if (this.#phase === "waiting") return;
    // Updates may have been missed, and the master does not keep what was said to an earlier subscription.
    this.#call({ type: "SUPPRESS" });
    if (this.#placement === undefined || this.#phase === "ended") return;
    const { taskId, agentId } = this.#placement;
    const task = { task_id: { value: taskId }, agent_id: { value: agentId } };
    this.#call({ type: "RECONCILE", reconcile: { tasks: [task] } });
    if (this.#phase === "killing") this.#call(this.#killCall());
  }

  async #onOffers(offers: readonly Offer[]): Promise<void> {
    if (this.#phase !== "waiting") {
      this.#decline(offers, REFUSE_FOR_GOOD_SECONDS);
      return;
    }
    const { app, random } = this.#options;
    const result = matchOffers(app, offers, random);
    if (result.match !== undefined) {
      await this.#launch(result.match);
      const others = offers.filter((offer) => offer !== result.match.offer);
      this.#decline(others, REFUSE_FOR_GOOD_SECONDS);
      this.#call({ type: "SUPPRESS" });
      return;
    }
    for (const mismatch of result.mismatches) this.#mismatches.set(mismatch.agentId, mismatch);
    this.#tell({ type: "mismatch", mismatches: result.mismatches });
    this.#decline(offers, REFUSE_FOR_NOW_SECONDS);
  }

  async #launch(match: Match): Promise<void> {
    const { app, clock, siteUri } = this.#options;
    const taskId = `${app.name}.${randomBytes(4).toString("hex")}`;
    this.#placement = placementOf(match, taskId);
    this.#launches++;
    this.#advance({ type: "launch" });
    await this.#save(this.#stream.frameworkId ?? "");
    this.#acceptedAtMs = clock.nowMs();
    const accept: SchedulerCall = {
      type: "ACCEPT",
      accept: {
        offer_ids: [match.offer.id],
        operations: [{ type: "LAUNCH", launch: { task_infos: [taskInfo(app, match, { taskId, siteUri })] } }],
        filters: { refuse_seconds: REFUSE_FOR_GOOD_SECONDS },
      },
    };
    this.#call(accept, (error) => this.#onAcceptFailed(error));
    this.#tell({ type: "launched", placement: this.#placement });
  }

  #onAcceptFailed(error: unknown): void {
    // Without an answer nobody knows whether it was taken; the next subscription's reconciliation tells.
    if (error instanceof UnreachableError) return;
    if (isPassing(error)) this.#advance({ type: "launch-refused" });
    else this.#fail(error);
    this.#changed();
  }

  #onUpdate(status: TaskStatus): void {
    this.#acknowledge(status);
    if (status.task_id.value !== this.#placement?.taskId) return;
    this.#status = status;
    this.#tell({ type: "status", status });
    this.#advance({ type: "status", status });
  }

  #acknowledge({ uuid, agent_id: agentId, task_id: taskId }: TaskStatus): void {
    if (uuid === undefined || agentId === undefined) return;
    this.#call({ type: "ACKNOWLEDGE", acknowledge: { agent_id: agentId, task_id: taskId, uuid } });
  }

  #advance(input: LifecycleInput): void {
    const before = this.#phase;
    this.#phase = nextPhase(before, input);
    if (before === "waiting" || this.#phase !== "waiting") return;
    // Launched in vain: another offer is wanted, and those refused until now are wanted back.
    if (this.#launches < MAX_LAUNCHES) this.#call({ type: "REVIVE" });
    else this.#fail(launchedInVain(this.#options.app, this.#launches, this.#status));
  }

  #fail(error: unknown): void {
    this.#failure ??= error instanceof Error ? error : new Error(String(error));
  }

  #decline(offers: readonly Offer[], refuseSeconds: number): void {
    if (offers.length === 0) return;
    const offerIds = offers.map(({ id }) => id);
    this.#call({ type: "DECLINE", decline: { offer_ids: offerIds, filters: { refuse_seconds: refuseSeconds } } });
  }

  #killCall(): SchedulerCall {
    const { taskId = "", agentId = "" } = this.#placement ?? {};
    return { type: "KILL", kill: { task_id: { value: taskId }, agent_id: { value: agentId } } };
  }

  /** Sends a call without waiting for its answer, so that the next event is not kept waiting either. */
  #call(call: SchedulerCall, onFailure?: (error: unknown) => void): void {
    const answered = this.#stream.call(call).catch((error: unknown) => {
      // What was lost is said again when it matters: updates come again until acknowledged, offers are rescinded.
      this.#note(error instanceof Error ? error.message : String(error));
      onFailure?.(error);
    });
    this.#underway.add(answered);
    void answered.finally(() => this.#underway.delete(answered));
  }

  /** Sends a call until the master has taken it, over new subscriptions if need be. */
  async #callSurely(call: SchedulerCall, signal?: AbortSignal): Promise<void> {
    const { clock } = this.#options;
    const deadlineMs = clock.nowMs() + SURE_CALL_LIMIT_MS;
    for (;;) {
      try {
        await this.#stream.call(call);
        return;
      } catch (error) {
        if (this.#stream.state.name === "closed") throw this.#failure ?? error;
        if (!isPassing(error) || clock.nowMs() > deadlineMs) throw error;
        await clock.sleep(SURE_CALL_RETRY_MS, signal);
      }
    }
  }

  async #save(frameworkId: string): Promise<void> {
    await this.#options.store.save({ frameworkId, ...(this.#placement && { placement: this.#placement }) });
  }

  #note(message: string): void {
    this.#tell({ type: "note", message });
  }

  #tell(event: AppEvent): void {
    this.#options.onEvent(event);
    this.#changed();
  }

  #changed(): void {
    for (const watcher of [...this.#watchers]) watcher();
  }
}

/** There is no subscription at the moment, or nobody answers, or soon somebody will. */
function isPassing(error: unknown): boolean {
  if (error instanceof MesosApiError) return error.retryable || error.subscriptionLost;
  return error instanceof UnreachableError || (error instanceof MesosUpError && error.code === "NOT_SUBSCRIBED");
}

function launchedInVain(app: AppSpec, launches: number, status: TaskStatus | undefined): MesosUpError {
  const why = status === undefined ? "" : `; the last time: ${status.state}, ${status.message ?? "no message"}`;
  return new MesosUpError(`The app ${app.name} was launched ${launches} times in vain${why}.`, {
    code: "LAUNCHED_IN_VAIN",
    hint: "See in the master's log why it did not take the launches, and whether agents come and go.",
  });
}
