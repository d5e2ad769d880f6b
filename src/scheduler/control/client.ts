// Speaking to a scheduler by its control socket.
import { once } from "node:events";
import { request, type IncomingMessage } from "node:http";
import { createInterface } from "node:readline";
import { MesosUpError } from "../../errors.ts";
import type { AppView } from "../core/view.ts";
import type { WhyView } from "../core/why.ts";

/** The `subscription` of a scheduler that waits for another one to make room; its `obstacle` says which leads. */
export const STANDING_BY = "standing by";

export interface SchedulerView {
  framework: { id: string | undefined; name: string; master: string };
  /** The framework is gone for good: it was torn down, or its failover timeout is over. */
  over: boolean;
  subscription: string;
  obstacle?: string;
  /** Where its metrics are, if they are served. */
  metrics?: string;
  pid: number;
  apps: AppView[];
}

/** A scheduler that stands still takes connections as one that runs does. What it is to do may take it longer. */
const ANSWER_WITHIN_MS = 15_000;

export class ControlClient {
  readonly #socket: string;
  readonly #answerWithinMs: number;
  readonly #signal: AbortSignal | undefined;

  /**
   * `answerWithinMs`: silence after which a question counts as not answered. `signal`: ends questions, with its reason; what
   * the scheduler is to do is asked for all the same, as nobody would know whether it was done.
   */
  constructor(
    socket: string,
    { answerWithinMs = ANSWER_WITHIN_MS, signal }: { answerWithinMs?: number; signal?: AbortSignal | undefined } = {},
  ) {
    this.#socket = socket;
    this.#answerWithinMs = answerWithinMs;
    this.#signal = signal;
  }

  /** @throws MesosUpError SCHEDULER_UNREACHABLE, as all others here, and what the scheduler refuses. */
  status(): Promise<SchedulerView> {
    return this.#ask("GET", "/v1/status");
  }

  app(name: string): Promise<AppView> {
    return this.#ask("GET", `/v1/apps/${encodeURIComponent(name)}`);
  }

  why(name: string): Promise<WhyView> {
    return this.#ask("GET", `/v1/apps/${encodeURIComponent(name)}/why`);
  }

  /** The app as it was last given, every field filled in. */
  spec(name: string): Promise<Record<string, unknown>> {
    return this.#ask("GET", `/v1/apps/${encodeURIComponent(name)}/spec`);
  }

  /** Adds an app, or updates it; `spec` is what an app file says. */
  async run(spec: unknown): Promise<void> {
    await this.#ask("POST", "/v1/apps", { spec });
  }

  async scale(name: string, instances: number): Promise<void> {
    await this.#ask("POST", `/v1/apps/${encodeURIComponent(name)}/scale`, { instances });
  }

  async restart(name: string): Promise<void> {
    await this.#ask("POST", `/v1/apps/${encodeURIComponent(name)}/restart`);
  }

  async killApp(name: string): Promise<void> {
    await this.#ask("POST", `/v1/apps/${encodeURIComponent(name)}/kill`);
  }

  async killInstance(id: string): Promise<void> {
    await this.#ask("POST", `/v1/instances/${encodeURIComponent(id)}/kill`);
  }

  /** Tears the framework down; the scheduler's process ends. */
  async stop(): Promise<void> {
    await this.#ask("POST", "/v1/stop");
  }

  /** Has the scheduler's process end and leave its framework to another one. */
  async release(): Promise<void> {
    await this.#ask("POST", "/v1/release");
  }

  /** What goes over the wire from now on, in lines for people, until the signal or the scheduler's end. */
  async *explain(signal: AbortSignal): AsyncGenerator<string[]> {
    const input = await this.#open("/v1/explain", signal);
    try {
      for await (const line of createInterface({ input })) yield JSON.parse(line) as string[];
    } catch (error) {
      signal.throwIfAborted();
      // A scheduler that ends, however it does, ends this.
      if ((error as NodeJS.ErrnoException).code !== "ECONNRESET") throw error;
    }
  }

  async #open(path: string, signal: AbortSignal): Promise<IncomingMessage> {
    const asked = request({ socketPath: this.#socket, path, signal }).end();
    const [response] = (await once(asked, "response").catch((cause: unknown) => {
      signal.throwIfAborted();
      throw this.#unreachable(cause as Error);
    })) as [IncomingMessage];
    // Its end is the scheduler's, however it comes.
    response.on("error", () => undefined);
    if (response.statusCode === 200) return response;
    const parts: Buffer[] = [];
    for await (const part of response) parts.push(part as Buffer);
    throw refusal((JSON.parse(Buffer.concat(parts).toString("utf8")) as { error?: Refusal }).error);
  }

  #unreachable(cause: Error): MesosUpError {
    return new MesosUpError(`The scheduler at ${this.#socket} gave no answer: ${cause.message}.`, {
      code: "SCHEDULER_UNREACHABLE",
      hint: "Start it with `mesos-up run APP --detach`.",
      cause,
    });
  }

  #ask<T>(method: "GET" | "POST", path: string, body?: unknown): Promise<T> {
    return new Promise((resolve, reject) => {
      const signal = method === "GET" ? this.#signal : undefined;
      const unreachable = (cause: Error) =>
        reject(signal?.aborted === true ? (signal.reason as Error) : this.#unreachable(cause));
      const asked = request({
        socketPath: this.#socket,
        method,
        path,
        headers: { "Content-Type": "application/json" },
        ...(method === "GET" && { timeout: this.#answerWithinMs }),
        ...(signal !== undefined && { signal }),
      });
      asked.on("timeout", () => asked.destroy(new Error(`it says nothing for ${this.#answerWithinMs} ms`)));
      asked.on("error", unreachable);
      asked.on("response", (response) => {
        const parts: Buffer[] = [];
        response.on("data", (part: Buffer) => parts.push(part));
        response.on("error", unreachable);
        response.on("end", () => {
          const answer = JSON.parse(Buffer.concat(parts).toString("utf8")) as T & { error?: Refusal };
          if (response.statusCode === 200) resolve(answer);
          else reject(refusal(answer.error));
        });
      });
      asked.end(body === undefined ? undefined : JSON.stringify(body));
    });
  }
}

interface Refusal {
  code: string;
  message: string;
  hint?: string;
}

function refusal(error: Refusal | undefined): MesosUpError {
  const { code = "INTERNAL", message = "The scheduler refused.", hint } = error ?? {};
  return new MesosUpError(message, { code, ...(hint !== undefined && { hint }) });
}
