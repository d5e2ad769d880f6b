// A scheduler's subscription at a simulated master: events in order on one connection, every other call on one of its own;
// answers that never come, connections that break and of which nobody hears.
import type { SchedulerCall, SchedulerEvent } from "../../../src/mesos/scheduler-api.ts";
import type { CallOutcome } from "../../../src/scheduler/core/inputs.ts";
import type { ToldMaster } from "../../../src/scheduler/live/subscriptions.ts";
import type { SimulatedMaster } from "../master/master.ts";
import { Pipe, delay } from "../network.ts";
import type { Weather } from "../network.ts";
import type { World } from "../world.ts";
import { describe } from "./words.ts";

const CALL_LIMIT_MS = 10_000;

interface ConnectionParts {
  id: string;
  master: SimulatedMaster;
  onEvent: (event: SchedulerEvent) => unknown;
  onClosed: () => void;
}

export class Connection {
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
    this.#world.after(noticedAfterMs, () => this.#parts.master.streamBroken(this.#parts.id));
    this.#close();
  }

  /** Cut in the middle: the scheduler notices at once or by the missing heartbeats, the master whenever it does. */
  cut(): void {
    if (this.#dead || !this.#open) return;
    this.#world.log(() => `stream ${this.#parts.id} is cut`);
    this.#dead = true;
    this.#world.after(this.#world.chance(0.5) ? 0 : 45_000, () => this.#close());
    this.#world.after(this.#world.between(0, 120_000), () => this.#parts.master.streamBroken(this.#parts.id));
  }

  #close(): void {
    if (!this.#open) return;
    this.#open = false;
    this.#parts.onClosed();
  }
}
