// The scheduler as it stands in the world: the core's decisions on a real clock, a real store and a real master. Nothing
// is decided here.
import { randomBytes } from "node:crypto";
import { withTimeLimit } from "../client/clock.ts";
import type { Clock } from "../client/clock.ts";
import type { HttpClient } from "../client/http.ts";
import type { LeaderDetector } from "../client/leader-detector.ts";
import { OperatorClient } from "../client/operator.ts";
import type { SubscriptionState } from "../client/scheduler-stream.ts";
import { MesosUpError, StepError } from "../errors.ts";
import type { SchedulerEvent } from "../mesos/scheduler-api.ts";
import type { FrameworkInfo, TaskStatus } from "../mesos/types.ts";
import type { AppEvent } from "./app-event.ts";
import { frameworkInfoOf } from "./core/framework-info.ts";
import type { Changes, Command, Input } from "./core/inputs.ts";
import { offerConstraintsOf } from "./core/offer-constraints.ts";
import { restoreState } from "./core/state.ts";
import type { SchedulerState } from "./core/state.ts";
import { step } from "./core/step.ts";
import type { FrameworkStore } from "./store/framework-store.ts";
import { inputOf } from "./live/inputs-of-events.ts";
import { seenAgents } from "./live/seen-agents.ts";
import { Performer } from "./live/performer.ts";
import { isLostLeadership, PersistentWriter } from "./live/persistent-writer.ts";
import { Subscriptions } from "./live/subscriptions.ts";
import { TaskNotes } from "./live/task-notes.ts";
import { WakeTimer } from "./live/wake-timer.ts";
import { Watchers } from "./live/watchers.ts";
import type { SchedulerMeter } from "./metrics/meter.ts";
import { Outbox } from "./outbox.ts";

export interface AppSchedulerOptions {
  frameworkInfo: FrameworkInfo;
  leader: LeaderDetector;
  http: HttpClient;
  store: FrameworkStore;
  /** Aborting it, as when another scheduler may lead, ends everything at once: nothing more is sent or stored. */
  lost?: AbortSignal | undefined;
  /** As it was when this scheduler last ran. */
  stored: Changes | undefined;
  clock: Clock;
  /** Milliseconds since the epoch when the clock stood at zero. */
  epochMs: number;
  random: () => number;
  /** Where agents fetch an app's site from. */
  siteUri: (app: string) => string | undefined;
  /** A secret out of the environment. */
  secret: (name: string) => string | undefined;
  onEvent: (event: AppEvent) => void;
  /** Counts what comes and goes, if that is asked for. */
  meter?: SchedulerMeter | undefined;
}

const AGENTS_LIMIT_MS = 2000;
const TEARDOWN_LIMIT_MS = 10_000;

export class AppScheduler {
  readonly state: SchedulerState;
  readonly #options: AppSchedulerOptions;
  readonly #writer: PersistentWriter;
  readonly #outbox: Outbox;
  readonly #watchers = new Watchers<this>(this);
  readonly #underway = new Set<Promise<unknown>>();
  readonly #closing = new AbortController();
  readonly #notes: TaskNotes;
  readonly #timer: WakeTimer;
  readonly #subscriptions: Subscriptions;
  readonly #over: Promise<void>;

