// A master in this process on a clock of the test's own, with frameworks and agents that are objects instead of connections.
import { randomUUID } from "node:crypto";
import { silentLog } from "../../../src/engine/common/log.ts";
import { Files } from "../../../src/engine/common/files.ts";
import type { HttpAnswer, HttpRequest } from "../../../src/engine/common/http.ts";
import { AgentSession } from "../../../src/engine/master/agent-session.ts";
import { loadMasterFlags } from "../../../src/engine/master/flags.ts";
import { disconnect, subscribe } from "../../../src/engine/master/frameworks.ts";
import { Master } from "../../../src/engine/master/master.ts";
import type { RegistryStore } from "../../../src/engine/master/registrar.ts";
import { memoryStore } from "../../../src/engine/master/registry-stores.ts";
import { handleCall } from "../../../src/engine/master/scheduler-calls.ts";
import type { FrameworkStream } from "../../../src/engine/master/state.ts";
import type {
  AgentDescription,
  AgentToMaster,
  ExecutorReport,
  MasterToAgent,
  Task,
} from "../../../src/engine/protocol.ts";
import { rangesResource, scalarResource } from "../../../src/mesos/resources.ts";
import type { OperationStatus } from "../../../src/mesos/operations.ts";
import type { SchedulerCall, SchedulerEvent } from "../../../src/mesos/scheduler-api.ts";
import type { FrameworkInfo, Offer, TaskInfo, TaskState, TaskStatus } from "../../../src/mesos/types.ts";
import { FakeClock, settle } from "./fake-clock.ts";

export const MASTER_ID = "11111111-2222-4333-8444-555555555555";

export interface TestMaster {
  master: Master;
  clock: FakeClock;
}

/** A master that leads, or that does not know its place yet (`lead: false`). */
export async function startMaster(
  options: { args?: string[]; store?: RegistryStore; lead?: boolean; id?: string } = {},
): Promise<TestMaster> {
  const { args = [], store = memoryStore(), lead = true, id = MASTER_ID } = options;
  const { values: flags, shown } = loadMasterFlags(["--registry=in_memory", ...args], {});
  const clock = new FakeClock();
  const address = { hostname: "m1", ip: "127.0.0.1", port: 5050 };
  const info = { id, ip: 16777343, port: 5050, pid: "master@127.0.0.1:5050", hostname: "m1", address };
  const master = new Master({
    ...{ info, flags, shownFlags: shown, store, clock, log: silentLog, files: new Files(), newUuid: randomUUID },
  });
  if (lead) await master.lead();
  await settle();
  return { master, clock };
}

/** One HTTP exchange without HTTP. */
export async function ask({ master }: TestMaster, method: string, target: string, parts: Partial<HttpRequest> = {}) {
  const url = new URL(target, "http://m1");
  const request = { method, path: url.pathname, query: url.searchParams, remote: "", body: Buffer.alloc(0) };
  const answer = await master.routes.find(url.pathname)?.({ headers: {}, ...request, ...parts });
  return {
    ...(answer as HttpAnswer),
    json: parseOrNothing(answer?.pieces ? [...answer.pieces].join("") : answer?.body),
  };
}

function parseOrNothing(body: string | Buffer | undefined): unknown {
  try {
    return JSON.parse(body?.toString() ?? "");
  } catch {
    return undefined;
  }
}

type CallParts = SchedulerCall extends infer C
  ? C extends { framework_id?: unknown }
    ? Omit<C, "framework_id">
    : never
  : never;

/** A subscribed framework, and all that it has been told. */
export class TestFramework {
  readonly events: SchedulerEvent[] = [];
  /** What it was told of its operations. */
  readonly operations: OperationStatus[] = [];
  readonly stream: FrameworkStream;
  readonly #context: Master["context"];
  closed = false;
  id = "";

  constructor({ master }: TestMaster, info: Partial<FrameworkInfo> = {}, suppressedRoles: string[] = []) {
    this.#context = master.context;
    this.stream = {
      streamId: randomUUID(),
      send: (event) => {
        if (event.type === "UPDATE_OPERATION_STATUS") this.operations.push(event.update_operation_status.status);
        else this.events.push(event);
      },
      close: () => (this.closed = true),
    };
    const asked = { info: { user: "root", name: "test", ...info }, suppressedRoles };
    this.id = subscribe(master.context, this.stream, asked)?.id ?? "";
  }

