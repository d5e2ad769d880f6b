// Wrong requests and streams, thousands of them from one seed, against a master that must outlive them all.
import { encodeMessage } from "../../src/mesos/protobuf/codec.ts";
import { encodeRecord } from "../../src/mesos/recordio.ts";
import { Asker, type Exchange, type Outcome } from "./exchange.ts";
import { LiveAgent, registration } from "./live-agent.ts";
import { LiveFramework } from "./live-framework.ts";
import type { MasterProcess } from "./master-process.ts";
import { damageBytes, damageTree } from "./mutations.ts";
import { Random } from "./random.ts";
import { APIS, completeCalls, type Json, type JsonObject, randomCall, recordedExchanges } from "./samples.ts";

export interface FuzzOptions {
  master: MasterProcess;
  seed: number;
  runs: number;
}

export interface FuzzResult {
  /** How many requests were answered with each status; connections closed without one under "closed". */
  outcomes: Record<string, number>;
  heldBytesBefore: number;
  heldBytesAfter: number;
}

/** How often the master is asked whether it is well, in runs. */
const CHECK_EVERY = 50;
/** The state that a master keeps by design, of frameworks and tasks that are over, is there by then. */
const WARM_UP_SHARE = 0.3;
const RAW_SILENCE_MS = 30;

/** @throws Error, with the run's number, if the master dies, does not answer, or does not take frameworks any more */
export async function fuzz({ master, seed, runs }: FuzzOptions): Promise<FuzzResult> {
  const round = new Round(master, new Random(seed));
  let heldBytesBefore = 0;
  for (let run = 1; run <= runs; run++) {
    try {
      await round.once(run);
      if (run % CHECK_EVERY === 0 || run === runs) await round.check();
    } catch (error) {
      throw new Error(`Run ${run} of seed ${seed}: ${(error as Error).message}`, { cause: error });
    }
    if (run === Math.ceil(runs * WARM_UP_SHARE)) heldBytesBefore = await master.heldBytes();
  }
  round.close();
  return { outcomes: round.outcomes, heldBytesBefore, heldBytesAfter: await master.heldBytes() };
}

class Round {
  readonly outcomes: Record<string, number> = {};
  readonly #master: MasterProcess;
  readonly #random: Random;
  readonly #asker: Asker;
  readonly #recorded = recordedExchanges();
  readonly #calls = APIS.flatMap((api) => completeCalls(api).map((call) => ({ api, call })));
  #framework: LiveFramework | undefined;
  #agent: LiveAgent | undefined;
  #agents = 0;

  constructor(master: MasterProcess, random: Random) {
    this.#master = master;
    this.#random = random;
    this.#asker = new Asker(master.port);
  }

