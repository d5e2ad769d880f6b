// The executor's side of the v1 executor API: a subscription that is kept alive across restarts of the agent, and calls.
import { Agent as HttpAgent, type ClientRequest, type IncomingMessage, request } from "node:http";
import { textDecoder } from "../../mesos/recordio.ts";
import type { ExecutorCall, ExecutorEvent } from "../agent/executor-messages.ts";
import type { Clock } from "../common/clock.ts";

const FIRST_BACKOFF_MS = 20;
/** A restarted agent waits two seconds for its executors: each of them asks several times by then. */
const LAST_BACKOFF_MS = 500;
const JSON_HEADERS = { "Content-Type": "application/json", Accept: "application/json" };

export interface AgentConnectionOptions {
  agent: { ip: string; port: number; path: string };
  /** Made anew for every attempt: it tells what is not acknowledged yet. */
  subscribeCall: () => ExecutorCall;
  onEvent: (event: ExecutorEvent) => void;
  /** The agent is out of reach for good, or goes on refusing the executor. */
  onLost: (reason: string) => void;
  /** Wait this long for the agent to come back; 0 for executors that end with their agent. */
  recoveryTimeoutMs: number;
  clock: Clock;
}

/**
 * CONNECTING: asking to subscribe, or waiting to ask again. SUBSCRIBED: events arrive. CLOSED: nothing happens any more.
 */
type ConnectionState = "CONNECTING" | "SUBSCRIBED" | "CLOSED";

export class AgentConnection {
  readonly #options: AgentConnectionOptions;
  readonly #calls = new HttpAgent({ keepAlive: true, maxSockets: 1 });
  #state: ConnectionState = "CONNECTING";
  #disconnectedAt: number;
  #backoffMs = FIRST_BACKOFF_MS;
  #subscription: ClientRequest | undefined;
  /** Made while a SUBSCRIBE without them was on its way: to be sent once that is answered. */
  #waiting: ExecutorCall[] = [];

  constructor(options: AgentConnectionOptions) {
    this.#options = options;
    this.#disconnectedAt = options.clock.nowMs();
    this.#subscribe();
  }

  /** Sends a call; what does not arrive is told again by the next SUBSCRIBE. */
  send(call: ExecutorCall): void {
    if (this.#state === "CONNECTING") this.#waiting.push(call);
    if (this.#state !== "SUBSCRIBED") return;
    const sent = this.#request(call, this.#calls);
    sent.on("response", (response) => response.resume());
    // A connection that was kept may have ended with the agent before this one; an update that comes twice is told once.
    sent.on("error", () => {
      if (sent.reusedSocket) this.send(call);
    });
  }

  close(): void {
    this.#state = "CLOSED";
    this.#subscription?.destroy();
    this.#calls.destroy();
  }

  #subscribe(): void {
    this.#waiting = [];
    const sent = this.#request(this.#options.subscribeCall(), false);
    this.#subscription = sent;
    sent.on("response", (response) => this.#read(response));
    sent.on("error", () => this.#retry());
  }

  #read(response: IncomingMessage): void {
    if (response.statusCode !== 200) {
      response.resume();
      // 503: the agent is recovering. What refuses the executor may be another agent at the address of its own, which can
      // still come back: a real executor too asks on until its recovery timeout is over (src/executor/executor.cpp, `_send`).
      this.#retry();
      return;
    }
    this.#state = "SUBSCRIBED";
    this.#backoffMs = FIRST_BACKOFF_MS;
    for (const call of this.#waiting.splice(0)) this.send(call);
    const decoder = textDecoder();
    response.on("data", (chunk: Buffer) => {
      for (const record of decoder.push(chunk)) {
        this.#options.onEvent(JSON.parse(record) as ExecutorEvent);
      }
    });
    response.on("error", () => {});
    response.on("close", () => {
      if (this.#state !== "SUBSCRIBED") return;
      this.#state = "CONNECTING";
      this.#disconnectedAt = this.#options.clock.nowMs();
      this.#retry();
    });
  }

  #retry(): void {
    if (this.#state === "CLOSED") return;
    const { recoveryTimeoutMs, clock } = this.#options;
    if (clock.nowMs() - this.#disconnectedAt >= recoveryTimeoutMs) {
      this.#lose("Agent is out of reach");
      return;
    }
    clock.after(this.#backoffMs, () => {
      if (this.#state === "CONNECTING") this.#subscribe();
    });
    this.#backoffMs = Math.min(this.#backoffMs * 2, LAST_BACKOFF_MS);
  }

  #lose(reason: string): void {
    if (this.#state === "CLOSED") return;
    this.close();
    this.#options.onLost(reason);
  }

  #request(call: ExecutorCall, agent: HttpAgent | false): ClientRequest {
    const { ip, port, path } = this.#options.agent;
    const body = JSON.stringify(call);
    const headers = { ...JSON_HEADERS, "Content-Length": Buffer.byteLength(body) };
    const sent = request({ host: ip, port, path, method: "POST", headers, agent });
    sent.setNoDelay(true);
    sent.end(body);
    return sent;
  }
}
