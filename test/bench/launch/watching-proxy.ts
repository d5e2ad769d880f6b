// Between a scheduler and a master: passes everything on, and notes when offers went to the scheduler, when an ACCEPT of
// one came back, and which tasks came to an end. So every scheduler is measured from outside, and in the same way.
import { Agent, createServer, request } from "node:http";
import type { IncomingMessage, Server, ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { RecordIoDecoder, encodeRecord } from "../../../src/mesos/recordio.ts";
import type { SchedulerCall, SchedulerEvent } from "../../../src/mesos/scheduler-api.ts";
import type { Address } from "../simulation/scheduler-connection.ts";

export class WatchingProxy {
  /** From an offer to its ACCEPT. */
  readonly reactionsMs: number[] = [];
  readonly finished = new Set<string>();
  /** Tasks that ended otherwise. */
  readonly failed = new Map<string, string>();
  firstOfferMs: number | undefined;
  /** When something was last heard of a task. */
  lastUpdateMs = 0;
  readonly #master: Address;
  readonly #server: Server;
  readonly #agent = new Agent({ keepAlive: true });
  readonly #offeredMs = new Map<string, number>();

  constructor(master: Address) {
    this.#master = master;
    this.#server = createServer((incoming, answer) => this.#pass(incoming, answer));
  }

  async listen(): Promise<Address> {
    await new Promise<void>((resolve) => this.#server.listen(0, "127.0.0.1", resolve));
    return { host: "127.0.0.1", port: (this.#server.address() as AddressInfo).port };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.closeAllConnections();
    this.#agent.destroy();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  #pass(incoming: IncomingMessage, answer: ServerResponse): void {
    const parts: Buffer[] = [];
    incoming.on("data", (part: Buffer) => parts.push(part));
    incoming.on("end", () => {
      const body = Buffer.concat(parts);
      const call = body.length === 0 ? undefined : (JSON.parse(body.toString("utf8")) as SchedulerCall);
      if (call?.type === "ACCEPT") this.#accepted(call.accept);
      const { method, url: path, headers } = incoming;
      const onward = { ...this.#master, method, path, headers: { ...headers }, agent: this.#agent };
      const sent = request(onward, (response) => {
        const passed = Object.entries(response.headers).filter(([name]) => name !== "transfer-encoding");
        answer.writeHead(response.statusCode ?? 502, Object.fromEntries(passed));
        if (call?.type === "SUBSCRIBE" && response.statusCode === 200) this.#passEvents(response, answer);
        else response.pipe(answer);
      });
      sent.on("error", () => answer.destroy());
      answer.on("close", () => sent.destroy());
      sent.end(body);
    });
  }

  /** Every record as a chunk of its own, as a Mesos master sends it. */
  #passEvents(response: IncomingMessage, answer: ServerResponse): void {
    const decoder = new RecordIoDecoder();
    response.on("data", (chunk: Buffer) => {
      for (const record of decoder.push(chunk)) {
        const event = JSON.parse(Buffer.from(record).toString("utf8")) as SchedulerEvent;
        answer.write(encodeRecord(record));
        this.#told(event);
      }
    });
    response.on("close", () => answer.destroy());
  }

  #told(event: SchedulerEvent): void {
    const nowMs = performance.now();
    if (event.type === "OFFERS") {
      this.firstOfferMs ??= nowMs;
      for (const { id } of event.offers.offers) this.#offeredMs.set(id.value, nowMs);
    } else if (event.type === "UPDATE") {
      const { state, task_id: id, message = "" } = event.update.status;
      this.lastUpdateMs = nowMs;
      if (state === "TASK_FINISHED") this.finished.add(id.value);
      else if (!["TASK_STAGING", "TASK_STARTING", "TASK_RUNNING"].includes(state))
        this.failed.set(id.value, `${state} ${message}`);
    }
  }

  #accepted({ offer_ids }: Extract<SchedulerCall, { type: "ACCEPT" }>["accept"]): void {
    for (const { value } of offer_ids) {
      const offeredMs = this.#offeredMs.get(value);
      if (offeredMs !== undefined) this.reactionsMs.push(performance.now() - offeredMs);
    }
  }
}