  async once(run: number): Promise<void> {
    if (!this.#framework || this.#framework.ended) this.#framework = await LiveFramework.subscribe(this.#master.port);
    if (!this.#agent?.connected)
      this.#agent = await LiveAgent.register(this.#master.port, `agent-${run}-${this.#agents++}`);
    const kind = this.#random.next();
    if (kind < 0.75) this.#count(await this.#asker.ask(this.#call()));
    else if (kind < 0.85) this.#count(await this.#asker.ask(this.#recordedRequest()));
    else this.#count(await this.#stream(kind < 0.93 ? this.#agentStream(run) : this.#rawRequest()));
  }

  /** It lives, shows its state, and takes a framework. */
  async check(): Promise<void> {
    this.#master.expectAlive();
    for (const path of [
      "/health",
      "/state",
      "/state-summary",
      "/slaves",
      "/frameworks",
      "/tasks",
      "/roles",
      "/metrics/snapshot",
    ]) {
      const outcome = await this.#asker.ask({ method: "GET", path });
      if (outcome === "closed" || outcome.status !== 200)
        throw new Error(`GET ${path}: ${outcome === "closed" ? outcome : `${outcome.status} ${outcome.body}`}`);
    }
    (await LiveFramework.subscribe(this.#master.port)).close();
  }

  close(): void {
    this.#framework?.close();
    this.#agent?.close();
    this.#asker.close();
  }

  #count(outcome: Outcome): void {
    const key = outcome === "closed" ? outcome : String(outcome.status);
    this.outcomes[key] = (this.outcomes[key] ?? 0) + 1;
    if (outcome !== "closed" && outcome.status === 500) throw new Error(`Answered with 500: ${outcome.body}`);
    this.#master.expectAlive();
  }

  /** A call, right or damaged, in either encoding, of the framework that is subscribed or of nobody. */
  #call(): Exchange {
    const random = this.#random;
    const drawn = random.pick(this.#calls);
    const api = drawn.api;
    let call = random.chance(0.5) ? drawn.call : randomCall(api, random);
    if (random.chance(0.85)) call = this.#revive(call) as JsonObject;
    if (random.chance(0.6)) call = damageTree(call, random);
    const protobuf = random.chance(0.2);
    let body: Buffer = protobuf ? Buffer.from(encodeMessage(api.call, call)) : Buffer.from(JSON.stringify(call));
    if (random.chance(0.2)) body = damageBytes(body, random);
    const streams = call["type"] !== "SUBSCRIBE" && api.call === "scheduler.Call";
    const headers = {
      "Content-Type": protobuf ? "application/x-protobuf" : "application/json",
      ...(streams ? { "Mesos-Stream-Id": this.#framework?.streamId ?? "" } : {}),
      ...(random.chance(0.1) ? { Accept: "application/x-protobuf" } : {}),
    };
    return { path: api.path, headers, body };
  }

  /** The same with IDs that mean something to the master. */
  #revive(value: Json, key = ""): Json {
    if (Array.isArray(value)) return value.map((item) => this.#revive(item, key));
    if (typeof value !== "object" || value === null) return value;
    const random = this.#random;
    if (key === "framework_id" || (key === "id" && "value" in value)) return { value: this.#framework?.id ?? "" };
    if (key === "agent_id") return { value: this.#agent?.id ?? "" };
    if (key === "offer_ids") return { value: this.#framework?.offerIds.at(-1) ?? "" };
    if (key === "task_id") return { value: `t${random.below(20)}` };
    return Object.fromEntries(Object.entries(value).map(([name, below]) => [name, this.#revive(below, name)]));
  }

  #recordedRequest(): Exchange {
    const random = this.#random;
    const recorded = random.pick(this.#recorded);
    if (recorded.body !== undefined) return { ...recorded, body: damageBytes(Buffer.from(recorded.body), random) };
    const path = random.chance(0.7) ? damagedPath(recorded.path, random) : recorded.path;
    return { ...recorded, path };
  }

  async #stream(bytes: Buffer): Promise<Outcome> {
    const text = await this.#asker.raw(bytes, RAW_SILENCE_MS);
    const status = Number(/^HTTP\/1\.1 (\d+)/.exec(text)?.[1] ?? 0);
    // Bytes that are no complete request may wait for the rest of it.
    return status === 0 ? "closed" : { status, body: text, headers: {} };
  }

  /** What an agent says, from its first message on, damaged somewhere. */
  #agentStream(run: number): Buffer {
    const random = this.#random;
    const hello = `GET /internal/agent HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: mesos-up-agent/1\r\n\r\n`;
    const first = registration(`stream-${run}`) as unknown as JsonObject;
    const said = [first, ...Array.from({ length: random.below(4) }, () => random.pick(this.#agentMessages()))];
    const damaged = random.below(said.length);
    const records = said.map((message, index) =>
      encodeRecord(JSON.stringify(index === damaged ? damageTree(message, random) : message)),
    );
    const body = Buffer.concat(records);
    return Buffer.concat([Buffer.from(hello), random.chance(0.5) ? damageBytes(body, random) : body]);
  }

  #agentMessages(): JsonObject[] {
    const framework_id = { value: this.#framework?.id ?? "" };
    const task_id = { value: "t1" };
    const agent_id = { value: this.#agent?.id ?? "" };
    const status = {
      task_id,
      agent_id,
      state: "TASK_FINISHED",
      source: "SOURCE_EXECUTOR",
      uuid: "AAAAAAAAAAAAAAAAAAAAAA==",
    };
    const executor_id = { value: "e" };
    const agent_info = { id: agent_id, hostname: "x", port: 5051, resources: [], attributes: [] };
    const description = { agent_info, pid: "slave(1)@x:5051", version: "1.12.0", capabilities: [] };
    const resources = [{ name: "cpus", type: "SCALAR", scalar: { value: 1 } }];
    const task = { name: "t", task_id, framework_id, agent_id, state: "TASK_RUNNING", resources, statuses: [status] };
    const frameworks = [{ id: framework_id, user: "root", name: "x" }];
    const executors = [{ framework_id, executor_info: { executor_id, command: { value: "x" } } }];
    return [
      { type: "PONG" },
      { type: "UPDATE", update: { framework_id, agent_id, status } },
      { type: "MESSAGE", message: { framework_id, executor_id, data: "AA==" } },
      { type: "EXITED_EXECUTOR", exited_executor: { framework_id, executor_id, status: 9 } },
      { type: "UNREGISTER" },
      { type: "REREGISTER", reregister: { ...description, tasks: [task], executors, frameworks } },
    ];
  }

  #rawRequest(): Buffer {
    const random = this.#random;
    const { method = "POST", path, headers = {}, body = "" } = this.#call();
    const lines = Object.entries({ Host: "x", ...headers, "Content-Length": String(body.length) });
    const head = `${method} ${path} HTTP/1.1\r\n${lines.map(([name, value]) => `${name}: ${value}\r\n`).join("")}\r\n`;
    return damageBytes(Buffer.concat([Buffer.from(head), Buffer.from(body)]), random);
  }
}

/** A path that can be sent, with something wrong in it or behind it. */
function damagedPath(path: string, random: Random): string {
  const query = [
    "",
    "?jsonp=x",
    "?path=/../etc/passwd",
    "?limit=-1",
    "?order=x&offset=1e9",
    "?framework_id=%00",
    "?%",
    "?slave_id=",
  ];
  const damaged = damageBytes(Buffer.from(path), random).toString("latin1");
  return `/${damaged.replace(/[^\x21-\x7e]/g, "%00").replace(/^\/+/, random.chance(0.5) ? "" : "/")}${random.pick(query)}`;
}
