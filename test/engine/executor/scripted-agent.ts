// An agent that takes an executor's calls and says what a test tells it to.
import { createServer, type Server, type ServerResponse } from "node:http";
import type { ExecutorCall, ExecutorEvent } from "../../../src/engine/agent/executor-messages.ts";
import { encodeRecord } from "../../../src/mesos/recordio.ts";
import type { TaskStatus } from "../../../src/mesos/types.ts";

export class ScriptedAgent {
  readonly calls: ExecutorCall[] = [];
  readonly statuses: TaskStatus[] = [];
  readonly server: Server;
  #stream: ServerResponse | undefined;
  #changed: () => void = () => {};
  /** What it answers subscriptions with. */
  subscribeStatus = 200;
  /** Set while it takes subscriptions without answering them. */
  #held: ServerResponse[] | undefined;

  constructor() {
    this.server = createServer((request, response) => {
      const parts: Buffer[] = [];
      request.on("data", (part: Buffer) => parts.push(part));
      request.on("end", () => this.#receive(JSON.parse(Buffer.concat(parts).toString()) as ExecutorCall, response));
    });
  }

  send(event: ExecutorEvent): void {
    this.#stream?.write(encodeRecord(JSON.stringify(event)));
  }
  disconnect(): void {
    this.#stream?.end();
  }
  /** Leaves subscriptions unanswered until the function that it gives is called. */
  holdSubscriptions(): () => void {
    const held: ServerResponse[] = [];
    this.#held = held;
    return () => {
      this.#held = undefined;
      for (const response of held) response.writeHead(200).flushHeaders();
    };
  }
  acknowledge(status: TaskStatus | undefined): void {
    if (!status) throw new Error("There is no such update");
    this.send({ type: "ACKNOWLEDGED", acknowledged: { task_id: status.task_id, uuid: status.uuid ?? "" } });
  }
  /** Resolves as soon as the condition holds. */
  async until(condition: () => boolean): Promise<void> {
    while (!condition()) await new Promise<void>((resolve) => (this.#changed = resolve));
  }
  changed(): void {
    this.#changed();
  }
  subscriptions(): (ExecutorCall & { type: "SUBSCRIBE" })[] {
    return this.calls.flatMap((call) => (call.type === "SUBSCRIBE" ? [call] : []));
  }

  #answer(response: ServerResponse): void {
    response.writeHead(this.subscribeStatus);
    if (this.subscribeStatus === 200) response.flushHeaders();
    else response.end();
  }

  #receive(call: ExecutorCall, response: ServerResponse): void {
    this.calls.push(call);
    if (call.type === "SUBSCRIBE") {
      this.#stream = response;
      if (this.#held === undefined) this.#answer(response);
      else this.#held.push(response);
    } else {
      if (call.type === "UPDATE") this.statuses.push(call.update.status);
      response.writeHead(202).end();
    }
    this.changed();
  }
}
