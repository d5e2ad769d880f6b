// The scheduler's process in a simulation: the production core and outbox between a simulated disk and simulated masters.
// It may be killed at any moment, before, while and after anything is written.
import type { SchedulerCall, SchedulerEvent } from "../../src/mesos/scheduler-api.ts";
import type { FrameworkInfo, Offer, TaskStatus } from "../../src/mesos/types.ts";
import type { CallOutcome, Changes, Command, CoreEvent, Effect, Input } from "../../src/scheduler/core/inputs.ts";
import { frameworkInfoOf } from "../../src/scheduler/core/framework-info.ts";
import { offerConstraintsOf } from "../../src/scheduler/core/offer-constraints.ts";
import { restoreState } from "../../src/scheduler/core/state.ts";
import type { SchedulerState } from "../../src/scheduler/core/state.ts";
import { step } from "../../src/scheduler/core/step.ts";
import { inputOf } from "../../src/scheduler/live/inputs-of-events.ts";
import type { ToldMaster } from "../../src/scheduler/live/subscriptions.ts";
import { Outbox } from "../../src/scheduler/outbox.ts";
import type { SimulatedMaster } from "./master.ts";
import { Pipe, delay } from "./network.ts";
import type { Weather } from "./network.ts";
import type { World } from "./world.ts";

export interface HostWeather extends Weather {
  /** Milliseconds that a write takes at most; a slow one takes seconds. */
  writeMs: number;
  slowWrites: number;
  /** Probability of a kill -9 before, within or after a write. */
  diesAtWrite: number;
}

/** Hears what the process says and is told, so that it can be judged. */
export interface Observer {
  told(status: TaskStatus): void;
  offered(offers: readonly Offer[]): void;
  called(call: SchedulerCall): void;
  /** A status with a uuid came, or its acknowledgement went out. */
  died(): void;
}

const CALL_LIMIT_MS = 10_000;

const info: FrameworkInfo = {
  user: "root",
  name: "simulated",
  roles: ["*"],
  checkpoint: true,
  failover_timeout: 7 * 24 * 3600,
  capabilities: [{ type: "MULTI_ROLE" }, { type: "PARTITION_AWARE" }],
};

/** What survives the process. */
export class SimulatedDisk {
  #text: string | undefined;

  get stored(): Changes | undefined {
    return this.#text === undefined ? undefined : (JSON.parse(this.#text) as Changes);
  }

  write(changes: string): void {
    const all = Object.entries({ ...this.stored, ...(JSON.parse(changes) as Changes) });
    this.#text = JSON.stringify(Object.fromEntries(all.filter(([, value]) => value !== null)));
  }

  clear(): void {
    this.#text = undefined;
  }
}

export class SchedulerHost {
  readonly state: SchedulerState;
  alive = true;
  readonly #world: World;
  readonly #weather: HostWeather;
  readonly #disk: SimulatedDisk;
  readonly #leader: () => SimulatedMaster | undefined;
  readonly #observer: Observer;
  readonly #outbox: Outbox;
  #connection: Connection | undefined;
  #connections = 0;
  #timerMs = Infinity;
  #ids = 0;

