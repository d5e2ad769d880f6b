// What a scenario works with: exchanges with the master and the agent, and the transcript that they go into.
import { setTimeout as pause } from "node:timers/promises";
import { OPERATOR_PATH, SCHEDULER_PATH } from "../../../src/mesos/scheduler-api.ts";
import { Normalizer, type Json } from "../compare/normalizer.ts";
import { EventStream } from "./event-stream.ts";
import { PlainHttp, type PlainAnswer, type PlainRequest } from "./plain-http.ts";
import type { AgentState, MasterState } from "./state.ts";

/** The Mesos that is asked. URLs are http://host:port. */
export interface Target {
  master: string;
  agent: string;
  /** An nginx with a shell, present where the agent's containers come from. */
  image: string;
}

export type Server = "master" | "agent";

export interface RecordedRequest extends PlainRequest {
  /** What the exchange is called in the transcript; its method and path where nothing is said. */
  label?: string | undefined;
  /** What the transcript keeps of the body: by default all of it, `false` nothing. */
  show?: false | ((body: unknown) => unknown);
}

export const JSON_HEADERS = { "Content-Type": "application/json", Accept: "application/json" };

const POLL_MS = 50;

export class Probe {
  readonly target: Target;
  readonly scenario: string;
  readonly http = new PlainHttp();
  readonly transcript: Json[] = [];
  readonly #normalizer = new Normalizer();
  readonly #cleanUps: (() => Promise<void>)[] = [];

  constructor(target: Target, scenario: string) {
    this.target = target;
    this.scenario = scenario;
  }

  /** In the transcript a placeholder will stand for a text that the scenario made up. */
  hide(raw: string, placeholder: string): void {
    this.#normalizer.hide(raw, placeholder);
  }

  record(entry: Record<string, unknown>): void {
    this.transcript.push(this.#normalizer.normalize(entry));
  }

  note(what: string, value: unknown): void {
    this.record({ note: what, value: value ?? null });
  }

  /** An exchange that goes into the transcript: status, headers that matter, body. */
  async exchange(server: Server, request: RecordedRequest): Promise<PlainAnswer> {
    const { label = `${request.method} ${request.path}`, show = (body: unknown) => body } = request;
    const answer = await this.quietly(server, request);
    const { status, headers, json } = answer;
    this.record({
      request: label,
      status,
      content_type: headers["content-type"] ?? null,
      allow: headers.allow,
      location: headers.location,
      response: show === false ? undefined : show(json),
    });
    return answer;
  }

  async get(server: Server, path: string, options: Pick<RecordedRequest, "label" | "show"> = {}): Promise<PlainAnswer> {
    return await this.exchange(server, { method: "GET", path, ...options });
  }

  /** A request to the scheduler endpoint, right or wrong. */
  async schedulerCall(
    body: unknown,
    { headers = JSON_HEADERS, label }: { headers?: Record<string, string>; label: string },
  ): Promise<PlainAnswer> {
    return await this.exchange("master", { method: "POST", path: SCHEDULER_PATH, headers, body, label });
  }

  /** A call of the v1 operator API, which masters and agents have alike. */
  async operatorCall(
    server: Server,
    body: Record<string, unknown>,
    options: Pick<RecordedRequest, "label" | "show"> = {},
  ): Promise<PlainAnswer> {
    return await this.exchange(server, {
      method: "POST",
      path: OPERATOR_PATH,
      headers: JSON_HEADERS,
      body,
      ...options,
    });
  }

  /** An exchange that leaves no trace in the transcript. */
  async quietly(server: Server, request: PlainRequest): Promise<PlainAnswer> {
    return await this.http.exchange(this.target[server], request);
  }

  /** The master's /state, not in the transcript. */
  async masterState(): Promise<MasterState> {
    return (await this.quietly("master", { method: "GET", path: "/state" })).json as MasterState;
  }

  /** The agent's /state, not in the transcript. */
  async agentState(): Promise<AgentState> {
    return (await this.quietly("agent", { method: "GET", path: "/state" })).json as AgentState;
  }

  /** Opens a subscription; it is closed with the scenario at the latest. */
  async openStream<Event extends { type: string }>(
    path: string,
    body: unknown,
    headers: Record<string, string> = {},
  ): Promise<EventStream<Event>> {
    const request = { method: "POST", path, headers: { ...JSON_HEADERS, ...headers }, body };
    const stream = new EventStream<Event>(await this.http.open(this.target.master, request));
    this.atEnd(() => {
      stream.close();
      return Promise.resolve();
    });
    return stream;
  }

  /** Whether the condition comes to hold within the time. Mesos does much that it does not tell: this is how to wait for it. */
  async comesTrue(condition: () => Promise<boolean>, limitMs = 60_000): Promise<boolean> {
    const endMs = performance.now() + limitMs;
    while (!(await condition())) {
      if (performance.now() > endMs) return false;
      await pause(POLL_MS);
    }
    return true;
  }

  /** Lets time pass in which something must not happen. */
  async watchFor(durationMs: number): Promise<void> {
    await pause(durationMs);
  }

  /** To be done when the scenario is over, however it ended; latest first. */
  atEnd(cleanUp: () => Promise<void>): void {
    this.#cleanUps.unshift(cleanUp);
  }

  async close(): Promise<void> {
    for (const cleanUp of this.#cleanUps) await cleanUp();
    this.http.close();
  }
}
