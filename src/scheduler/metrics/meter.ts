// What is counted of a scheduler, in the names and units of Prometheus; its own registry, so that a program with others of
// its own may have several schedulers.
import { Counter, Gauge, Histogram, Registry } from "prom-client";
import type { SchedulerCall, SchedulerEvent } from "../../mesos/scheduler-api.ts";
import type { AppEvent } from "../app-event.ts";
import type { Instance } from "../core/instance.ts";
import type { SchedulerState } from "../core/state.ts";

const PREFIX = "mesos_up_scheduler_";

export class SchedulerMeter {
  readonly registry = new Registry();
  readonly #offers = this.#counter("offers_total", "Offers, by what became of them", ["what"]);
  readonly #launches = this.#counter("launches_total", "Tasks that ACCEPT was sent for", ["app"]);
  readonly #failures = this.#counter("task_failures_total", "Tasks that ended as they should not", [
    "app",
    "state",
    "reason",
  ]);
  readonly #updates = this.#counter("status_updates_total", "Status updates, repeated ones too", ["state"]);
  readonly #calls = this.#counter("calls_total", "Calls sent to masters", ["type"]);
  readonly #subscriptions = this.#counter("subscriptions_total", "Subscriptions that a master has confirmed");
  readonly #disconnects = this.#counter("disconnects_total", "Subscriptions that have ended");
  readonly #subscribed = new Gauge({ ...this.#about("subscribed", "Whether there is a subscription") });
  readonly #reaction = new Histogram({
    ...this.#about("reaction_seconds", "From an offer's arrival to its ACCEPT"),
    buckets: [0.0005, 0.001, 0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1],
  });
  /** Offers that nothing was decided on yet → when they came. */
  readonly #arrivedMs = new Map<string, number>();
  /** Of each instance: the task whose failure was counted last. */
  readonly #failed = new WeakMap<Readonly<Instance>, string>();

  /** Has the registry show the instances as they are whenever it is asked. */
  watch(state: SchedulerState): void {
    for (const instance of state.instances.values())
      if (instance.lastFailure !== undefined) this.#failed.set(instance, instance.lastFailure.taskId);
    const gauge = (name: string, help: string, labelNames: string[], collect: (it: Gauge) => void) => {
      new Gauge({
        ...this.#about(name, help),
        labelNames,
        collect() {
          this.reset();
          collect(this);
        },
      });
    };
    gauge("instances", "Instances, by app and state", ["app", "state"], (it) => {
      for (const { app, state: now } of state.instances.values()) it.inc({ app, state: now });
    });
    gauge("instances_wanted", "Instances that an app is to have", ["app"], (it) => {
      for (const { name, instances } of state.apps.values()) it.set({ app: name }, instances);
    });
  }

  /** An event of the master, as it came. */
  received(event: SchedulerEvent, nowMs: number): void {
    switch (event.type) {
      case "SUBSCRIBED": {
        // Offers do not outlive the subscription that they were made in.
        this.#arrivedMs.clear();
        return;
      }
      case "OFFERS": {
        const { offers } = event.offers;
        for (const { id } of offers) this.#arrivedMs.set(id.value, nowMs);
        this.#offers.inc({ what: "received" }, offers.length);
        return;
      }
      case "RESCIND": {
        this.#arrivedMs.delete(event.rescind.offer_id.value);
        this.#offers.inc({ what: "rescinded" });
        return;
      }
      case "UPDATE":
        this.#updates.inc({ state: event.update.status.state });
    }
  }

  /** A call, as it is sent. */
  sent(call: SchedulerCall, nowMs: number): void {
    this.#calls.inc({ type: call.type });
    if (call.type === "DECLINE") {
      for (const { value } of call.decline.offer_ids) this.#arrivedMs.delete(value);
      this.#offers.inc({ what: "declined" }, call.decline.offer_ids.length);
    }
    if (call.type !== "ACCEPT") return;
    this.#offers.inc({ what: "accepted" }, call.accept.offer_ids.length);
    for (const { value } of call.accept.offer_ids) {
      const arrivedMs = this.#arrivedMs.get(value);
      this.#arrivedMs.delete(value);
      if (arrivedMs !== undefined) this.#reaction.observe((nowMs - arrivedMs) / 1000);
    }
  }

  /** What the scheduler tells onlookers. */
  told(event: AppEvent): void {
    if (event.type === "launched") this.#launches.inc({ app: event.instance.replace(/\.\d+$/, "") });
    if (event.type === "instance") this.#countFailure(event.instance);
    if (event.type !== "subscription") return;
    if (event.state.name === "subscribed") this.#subscriptions.inc();
    if (event.state.name === "disconnected") this.#disconnects.inc();
    this.#subscribed.set(event.state.name === "subscribed" ? 1 : 0);
  }

  #countFailure(instance: Readonly<Instance>): void {
    const { app, lastFailure } = instance;
    if (lastFailure === undefined || this.#failed.get(instance) === lastFailure.taskId) return;
    this.#failed.set(instance, lastFailure.taskId);
    this.#failures.inc({ app, state: lastFailure.state, reason: lastFailure.reason ?? "" });
  }

  #counter(name: string, help: string, labelNames: string[] = []): Counter {
    return new Counter({ ...this.#about(name, help), labelNames });
  }

  #about(name: string, help: string): { name: string; help: string; registers: Registry[] } {
    return { name: `${PREFIX}${name}`, help: `${help}.`, registers: [this.registry] };
  }
}