  constructor(parts: {
    world: World;
    weather: HostWeather;
    disk: SimulatedDisk;
    leader: () => SimulatedMaster | undefined;
    observer: Observer;
    run: number;
  }) {
    const { world, disk } = parts;
    this.#world = world;
    this.#weather = parts.weather;
    this.#disk = disk;
    this.#leader = parts.leader;
    this.#observer = parts.observer;
    this.#ids = parts.run * 100_000;
    this.#connections = parts.run * 1000;
    this.state = restoreState(info, disk.stored);
    this.#outbox = new Outbox({
      write: (changes, done) => this.#write(changes, done),
      perform: (effect) => this.#perform(effect),
    });
    this.#world.after(this.#world.between(0, 200), () => this.#connect(0));
  }

  command(command: Command): void {
    this.#feed({ type: "command", command });
  }

  /** A kill -9. */
  die(): void {
    if (!this.alive) return;
    this.#world.log(() => "scheduler: kill -9");
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

  #write(changes: Changes, done: () => void): void {
    // As JSON has it, and at once: what changes meanwhile belongs to the next write.
    const text = JSON.stringify(
      Object.fromEntries(Object.entries(changes).map(([key, value]) => [key, value ?? null])),
    );
    const world = this.#world;
    const dies = world.chance(this.#weather.diesAtWrite) ? world.pick(["before", "after", "told"] as const) : undefined;
    if (dies === "before") {
      this.die();
      return;
    }
    const takesMs = world.chance(this.#weather.slowWrites)
      ? world.between(500, 20_000)
      : world.between(0, this.#weather.writeMs);
    world.after(takesMs, () => {
      if (!this.alive) return;
      this.#disk.write(text);
      if (dies === "after") {
        this.die();
        return;
      }
      done();
      if (dies === "told") this.die();
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
        this.#disk.clear();
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

interface ConnectionParts {
  id: string;
  master: SimulatedMaster;
  onEvent: (event: SchedulerEvent) => unknown;
  onClosed: () => void;
}

/** One subscription: events in order on one connection, every other call on one of its own. */
class Connection {
  frameworkId = "";
  told: ToldMaster = {};
  readonly #world: World;
  readonly #weather: Weather;
  readonly #parts: ConnectionParts;
  readonly #events: Pipe;
  #open = true;
  /** Nothing comes through any more, and nobody has noticed. */
  #dead = false;

  constructor(world: World, weather: Weather, parts: ConnectionParts) {
    this.#world = world;
    this.#weather = weather;
    this.#parts = parts;
    this.#events = new Pipe(world, weather);
  }

  subscribe(call: Extract<SchedulerCall, { type: "SUBSCRIBE" }>): void {
    const { master, id } = this.#parts;
    this.#world.after(delay(this.#world, this.#weather), () => {
      if (!this.#open) return;
      const status = master.subscribe(call, id, {
        send: (event) => this.#events.send(() => this.#open && !this.#dead && this.#parts.onEvent(event)),
        close: () => this.#events.send(() => this.#close()),
      });
      this.#world.log(() => `SUBSCRIBE ${call.framework_id?.value ?? "as new"} on ${id}: ${status}`);
      if (status !== 200) this.#events.send(() => this.#close());
    });
  }

  call(call: SchedulerCall, answer: (outcome: CallOutcome) => void): void {
    const { master, id } = this.#parts;
    const { frameworkId } = this;
    this.#world.log(() => `→ ${describe(call)}`);
    let answered = false;
    const once = (outcome: CallOutcome) => {
      if (answered) return;
      answered = true;
      answer(outcome);
    };
    this.#world.after(CALL_LIMIT_MS, () => once({ name: "lost" }));
    if (this.#dead || this.#world.chance(this.#weather.loses)) {
      if (this.#world.chance(0.5)) this.#world.after(this.#world.between(0, 500), () => once({ name: "lost" }));
      return;
    }
    this.#world.after(delay(this.#world, this.#weather), () => {
      const status = master.call(frameworkId, id, call);
      this.#world.log(() => `  master: ${describe(call)} ${status}`);
      if (this.#world.chance(this.#weather.loses)) return;
      this.#world.after(delay(this.#world, this.#weather), () => {
        if (status >= 200 && status < 300) {
          once({ name: "taken" });
          return;
        }
        once({ name: "lost" });
        if (status !== 503) this.#close();
      });
    });
  }

  /** The scheduler closes it; the master notices after a while. */
  break(noticedAfterMs: number): void {
    this.#world.after(noticedAfterMs, () => this.#parts.master.streamBroken(this.frameworkId, this.#parts.id));
    this.#close();
  }

  /** Cut in the middle: the scheduler notices at once or by the missing heartbeats, the master whenever it does. */
  cut(): void {
    if (this.#dead || !this.#open) return;
    this.#world.log(() => `stream ${this.#parts.id} is cut`);
    this.#dead = true;
    this.#world.after(this.#world.chance(0.5) ? 0 : 45_000, () => this.#close());
    this.#world.after(this.#world.between(0, 120_000), () =>
      this.#parts.master.streamBroken(this.frameworkId, this.#parts.id),
    );
  }

  #close(): void {
    if (!this.#open) return;
    this.#open = false;
    this.#parts.onClosed();
  }
}

function describe(call: SchedulerCall): string {
  switch (call.type) {
    case "ACCEPT": {
      const tasks = call.accept.operations.flatMap(({ launch }) => launch?.task_infos ?? []);
      return `ACCEPT ${call.accept.offer_ids.map(({ value }) => value).join()} ${tasks.map((task) => task.task_id.value).join()}`;
    }
    case "KILL":
      return `KILL ${call.kill.task_id.value}`;
    case "ACKNOWLEDGE":
      return `ACKNOWLEDGE ${call.acknowledge.uuid}`;
    case "RECONCILE":
      return `RECONCILE ${call.reconcile.tasks.map(({ task_id }) => task_id.value).join() || "all"}`;
    case "ACCEPT_INVERSE_OFFERS":
      return `${call.type} ${call.accept_inverse_offers.inverse_offer_ids.map(({ value }) => value).join()}`;
    case "DECLINE_INVERSE_OFFERS":
      return `${call.type} ${call.decline_inverse_offers.inverse_offer_ids.map(({ value }) => value).join()}`;
    case "UPDATE_FRAMEWORK":
      return `UPDATE_FRAMEWORK ${JSON.stringify(call.update_framework.offer_constraints)}`;
    case "DECLINE":
      return `DECLINE ${call.decline.offer_ids.map(({ value }) => value).join()}`;
    default:
      return call.type;
  }
}

function narrate(event: CoreEvent): string {
  switch (event.type) {
    case "instance":
      return `${event.instance.id} ${event.before ?? "new"} → ${event.instance.state}`;
    case "launched":
      return `${event.placement.taskId} goes to ${event.placement.agent}`;
    case "app":
      return `app ${event.app}: ${event.what}`;
    case "note":
      return event.message;
  }
}