  /** Subscribes at once. */
  constructor(options: AppSchedulerOptions) {
    this.#options = options;
    this.state = restoreState(options.frameworkInfo, options.stored);
    this.#notes = new TaskNotes(this.state);
    options.meter?.watch(this.state);
    this.#writer = new PersistentWriter({
      ...options,
      hasStored: options.stored !== undefined,
      closing: this.#closing.signal,
      onTrouble: (message) => this.#tell({ type: "note", message }),
    });
    this.#timer = new WakeTimer(options.clock, () => this.#feed({ type: "timer" }));
    this.#subscriptions = new Subscriptions({
      ...options,
      frameworkId: () => this.state.frameworkId,
      frameworkInfo: () => frameworkInfoOf(this.state),
      offerConstraints: () => offerConstraintsOf(this.state),
      onState: (state) => this.#onSubscription(state),
      onEvent: (event) => this.#onEvent(event),
      onRemoved: () => this.#feed({ type: "framework-removed" }),
    });
    const performer = new Performer({
      ...options,
      state: this.state,
      notes: this.#notes,
      subscriptions: this.#subscriptions,
      closing: this.#closing.signal,
      tell: (event) => this.#tell(event),
      feed: (input) => this.#feed(input),
      track: (work) => this.#track(work),
    });
    this.#outbox = new Outbox({
      write: (changes, done) => this.#track(this.#writer.write(changes).then((written) => written && done())),
      perform: (effect) => performer.perform(effect),
    });
    options.lost?.addEventListener("abort", this.#onLost);
    if (options.lost?.aborted) this.#onLost();
    this.#over = this.#run();
  }

  get frameworkId(): string | undefined {
    return this.state.frameworkId;
  }

  get subscription(): SubscriptionState {
    return this.#subscriptions.state;
  }

  /** Why there is no subscription, as far as that is known. */
  get obstacle(): string | undefined {
    return this.#subscriptions.obstacle;
  }

  /** URL of the master that was subscribed to last, empty before the first. */
  get master(): string {
    return this.#subscriptions.master;
  }

  /** The newest status of that instance's task, or of its last one. */
  statusOf(instance: string): TaskStatus | undefined {
    return this.#notes.statusOf(instance);
  }

  /** When ACCEPT was sent for that task, on the clock; undefined if that was in an earlier run, or it has ended. */
  acceptedAtMs(taskId: string): number | undefined {
    return this.#notes.acceptedAtMs(taskId);
  }

  /**
   * Has a command carried out; resolves when it is stored, so that it survives this process.
   * @throws MesosUpError APP_UNKNOWN, INSTANCE_UNKNOWN, APP_ENDING, FRAMEWORK_ENDING, FRAMEWORK_ENDED, SCHEDULER_CLOSED;
   * what ended the subscription
   */
  async command(command: Command): Promise<void> {
    this.#closing.signal.throwIfAborted();
    if (command.name !== "stop") {
      if (this.state.over) throw frameworkEnded();
      if (this.state.stopping) throw frameworkEnding();
    }
    this.#feed({ type: "command", command });
    let stored: true | undefined;
    this.#outbox.whenStored(() => {
      stored = true;
      this.#watchers.changed();
    });
    await this.until(() => stored);
  }

  /**
   * What `look` gives, as soon as that is something; it is asked after every change.
   * @throws what ended the subscription, or the signal's reason.
   */
  until<T>(look: (scheduler: this) => T | undefined, signal?: AbortSignal): Promise<T> {
    return this.#watchers.until(look, signal);
  }

  /**
   * Has the leading master say which agents there are, so that those are known that were never offered. Leaves it at what
   * is known if it does not answer.
   */
  async lookAtAgents(signal?: AbortSignal): Promise<void> {
    if (this.subscription.name !== "subscribed") return;
    const within = AbortSignal.any([...(signal ? [signal] : []), AbortSignal.timeout(AGENTS_LIMIT_MS)]);
    const agents = await seenAgents(new OperatorClient(this.#options.http, this.master), within).catch(() => undefined);
    if (agents !== undefined) this.#feed({ type: "agents", agents });
  }

  /** Waits until every call and every write has its answer. */
  async settled(): Promise<void> {
    while (this.#underway.size > 0) await Promise.all(this.#underway);
  }

  /**
   * Ends the framework with all that is its own, and forgets it.
   * @throws StepError TEARDOWN_TIMEOUT, the signal's reason; what ended its leadership before it could forget
   */
  async teardown(signal?: AbortSignal): Promise<void> {
    const work = async (within: AbortSignal) => {
      await this.settled();
      within.throwIfAborted();
      await this.command({ name: "stop" });
      await this.until(({ state }) => (state.over ? true : undefined), within);
      await this.settled();
      const { reason } = this.#closing.signal as { reason: unknown };
      if (isLostLeadership(reason)) throw reason;
    };
    const late = () => teardownTimeout(this.#writer.trouble);
    await withTimeLimit(work, { clock: this.#options.clock, limitMs: TEARDOWN_LIMIT_MS, signal, late });
  }

  /** Ends the subscription; the framework lives on for its failover timeout. */
  async close(): Promise<void> {
    this.#options.lost?.removeEventListener("abort", this.#onLost);
    this.#end(schedulerClosed());
    await this.#over;
    await this.settled();
    await this.#options.store.close();
  }

  /** Nothing more is sent, stored or decided. */
  #end(reason: unknown): void {
    this.#closing.abort(reason);
    this.#subscriptions.close();
    this.#timer.close();
  }

  readonly #onLost = () => {
    const reason: unknown = this.#options.lost?.reason;
    this.#end(reason);
    this.#watchers.fail(reason);
  };

  async #run(): Promise<void> {
    try {
      await this.#subscriptions.run();
      this.#watchers.fail(schedulerClosed());
    } catch (error) {
      this.#watchers.fail(error);
    }
  }

  #onSubscription(state: SubscriptionState): void {
    if (state.name !== "subscribed" && this.state.subscribed) this.#feed({ type: "disconnected" });
    this.#tell({ type: "subscription", state });
  }

  #onEvent(event: SchedulerEvent): void {
    this.#options.meter?.received(event, this.#options.clock.nowMs());
    if (event.type === "UPDATE") {
      const { status } = event.update;
      this.#notes.updated(status);
      this.#tell({ type: "status", status });
    }
    const input = inputOf(event, this.#subscriptions.told);
    if (input !== undefined) this.#feed(input);
  }

  /** @throws what a command that cannot be obeyed throws */
  #feed(input: Input): void {
    const { random, siteUri, secret, clock, epochMs } = this.#options;
    if (this.#closing.signal.aborted) return;
    const newId = () => randomBytes(4).toString("hex");
    const nowMs = epochMs + clock.nowMs();
    const effects = step(this.state, input, { nowMs, random, newId, siteUri, secret });
    // Before anything is waited for: it would subscribe anew meanwhile, as a framework that nobody ends.
    if (this.state.over) this.#subscriptions.close();
    this.#outbox.push(effects);
    this.#timer.setAt(this.state.wakeMs - epochMs);
    this.#notes.forget();
    this.#watchers.changed();
  }

  #track(work: Promise<unknown>): void {
    const tracked = work
      .catch((error: unknown) => {
        if (isLostLeadership(error)) this.#end(error);
        this.#watchers.fail(error);
      })
      .finally(() => this.#underway.delete(tracked));
    this.#underway.add(tracked);
  }

  #tell(event: AppEvent): void {
    this.#options.meter?.told(event);
    this.#options.onEvent(event);
    this.#watchers.changed();
  }
}

