// One input on its way through the core: what changed of the state, and what is to be done about it. Everything that is
// to be stored comes before every call, whatever the order in which they were asked for.
import type { SchedulerCall } from "../../mesos/scheduler-api.ts";
import type { Placement } from "../placement.ts";
import type { Changes, CoreEvent, Effect, Env } from "./inputs.ts";
import type { Instance, InstanceState } from "./instance.ts";
import { FRAMEWORK_KEY, appKey, instanceKey, storedValue } from "./state.ts";
import type { AppState, PendingCall, SchedulerState } from "./state.ts";

export class Turn {
  readonly state: SchedulerState;
  readonly env: Env;
  readonly #changed = new Set<string>();
  readonly #calls: Effect[] = [];
  readonly #others: Effect[] = [];

  constructor(state: SchedulerState, env: Env) {
    this.state = state;
    this.env = env;
  }

  get nowMs(): number {
    return this.env.nowMs;
  }

  /** Gives back what was found to be done. */
  effects(): Effect[] {
    const changes: Changes = {};
    for (const key of this.#changed) changes[key] = storedValue(this.state, key);
    const persist: Effect[] = this.#changed.size === 0 ? [] : [{ type: "persist", changes }];
    return [...persist, ...this.#calls, ...this.#others];
  }

  call(call: SchedulerCall, pending?: PendingCall): number {
    const id = ++this.state.lastCallId;
    if (pending !== undefined) this.state.pending.set(id, pending);
    this.#calls.push({ type: "call", id, subscription: this.state.subscription, call });
    return id;
  }

  tell(event: CoreEvent): void {
    this.#others.push({ type: "event", event });
  }

  note(message: string): void {
    this.tell({ type: "note", message });
  }

  readTail(instance: string, placement: Placement): void {
    this.#others.push({ type: "read-tail", instance, placement });
  }

  over(): void {
    this.state.over = true;
    this.#others.push({ type: "over" });
  }

  subscribeAnew(): void {
    this.#others.push({ type: "subscribe-anew" });
  }

  resubscribe(): void {
    this.#others.push({ type: "resubscribe" });
  }

  wakeAt(ms: number): void {
    if (ms < this.state.wakeMs) this.state.wakeMs = ms;
  }

  frameworkChanged(): void {
    this.#changed.add(FRAMEWORK_KEY);
  }

  appChanged(app: AppState): void {
    this.#changed.add(appKey(app.name));
  }

  instanceChanged(instance: Instance): void {
    this.#changed.add(instanceKey(instance.id));
  }

  addApp(app: AppState): void {
    this.state.apps.set(app.name, app);
    this.appChanged(app);
  }

  removeApp(app: AppState): void {
    this.state.apps.delete(app.name);
    this.appChanged(app);
    this.tell({ type: "app", app: app.name, what: "removed" });
  }

  addInstance(instance: Instance): void {
    this.state.instances.set(instance.id, instance);
    this.instanceChanged(instance);
    if (instance.state === "waiting") this.#wantsOffers(instance);
    this.tell({ type: "instance", instance, before: undefined });
  }

  removeInstance(instance: Instance): void {
    this.forgetTask(instance);
    this.state.instances.delete(instance.id);
    this.state.waiting.delete(instance.id);
    this.instanceChanged(instance);
    this.tell({ type: "app", app: instance.app, what: `${instance.id} removed` });
  }

  /** Takes an instance into another state; one of the same name only stores what changed of it. */
  enter(instance: Instance, next: InstanceState, status?: Extract<CoreEvent, { type: "instance" }>["status"]): void {
    const before = instance.state;
    if (before !== next) {
      instance.state = next;
      instance.sinceMs = this.nowMs;
      this.state.waiting.delete(instance.id);
      if (next === "waiting") this.#wantsOffers(instance);
    }
    this.instanceChanged(instance);
    if (before !== next || status !== undefined)
      this.tell({ type: "instance", instance, before, ...(status && { status }) });
  }

  /** The task is over, or nobody's any more. */
  forgetTask(instance: Instance): void {
    if (instance.task === undefined) return;
    const { taskId } = instance.task;
    this.state.byTask.delete(taskId);
    this.state.unanswered.delete(taskId);
    this.state.unconfirmed.delete(taskId);
    this.state.reconciling.remaining.delete(taskId);
    instance.lastTask = instance.task;
    delete instance.task;
    delete instance.containerId;
    delete instance.healthy;
    delete instance.runningSinceMs;
  }

  /** Refused offers may do for it. */
  #wantsOffers(instance: Instance): void {
    this.state.waiting.set(instance.id, instance);
    this.state.demand.reviveWanted = true;
  }
}
