// A framework as a test plays it: it hears everything, and acknowledges what it is told to.
import {
  SCHEDULER_PATH,
  STREAM_ID_HEADER,
  type SchedulerCall,
  type SchedulerEvent,
} from "../../../src/mesos/scheduler-api.ts";
import type { FrameworkInfo, Offer, TaskInfo, TaskState, TaskStatus } from "../../../src/mesos/types.ts";
import { EventStream } from "../../conformance/probe/event-stream.ts";
import type { PlainHttp } from "../../conformance/probe/plain-http.ts";

type WithoutFrameworkId<Call> = Call extends unknown ? Omit<Call, "framework_id"> : never;

const JSON_HEADERS = { "Content-Type": "application/json", Accept: "application/json" };
const LIMIT_MS = 60_000;

export class Framework {
  readonly stream: EventStream<SchedulerEvent>;
  readonly #http: PlainHttp;
  readonly #master: string;
  id = "";

  private constructor(http: PlainHttp, master: string, stream: EventStream<SchedulerEvent>) {
    this.#http = http;
    this.#master = master;
    this.stream = stream;
  }

  /** Subscribes with the leading master; `info.id` takes up what was. @throws Error with the answer of a master that refuses */
  static async subscribe(http: PlainHttp, master: string, info: Partial<FrameworkInfo> = {}): Promise<Framework> {
    const { id } = info;
    const framework_info = { user: "root", name: "test", ...info };
    const body = { type: "SUBSCRIBE", ...(id ? { framework_id: id } : {}), subscribe: { framework_info } };
    const answer = await http.open(master, { method: "POST", path: SCHEDULER_PATH, headers: JSON_HEADERS, body });
    if (answer.statusCode !== 200) {
      answer.resume();
      throw new Error(`SUBSCRIBE was answered ${answer.statusCode ?? 0}`);
    }
    const framework = new Framework(http, master, new EventStream<SchedulerEvent>(answer));
    const { event } = await framework.stream.wait(({ type }) => type === "SUBSCRIBED" || type === "ERROR");
    if (event.type !== "SUBSCRIBED") throw new Error(JSON.stringify(event));
    framework.id = event.subscribed.framework_id.value;
    return framework;
  }

  async call(call: WithoutFrameworkId<SchedulerCall>): Promise<void> {
    const headers = { ...JSON_HEADERS, [STREAM_ID_HEADER]: this.stream.streamId };
    const body = { framework_id: { value: this.id }, ...call };
    await this.#http.exchange(this.#master, { method: "POST", path: SCHEDULER_PATH, headers, body });
  }

  async offer(since = 0): Promise<Offer> {
    const { event } = await this.stream.wait(({ type }) => type === "OFFERS", { limitMs: LIMIT_MS, since });
    const [offer] = event.type === "OFFERS" ? event.offers.offers : [];
    if (!offer) throw new Error("OFFERS without an offer");
    return offer;
  }

  /** Launches a command task on one processor, and waits until it runs; what it says until then is acknowledged. */
  async run(offer: Offer, id: string, command: string): Promise<TaskStatus> {
    await this.launch(offer, id, command);
    await this.acknowledge(await this.update(id, "TASK_STARTING"));
    const status = await this.update(id, "TASK_RUNNING");
    await this.acknowledge(status);
    return status;
  }

  async launch(offer: Offer, id: string, command: string): Promise<void> {
    const task: TaskInfo = {
      ...{ name: id, task_id: { value: id }, agent_id: offer.agent_id, command: { value: command } },
      resources: [
        { name: "cpus", type: "SCALAR", scalar: { value: 1 } },
        { name: "mem", type: "SCALAR", scalar: { value: 64 } },
      ],
    };
    const operations = [{ type: "LAUNCH" as const, launch: { task_infos: [task] } }];
    await this.call({ type: "ACCEPT", accept: { offer_ids: [offer.id], operations, filters: { refuse_seconds: 0 } } });
  }

  async update(taskId: string, state: TaskState, since = 0): Promise<TaskStatus> {
    const { event } = await this.stream.wait(
      (one) => one.type === "UPDATE" && one.update.status.task_id.value === taskId && one.update.status.state === state,
      { limitMs: LIMIT_MS, since },
    );
    if (event.type !== "UPDATE") throw new Error("not an UPDATE");
    return event.update.status;
  }

  async acknowledge({ agent_id, task_id, uuid }: TaskStatus): Promise<void> {
    if (!agent_id || uuid === undefined) throw new Error("There is nothing to acknowledge");
    await this.call({ type: "ACKNOWLEDGE", acknowledge: { agent_id, task_id, uuid } });
  }

  /** What was heard since the mark, heartbeats left out. */
  types(since: number): string[] {
    return this.stream.events
      .slice(since)
      .map(({ type }) => type)
      .filter((type) => type !== "HEARTBEAT");
  }
}