  /** Gives back the refusal, if there is one. */
  call(parts: CallParts): string | undefined {
    const framework = this.#context.state.frameworks.get(this.id);
    if (!framework) throw new Error("The framework is not there");
    return handleCall(this.#context, framework, { ...parts, framework_id: { value: this.id } });
  }

  disconnect(): void {
    const framework = this.#context.state.frameworks.get(this.id);
    if (framework) disconnect(this.#context, framework, this.stream);
  }

  get types(): string[] {
    return this.events.map(({ type }) => type);
  }

  get offers(): Offer[] {
    return this.events.flatMap((event) => (event.type === "OFFERS" ? event.offers.offers : []));
  }

  get updates(): TaskStatus[] {
    return this.events.flatMap((event) => (event.type === "UPDATE" ? [event.update.status] : []));
  }

  get errors(): string[] {
    return this.events.flatMap((event) => (event.type === "ERROR" ? [event.error.message] : []));
  }

  /** Launches on the newest offer. */
  async launch(...tasks: Partial<TaskInfo>[]): Promise<void> {
    const offer = this.offers.at(-1);
    if (!offer) throw new Error("There is no offer");
    const operation = { type: "LAUNCH" as const, launch: { task_infos: tasks.map((task) => aTask(offer, task)) } };
    this.call({ type: "ACCEPT", accept: { offer_ids: [offer.id], operations: [operation] } });
    await settle();
  }

  async decline(seconds: number): Promise<void> {
    const ids = this.offers.slice(-1).map(({ id }) => id);
    this.call({ type: "DECLINE", decline: { offer_ids: ids, filters: { refuse_seconds: seconds } } });
    await settle();
  }
}

export function aTask(offer: Offer, over: Partial<TaskInfo> = {}): TaskInfo {
  return {
    ...{ name: "t", task_id: { value: "t1" }, agent_id: offer.agent_id, command: { value: "true" } },
    resources: [scalarResource("cpus", 1), scalarResource("mem", 64)],
    ...over,
  };
}

/** An agent, and all that it has been told. */
export class TestAgent {
  readonly told: MasterToAgent[] = [];
  readonly pid: string;
  readonly #session: AgentSession;
  readonly #link = { closed: false, send: (m: MasterToAgent) => void this.told.push(m), close: () => this.#close() };
  id: string;

  constructor({ master }: TestMaster, options: { id?: string; pid?: string } = {}) {
    this.id = options.id ?? "";
    this.pid = options.pid ?? "slave(1)@127.0.0.1:5051";
    this.#session = new AgentSession(master.context);
    this.#session.attach(this.#link);
  }

  readonly resources = [
    ...[scalarResource("cpus", 4), scalarResource("mem", 4096), scalarResource("disk", 10_000)],
    rangesResource("ports", [{ begin: 9000, end: 9010 }]),
  ];

  get description(): AgentDescription {
    return {
      agent_info: {
        ...{ hostname: "a1", port: 5051, checkpoint: true, attributes: [] },
        resources: this.resources,
        ...(this.id === "" ? {} : { id: { value: this.id } }),
      },
      ...{ pid: this.pid, version: "1.12.0", capabilities: ["MULTI_ROLE"], total_resources: this.resources },
    };
  }

  async send(message: AgentToMaster): Promise<void> {
    this.#session.receive(message);
    await settle();
  }

  async register(): Promise<this> {
    await this.send({ type: "REGISTER", register: this.description });
    const [registered] = this.#of("REGISTERED");
    this.id = registered?.registered.agent_id.value ?? "";
    return this;
  }

  async reregister(
    tasks: Task[] = [],
    frameworks: FrameworkInfo[] = [],
    executors: ExecutorReport[] = [],
  ): Promise<this> {
    await this.send({
      type: "REREGISTER",
      reregister: { ...this.description, tasks, executors, frameworks, operations: [] },
    });
    return this;
  }

  async update(frameworkId: string, taskId: string, state: TaskState): Promise<TaskStatus> {
    const status: TaskStatus = {
      ...{ task_id: { value: taskId }, state, source: "SOURCE_EXECUTOR", agent_id: { value: this.id } },
      uuid: Buffer.from(randomUUID().replaceAll("-", ""), "hex").toString("base64"),
    };
    const ids = { framework_id: { value: frameworkId }, agent_id: { value: this.id } };
    await this.send({ type: "UPDATE", update: { ...ids, status } });
    return status;
  }

  async disconnect(): Promise<void> {
    this.#close();
    await settle();
  }

  /** What it was told, of one kind. */
  heard<T extends MasterToAgent["type"]>(type: T): Extract<MasterToAgent, { type: T }>[] {
    return this.#of(type);
  }

  #of<T extends MasterToAgent["type"]>(type: T): Extract<MasterToAgent, { type: T }>[] {
    return this.told.filter((message): message is Extract<MasterToAgent, { type: T }> => message.type === type);
  }

  #close(): void {
    if (this.#link.closed) return;
    this.#link.closed = true;
    this.#session.closed();
  }
}
