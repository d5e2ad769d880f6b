// A framework as a scenario plays it: subscribed, calling, and following its tasks.
import {
  SCHEDULER_PATH,
  STREAM_ID_HEADER,
  type SchedulerCall,
  type SchedulerEvent,
} from "../../../src/mesos/scheduler-api.ts";
import type { FrameworkInfo, Offer, TaskInfo, TaskState, TaskStatus } from "../../../src/mesos/types.ts";
import type { EventStream } from "./event-stream.ts";
import type { PlainAnswer } from "./plain-http.ts";
import { JSON_HEADERS, type Probe } from "./probe.ts";
import { statusOf } from "./shape.ts";

type WithoutFrameworkId<Call> = Call extends unknown ? Omit<Call, "framework_id"> : never;
/** A call whose framework ID is filled in. */
export type FrameworkCall = WithoutFrameworkId<SchedulerCall>;
type First = Extract<SchedulerEvent, { type: "SUBSCRIBED" | "ERROR" }>;

/**
 * Subscribes a framework, under an ID of before where one is given, and waits for what the master says to it: SUBSCRIBED
 * or ERROR. However the scenario ends, the framework is torn down with it.
 */
export async function subscribe(
  probe: Probe,
  info: Partial<FrameworkInfo> = {},
  frameworkId?: string,
): Promise<Framework> {
  const id = frameworkId === undefined ? undefined : { value: frameworkId };
  const call: SchedulerCall = {
    type: "SUBSCRIBE",
    ...(id && { framework_id: id }),
    subscribe: {
      framework_info: { user: "root", name: `conformance ${probe.scenario}`, ...(id && { id }), ...info },
    },
  };
  const stream = await probe.openStream<SchedulerEvent>(SCHEDULER_PATH, call);
  const { event } = await stream.wait(({ type }) => type === "SUBSCRIBED" || type === "ERROR", { limitMs: 60_000 });
  return new Framework(probe, stream, event as First);
}

export class Framework {
  readonly stream: EventStream<SchedulerEvent>;
  readonly first: First;
  readonly #probe: Probe;
  readonly #followed = new Set<SchedulerEvent>();
  #tornDown = false;

  constructor(probe: Probe, stream: EventStream<SchedulerEvent>, first: First) {
    this.#probe = probe;
    this.stream = stream;
    this.first = first;
    if (first.type === "SUBSCRIBED") probe.atEnd(() => this.#removeIfLeft());
  }

  /** Empty for a framework that was refused. */
  get id(): string {
    return this.first.type === "SUBSCRIBED" ? this.first.subscribed.framework_id.value : "";
  }

  /** What became of the subscription: the master's error, or else `otherwise`, by default the first event's type. */
  answer(otherwise: unknown = this.first.type): unknown {
    return this.first.type === "ERROR" ? this.first.error : otherwise;
  }

  /** A call that goes into the transcript. */
  async call(call: FrameworkCall, label = `call ${call.type}`): Promise<PlainAnswer> {
    return await this.#probe.schedulerCall(this.#body(call), { headers: this.#headers(), label });
  }

  /** A call that leaves no trace in the transcript. */
  async send(call: FrameworkCall): Promise<void> {
    const request = { method: "POST", path: SCHEDULER_PATH, headers: this.#headers(), body: this.#body(call) };
    await this.#probe.quietly("master", request);
  }

  /** The offers of the first OFFERS event since the mark: by default, since the subscription. */
  async offers(options: { limitMs?: number; since?: number } = {}): Promise<Offer[]> {
    const { event } = await this.stream.wait(({ type }) => type === "OFFERS", options);
    return event.type === "OFFERS" ? event.offers.offers : [];
  }

  /** The first of them: the agent's. */
  async offer(options: { limitMs?: number; since?: number } = {}): Promise<Offer> {
    const [offer] = await this.offers(options);
    if (offer === undefined) throw new Error("an OFFERS event without an offer");
    return offer;
  }

  async launch(
    offer: Offer,
    tasks: TaskInfo[],
    { label = "call ACCEPT(LAUNCH)", refuseSeconds = 0 }: { label?: string; refuseSeconds?: number } = {},
  ): Promise<void> {
    const operations = [{ type: "LAUNCH" as const, launch: { task_infos: tasks } }];
    const accept = { offer_ids: [offer.id], operations, filters: { refuse_seconds: refuseSeconds } };
    await this.call({ type: "ACCEPT", accept }, label);
  }

  /** The next update of a task that was not followed yet; acknowledged, where that is expected. */
  async nextUpdate(taskId: string, limitMs: number): Promise<TaskStatus> {
    const { event } = await this.stream.wait((one) => updateOf(one, taskId) !== undefined && !this.#followed.has(one), {
      limitMs,
    });
    this.#followed.add(event);
    const status = updateOf(event, taskId);
    if (status === undefined) throw new Error("an UPDATE event without a status");
    await this.#acknowledge(status);
    return status;
  }

  /** Acknowledges a task's updates, and writes them into the transcript, until it is in one of the states. */
  async follow(taskId: string, states: TaskState[], limitMs = 60_000): Promise<TaskStatus> {
    for (;;) {
      const status = await this.nextUpdate(taskId, limitMs);
      this.#probe.record({ event: "UPDATE", status: statusOf(status) });
      if (states.includes(status.state)) return status;
    }
  }

  async teardown(): Promise<void> {
    this.#tornDown = true;
    await this.send({ type: "TEARDOWN" });
    this.stream.close();
  }

  async #acknowledge({ uuid, agent_id, task_id }: TaskStatus): Promise<void> {
    if (uuid !== undefined && agent_id !== undefined)
      await this.send({ type: "ACKNOWLEDGE", acknowledge: { agent_id, task_id, uuid } });
  }

  /** By the operator's endpoint, which takes frameworks that are not connected, too. */
  async #removeIfLeft(): Promise<void> {
    if (this.#tornDown) return;
    const headers = { "Content-Type": "application/x-www-form-urlencoded" };
    const body = `frameworkId=${this.id}`;
    await this.#probe.quietly("master", { method: "POST", path: "/teardown", headers, body }).catch(() => undefined);
  }

  #headers(): Record<string, string> {
    return { ...JSON_HEADERS, [STREAM_ID_HEADER]: this.stream.streamId };
  }

  #body(call: FrameworkCall): object {
    return { framework_id: { value: this.id }, ...call };
  }
}

/** The status that an event tells of a task. */
export function updateOf(event: SchedulerEvent, taskId: string): TaskStatus | undefined {
  if (event.type !== "UPDATE") return undefined;
  const { status } = event.update;
  return status.task_id.value === taskId ? status : undefined;
}
