// The scheduler as it stands in the world: the core's decisions on a real clock, a real store and a real master. Nothing
// is decided here.
import { randomBytes } from "node:crypto";
import { withTimeLimit } from "../client/clock.ts";
import type { Clock } from "../client/clock.ts";
import { UnreachableError } from "../client/http.ts";
import type { HttpClient } from "../client/http.ts";
import type { LeaderDetector } from "../client/leader-detector.ts";
import { SchedulerStream } from "../client/scheduler-stream.ts";
import type { SubscriptionState } from "../client/scheduler-stream.ts";
import { MesosApiError, MesosUpError, StepError } from "../errors.ts";
import type { SchedulerEvent } from "../mesos/scheduler-api.ts";
import type { FrameworkInfo, TaskStatus } from "../mesos/types.ts";
import type { CallOutcome, Changes, Command, CoreEvent, Effect, Input } from "./core/inputs.ts";
import { restoreState } from "./core/state.ts";
import type { SchedulerState } from "./core/state.ts";
import { step } from "./core/step.ts";
import type { FrameworkStore } from "./framework-store.ts";
import { Outbox } from "./outbox.ts";
import type { Placement } from "./placement.ts";
import { readStderrTail } from "./task-failure.ts";

/** What happens on the way, for whoever shows it. */
export type AppEvent =
  { type: "subscription"; state: SubscriptionState } | { type: "status"; status: TaskStatus } | CoreEvent;

export interface AppSchedulerOptions {
  frameworkInfo: FrameworkInfo;
  leader: LeaderDetector;
  http: HttpClient;
  store: FrameworkStore;
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
}

const STDERR_LIMIT_MS = 2000;
const STORE_AGAIN_MS = 1000;
const TEARDOWN_LIMIT_MS = 10_000;

/** What a master says to a framework that it has removed, or that has ended before. */
const REMOVED = /Framework has been removed|completed/i;

export class AppScheduler {
  readonly state: SchedulerState;
  readonly #options: AppSchedulerOptions;
  readonly #outbox: Outbox;
  readonly #watchers = new Set<() => void>();
  readonly #underway = new Set<Promise<unknown>>();
  readonly #closing = new AbortController();
  readonly #lastStatus = new Map<string, TaskStatus>();
  readonly #acceptedAtMs = new Map<string, number>();
  readonly #over: Promise<void>;
  #stream: SchedulerStream;
  #timer: { atMs: number; off: AbortController } | undefined;
  #master = "";
  #obstacle: string | undefined;
  #hasStored: boolean;
  #failure: Error | undefined;

