// How frameworks subscribe to a simulated master, lose their stream, come back within their failover timeout, and end
// (docs/scheduler-http-api.md).
import type { SchedulerCall } from "../../../src/mesos/scheduler-api.ts";
import type { Offers } from "./offers.ts";
import type { Framework, MasterState, Stream } from "./state.ts";

type Subscribe = Extract<SchedulerCall, { type: "SUBSCRIBE" }>;

export class Frameworks {
  readonly #state: MasterState;
  readonly #offers: Offers;

  constructor(state: MasterState, offers: Offers) {
    this.#state = state;
    this.#offers = offers;
  }

  /** From then on events come by the stream, of which any other of the framework's is closed. */
  subscribe({ framework_id, subscribe }: Subscribe, streamId: string, stream: Stream): void {
    const state = this.#state;
    const asked = framework_id?.value;
    if (asked !== undefined && state.completed.has(asked)) {
      stream.send({ type: "ERROR", error: { message: "Framework has been removed" } });
      stream.close();
      return;
    }
    const id = asked ?? state.newId("F");
    const framework = state.framework(id);
    const before = framework.stream;
    if (before !== undefined) {
      before.to.send({ type: "ERROR", error: { message: "Framework failed over" } });
      before.to.close();
    }
    this.#offers.forget(id);
    framework.epoch++;
    framework.failoverMs = (subscribe.framework_info.failover_timeout ?? 0) * 1000;
    framework.stream = { id: streamId, to: stream };
    framework.suppressed = false;
    framework.constraints = state.knowsConstraints ? subscribe.offer_constraints : undefined;
    framework.filters.clear();
    const { version } = state;
    const master_info = { id: "", ip: 0, port: 5050, ...(version !== undefined && { version }) };
    state.send(framework, {
      type: "SUBSCRIBED",
      subscribed: { framework_id: { value: id }, heartbeat_interval_seconds: 15, master_info },
    });
  }

  /** The master has noticed that a connection is gone, be it before the framework has heard its ID on it. */
  streamBroken(streamId: string): void {
    const framework = [...this.#state.frameworks.values()].find(({ stream }) => stream?.id === streamId);
    if (!this.#state.alive || framework === undefined) return;
    framework.stream = undefined;
    this.#offers.forget(framework.id);
    this.#awaitFailover(framework);
  }

  /** It ends, with all its tasks. */
  complete(framework: Framework): void {
    const state = this.#state;
    state.frameworks.delete(framework.id);
    state.completed.add(framework.id);
    this.#offers.forget(framework.id);
    for (const entry of state.agents.values())
      if (entry.connected) state.tell(entry, () => entry.agent.shutdownFramework(framework.id));
  }

  #awaitFailover(framework: Framework): void {
    const { epoch } = framework;
    this.#state.world.after(framework.failoverMs, () => {
      if (this.#state.alive && framework.epoch === epoch && framework.stream === undefined) this.complete(framework);
    });
  }
}
