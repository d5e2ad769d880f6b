// The scheduler's process in a simulation: the production core and outbox between a storage and simulated masters. It may
// be killed at any moment.
import type { SchedulerCall, SchedulerEvent } from "../../../src/mesos/scheduler-api.ts";
import type { FrameworkInfo, Offer, TaskStatus } from "../../../src/mesos/types.ts";
import type { CallOutcome, Changes, Command, Effect, Input } from "../../../src/scheduler/core/inputs.ts";
import { frameworkInfoOf } from "../../../src/scheduler/core/framework-info.ts";
import { offerConstraintsOf } from "../../../src/scheduler/core/offer-constraints.ts";
import { restoreState } from "../../../src/scheduler/core/state.ts";
import type { SchedulerState } from "../../../src/scheduler/core/state.ts";
import { step } from "../../../src/scheduler/core/step.ts";
import { inputOf } from "../../../src/scheduler/live/inputs-of-events.ts";
import { Outbox } from "../../../src/scheduler/outbox.ts";
import type { SimulatedMaster } from "../master/master.ts";
import type { Weather } from "../network.ts";
import type { World } from "../world.ts";
import { Connection } from "./connection.ts";
import { narrate } from "./words.ts";

/** What outlives the process, and what that must not forget is written to. */
export interface Storage {
  readonly stored: Changes | undefined;
  /** Stores all of the changes or none, and takes their values before it returns. Calls `done` when that is so. */
  write(changes: Changes, writer: SchedulerHost, done: () => void): void;
  /** Forgets everything. */
  clear(): void;
}

/** Hears what the process says and is told, so that it can be judged. */
export interface Observer {
  told(status: TaskStatus): void;
  offered(offers: readonly Offer[]): void;
  called(call: SchedulerCall): void;
  died(): void;
}

export const info: FrameworkInfo = {
  user: "root",
  name: "simulated",
  roles: ["*"],
  checkpoint: true,
  failover_timeout: 7 * 24 * 3600,
  capabilities: [{ type: "MULTI_ROLE" }, { type: "PARTITION_AWARE" }],
};

export class SchedulerHost {
  readonly state: SchedulerState;
  alive = true;
  readonly #world: World;
  readonly #weather: Weather;
  readonly #storage: Storage;
  readonly #leader: () => SimulatedMaster | undefined;
  readonly #observer: Observer;
  readonly #outbox: Outbox;
  #connection: Connection | undefined;
  #connections = 0;
  #timerMs = Infinity;
  #ids = 0;

  constructor(parts: {
    world: World;
    weather: Weather;
    storage: Storage;
    leader: () => SimulatedMaster | undefined;
    observer: Observer;
    run: number;
  }) {
    const { world, storage } = parts;
    this.#world = world;
    this.#weather = parts.weather;
    this.#storage = storage;
    this.#leader = parts.leader;
    this.#observer = parts.observer;
    this.#ids = parts.run * 100_000;
    this.#connections = parts.run * 1000;
    this.state = restoreState(info, storage.stored);
    this.#outbox = new Outbox({
      write: (changes, done) => storage.write(changes, this, done),
      perform: (effect) => this.#perform(effect),
    });
    this.#world.after(this.#world.between(0, 200), () => this.#connect(0));
  }

  command(command: Command): void {
    this.#feed({ type: "command", command });
  }

  /** Calls back when the production scheduler says that a command just taken is obeyed: never if the process ends before. */
  whenStored(tell: () => void): void {
    this.#outbox.whenStored(tell);
  }

  /** A kill -9, unless it ends by itself for another reason. */
  die(why = "kill -9"): void {
    if (!this.alive) return;
    this.#world.log(() => `scheduler: ${why}`);
    this.alive = false;
    this.#connection?.break(this.#world.between(0, 2000));
    this.#observer.died();
  }

  /** The connection breaks; one side or both notice late. */
  cut(): void {
    this.#connection?.cut();
  }

  #connect(attempt: number): void {
    if (!this.alive || this.state.over) return;
    const leader = this.#leader();
    const again = () =>
      this.#world.after(this.#world.between(20, Math.min(5000, 40 * 2 ** attempt)), () => this.#connect(attempt + 1));
    if (leader === undefined) {
      again();
      return;
    }
    const connection: Connection = new Connection(this.#world, this.#weather, {
      id: `stream-${++this.#connections}`,
      master: leader,
      onEvent: (event) => this.alive && this.#connection === connection && this.#onEvent(event, connection),
      onClosed: () => {
        if (!this.alive || this.#connection !== connection) return;
        this.#connection = undefined;
        if (this.state.subscribed) this.#feed({ type: "disconnected" });
        again();
      },
    });
    this.#connection = connection;
    const frameworkInfo = frameworkInfoOf(this.state);
    const offerConstraints = offerConstraintsOf(this.state);
    connection.told = { frameworkInfo, offerConstraints };
    const { frameworkId } = this.state;
    connection.subscribe({
      type: "SUBSCRIBE",
      ...(frameworkId !== undefined && { framework_id: { value: frameworkId } }),
      subscribe: {
        framework_info: { ...frameworkInfo, ...(frameworkId !== undefined && { id: { value: frameworkId } }) },
        offer_constraints: offerConstraints,
      },
    });
  }

  #onEvent(event: SchedulerEvent, connection: Connection): void {
    if (event.type === "SUBSCRIBED") connection.frameworkId = event.subscribed.framework_id.value;
    if (event.type === "UPDATE") this.#observer.told(event.update.status);
    if (event.type === "OFFERS") this.#observer.offered(event.offers.offers);
    if (event.type === "ERROR") {
      connection.break(0);
      if (event.error.message === "Framework has been removed") this.#feed({ type: "framework-removed" });
      // Another process has subscribed as the framework.
      else this.die(event.error.message);
      return;
    }
    const input = inputOf(event, connection.told);
    if (input !== undefined) this.#feed(input);
  }

  #feed(input: Input): void {
    if (!this.alive) return;
    const { nowMs, random } = this.#world;
    const newId = () => (this.#ids++).toString(16).padStart(8, "0");
    const effects = step(this.state, input, {
      nowMs,
      random,
      newId,
      siteUri: () => undefined,
      secret: () => undefined,
    });
    this.#outbox.push(effects);
    this.#setTimer();
  }

  #setTimer(): void {
    const atMs = this.state.wakeMs;
    if (atMs === Infinity || this.#timerMs <= atMs) return;
    this.#timerMs = atMs;
    this.#world.after(atMs - this.#world.nowMs, () => {
      if (this.#timerMs !== atMs) return;
      this.#timerMs = Infinity;
      this.#feed({ type: "timer" });
    });
  }

  #perform(effect: Exclude<Effect, { type: "persist" }>): void {
    if (!this.alive) return;
    switch (effect.type) {
      case "call": {
        this.#send(effect);
        return;
      }
      case "event":
        this.#world.log(() => `core: ${narrate(effect.event)}`);
        return;
      case "read-tail":
        return;
      case "resubscribe":
        this.#connection?.break(0);
        return;
      case "subscribe-anew":
        return;
      case "over":
        this.#storage.clear();
        this.#connection?.break(0);
    }
  }

  #send({ id, subscription, call }: Extract<Effect, { type: "call" }>): void {
    if (subscription !== this.state.subscription) return;
    this.#observer.called(call);
    const answer = (outcome: CallOutcome) => this.#feed({ type: "answer", callId: id, outcome });
    if (this.#connection === undefined) answer({ name: "lost" });
    else this.#connection.call(call, answer);
  }
}