function schedulerClosed(): MesosUpError {
  return new MesosUpError("The scheduler was closed.", {
    code: "SCHEDULER_CLOSED",
    hint: "Say it again to the one that goes on with its apps: `mesos-up run FILE --detach` starts one.",
  });
}

/** `trouble`: what the store says, where the end could not be written. */
function teardownTimeout(trouble: string | undefined): StepError {
  const within = `within ${TEARDOWN_LIMIT_MS / 1000} s`;
  const [message, hint] =
    trouble === undefined
      ? [
          `No master took the framework's end ${within}.`,
          "A scheduler that was left behind goes on, and ends it as soon as a master is there. Else its tasks end when its failover timeout is over, or with POST /teardown at a master.",
        ]
      : [
          `The framework's end could not be stored ${within}: ${trouble.replace(/\.$/, "")}.`,
          "Its tasks run on. See to it that the scheduler can store, then end the framework again.",
        ];
  return new StepError(message, { code: "TEARDOWN_TIMEOUT", step: "teardown", elapsedMs: TEARDOWN_LIMIT_MS, hint });
}

function frameworkEnding(): MesosUpError {
  return new MesosUpError("The framework is being ended, with all of its apps.", {
    code: "FRAMEWORK_ENDING",
    hint: "Run the app again when `mesos-up ps` does not show it any more.",
  });
}

function frameworkEnded(): MesosUpError {
  return new MesosUpError("The framework has ended, with all of its apps.", {
    code: "FRAMEWORK_ENDED",
    hint: "Run the app again to launch it anew.",
  });
}