  /** Subscribes at once. */
  constructor(options: AppSchedulerOptions) {
    this.#options = options;
    this.#hasStored = options.stored !== undefined;
    this.state = restoreState(options.frameworkInfo, options.stored);
    this.#outbox = new Outbox({
      write: (changes, done) => this.#track(this.#write(changes).then(done)),
      perform: (effect) => this.#perform(effect),
    });
    this.#stream = this.#newStream();
    this.#over = this.#run();
  }

  get frameworkId(): string | undefined {
    return this.state.frameworkId;
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

  /** The newest status of that instance's task, or of its last one. */
  statusOf(instance: string): TaskStatus | undefined {
    return this.#lastStatus.get(instance);
  }

  /** When ACCEPT was sent for that task, on the clock; undefined if that was in an earlier run. */
  acceptedAtMs(taskId: string): number | undefined {
    return this.#acceptedAtMs.get(taskId);
  }

  /**
   * Has a command carried out; resolves when it is stored, so that it survives this process.
   * @throws MesosUpError APP_UNKNOWN, INSTANCE_UNKNOWN, APP_ENDING; what ended the subscription
   */
  async command(command: Command): Promise<void> {
    this.#feed({ type: "command", command });
    let stored: true | undefined;
    this.#outbox.whenStored(() => {
      stored = true;
      this.#changed();
    });
    await this.until(() => stored);
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
        let found: T | undefined;
        try {
          found = look(this);
        } catch (error) {
          settle(() => reject(asError(error)));
          return;
        }
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

  /** Waits until every call and every write has its answer. */
  async settled(): Promise<void> {
    while (this.#underway.size > 0) await Promise.all(this.#underway);
  }

  /**
   * Ends the framework with all that is its own, and forgets it.
   * @throws StepError TEARDOWN_TIMEOUT, the signal's reason.
   */
  async teardown(signal?: AbortSignal): Promise<void> {
    await this.settled();
    const work = async (within: AbortSignal) => {
      await this.command({ name: "stop" });
      await this.until(({ state }) => (state.over ? true : undefined), within);
      await this.settled();
    };
    const late = () =>
      new StepError(`No master took the framework's end within ${TEARDOWN_LIMIT_MS / 1000} s.`, {
        code: "TEARDOWN_TIMEOUT",
        step: "teardown",
        elapsedMs: TEARDOWN_LIMIT_MS,
        hint: "Its tasks end when its failover timeout is over, or with POST /teardown at a master.",
      });
    await withTimeLimit(work, { clock: this.#options.clock, limitMs: TEARDOWN_LIMIT_MS, signal, late });
  }

  /** Ends the subscription; the framework lives on for its failover timeout. */
  async close(): Promise<void> {
    this.#closing.abort();
    this.#stream.close();
    this.#timer?.off.abort();
    await this.#over;
    await this.settled();
    await this.#options.store.close();
  }

  #newStream(): SchedulerStream {
    return new SchedulerStream({
      ...this.#options,
      frameworkId: this.state.frameworkId,
      onState: (state) => this.#onSubscription(state),
    });
  }

  async #run(): Promise<void> {
    // As a function, since neither linter nor compiler believes that the answer changes.
    const ended = () => this.#closing.signal.aborted || this.state.over;
    try {
      while (!ended()) {
        await this.#subscription();
        if (!ended()) this.#stream = this.#newStream();
      }
      this.#fail(new MesosUpError("The scheduler was closed.", { code: "SCHEDULER_CLOSED" }));
    } catch (error) {
      this.#fail(error);
    }
    this.#changed();
  }

  /** Until the stream is closed, or the master has given the framework up and another one is to be registered. */
  async #subscription(): Promise<void> {
    try {
      for await (const event of this.#stream.events()) this.#handle(event);
    } catch (error) {
      const removed =
        error instanceof MesosUpError && error.code === "FRAMEWORK_REFUSED" && REMOVED.test(error.message);
      if (!removed || this.state.frameworkId === undefined) throw error;
      this.#feed({ type: "framework-removed" });
    }
  }

  #onSubscription(state: SubscriptionState): void {
    if (state.name === "subscribed") {
      this.#master = state.master;
      this.#obstacle = undefined;
    } else if (this.state.subscribed) this.#feed({ type: "disconnected" });
    if (state.name === "detecting") this.#obstacle = state.waitingFor ?? this.#obstacle;
    if (state.name === "disconnected") this.#obstacle = state.reason;
    this.#tell({ type: "subscription", state });
  }

  #handle(event: SchedulerEvent): void {
    switch (event.type) {
      case "SUBSCRIBED": {
        this.#feed({ type: "subscribed", frameworkId: event.subscribed.framework_id.value });
        return;
      }
      case "OFFERS": {
        this.#feed({ type: "offers", offers: event.offers.offers });
        return;
      }
      case "INVERSE_OFFERS": {
        this.#feed({ type: "inverse-offers", offers: event.inverse_offers.inverse_offers });
        return;
      }
      case "UPDATE": {
        this.#onUpdate(event.update.status);
        return;
      }
      case "RESCIND": {
        this.#feed({ type: "rescind", offerId: event.rescind.offer_id.value });
        return;
      }
      case "FAILURE": {
        const { agent_id: agent, executor_id: executor } = event.failure;
        if (agent !== undefined && executor === undefined) this.#feed({ type: "agent-failed", agentId: agent.value });
        return;
      }
      default:
        return;
    }
  }

  #onUpdate(status: TaskStatus): void {
    const instance = this.state.byTask.get(status.task_id.value)?.id;
    if (instance !== undefined) this.#lastStatus.set(instance, status);
    this.#tell({ type: "status", status });
    this.#feed({ type: "update", status });
  }

  /** @throws what a command that cannot be obeyed throws */
  #feed(input: Input): void {
    const { random, siteUri, secret } = this.#options;
    const newId = () => randomBytes(4).toString("hex");
    this.#outbox.push(step(this.state, input, { nowMs: this.#nowMs(), random, newId, siteUri, secret }));
    this.#setTimer();
    this.#changed();
  }

  #nowMs(): number {
    return this.#options.epochMs + this.#options.clock.nowMs();
  }

  #setTimer(): void {
    const atMs = this.state.wakeMs;
    if (this.#timer?.atMs === atMs || this.#closing.signal.aborted) return;
    this.#timer?.off.abort();
    this.#timer = undefined;
    if (atMs === Infinity) return;
    const off = new AbortController();
    this.#timer = { atMs, off };
    const wake = () => {
      if (off.signal.aborted) return;
      this.#timer = undefined;
      this.#feed({ type: "timer" });
    };
    this.#options.clock.sleep(Math.max(0, atMs - this.#nowMs()), off.signal).then(wake, () => undefined);
  }

  #perform(effect: Exclude<Effect, { type: "persist" }>): void {
    switch (effect.type) {
      case "call": {
        this.#send(effect);
        return;
      }
      case "event": {
        this.#tell(effect.event);
        return;
      }
      case "read-tail": {
        this.#track(this.#readTail(effect.instance, effect.placement));
        return;
      }
      case "subscribe-anew":
        // The stream has ended; the loop over subscriptions opens the next.
        return;
      case "over":
        this.#stream.close();
        {
          this.#track(this.#options.store.clear());
          return;
        }
    }
  }

  #send({ id, subscription, call }: Extract<Effect, { type: "call" }>): void {
    if (subscription !== this.state.subscription) return;
    if (call.type === "ACCEPT") this.#noteAccept(call.accept.operations);
    const answered = this.#stream.call(call).then(
      (): CallOutcome => ({ name: "taken" }),
      (error: unknown) => this.#outcomeOf(error),
    );
    this.#track(answered.then((outcome) => this.#feed({ type: "answer", callId: id, outcome })));
  }

  #noteAccept(operations: readonly { launch?: { task_infos?: { task_id: { value: string } }[] } }[]): void {
    for (const { launch } of operations)
      for (const task of launch?.task_infos ?? [])
        this.#acceptedAtMs.set(task.task_id.value, this.#options.clock.nowMs());
  }

  #outcomeOf(error: unknown): CallOutcome {
    const message = error instanceof Error ? error.message : String(error);
    this.#tell({ type: "note", message });
    const lost =
      error instanceof UnreachableError ||
      (error instanceof MesosApiError && (error.retryable || error.subscriptionLost)) ||
      (error instanceof MesosUpError && error.code === "NOT_SUBSCRIBED");
    return lost ? { name: "lost" } : { name: "refused", message };
  }

  /**
   * Until it is written: nothing that depends on it goes out before. What has never been written to is of no use from the
   * start; what has been is waited for, since apps run that nobody would look after.
   * @throws what the store throws at its first write
   */
  async #write(changes: Changes): Promise<void> {
    let writing = this.#options.store.write(changes);
    for (;;) {
      try {
        await writing;
        this.#hasStored = true;
        return;
      } catch (error) {
        if (this.#closing.signal.aborted) return;
        if (!this.#hasStored) throw error;
        this.#tell({ type: "note", message: error instanceof Error ? error.message : String(error) });
        await this.#options.clock.sleep(STORE_AGAIN_MS, this.#closing.signal).catch(() => undefined);
        writing = this.#options.store.write(changes);
      }
    }
  }

  async #readTail(instance: string, placement: Placement): Promise<void> {
    const signal = AbortSignal.any([this.#closing.signal, AbortSignal.timeout(STDERR_LIMIT_MS)]);
    const frameworkId = this.state.frameworkId ?? "";
    const text = await readStderrTail(this.#options.http, { placement, frameworkId, signal });
    if (text !== "") this.#feed({ type: "tail", instance, taskId: placement.taskId, text });
  }

  #track(work: Promise<unknown>): void {
    const tracked = work.catch((error: unknown) => this.#fail(error)).finally(() => this.#underway.delete(tracked));
    this.#underway.add(tracked);
  }

  #fail(error: unknown): void {
    this.#failure ??= asError(error);
    this.#changed();
  }

  #tell(event: AppEvent): void {
    this.#options.onEvent(event);
    this.#changed();
  }

  #changed(): void {
    for (const watcher of [...this.#watchers]) watcher();
  }
}

function asError(error: unknown): Error {
  return error instanceof Error ? error : new Error(String(error));
}
