// The leading master among masters whose addresses are known. A single one is taken at its word: it may be reached through
// a forwarded port, and the address that it would give for itself need not be reachable from here.
import { OPERATOR_PATH } from "../mesos/scheduler-api.ts";
import { backoffMs } from "./backoff.ts";
import type { Clock } from "./clock.ts";
import { redirectTarget } from "./http.ts";
import type { HttpClient } from "./http.ts";
import type { LeaderDetector } from "./leader-detector.ts";
import { JSON_HEADERS } from "./subscribe.ts";

const ASK_LIMIT_MS = 3000;
const POLL = { firstMs: 20, maxMs: 500 };

export class ListedLeader implements LeaderDetector {
  readonly #urls: readonly string[];
  readonly #http: HttpClient;
  readonly #clock: Clock;

  constructor(urls: readonly string[], http: HttpClient, clock: Clock) {
    this.#urls = urls;
    this.#http = http;
    this.#clock = clock;
  }

  async find(signal: AbortSignal, onWaiting?: (reason: string) => void): Promise<string> {
    const [only] = this.#urls;
    if (this.#urls.length === 1 && only !== undefined) return only;
    for (let attempt = 0; ; attempt++) {
      const answers = await Promise.all(this.#urls.map((url) => this.#ask(url, signal)));
      const leader = answers.find((answer) => answer.leads)?.url ?? answers.find((answer) => answer.url)?.url;
      if (leader !== undefined) return leader;
      onWaiting?.(`none of ${this.#urls.join(", ")} leads`);
      await this.#clock.sleep(
        backoffMs(attempt, POLL, () => 0.5),
        signal,
      );
    }
  }

  /** A list cannot tell: the stream's end does. */
  changed(signal: AbortSignal): Promise<void> {
    return new Promise((_resolve, reject) => {
      if (signal.aborted) reject(signal.reason as Error);
      signal.addEventListener("abort", () => reject(signal.reason as Error), { once: true });
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    // Its connections are the HTTP client's.
  }

  /** Whether a master leads, or whom it takes for the leader. */
  async #ask(url: string, signal: AbortSignal): Promise<{ url?: string; leads: boolean }> {
    try {
      const answer = await this.#http.request({
        method: "POST",
        url: `${url}${OPERATOR_PATH}`,
        headers: JSON_HEADERS,
        body: JSON.stringify({ type: "GET_MASTER" }),
        timeoutMs: ASK_LIMIT_MS,
        followRedirects: false,
        signal,
      });
      if (answer.status === 200) return { url, leads: true };
      const target = answer.status === 307 ? redirectTarget(url, answer.headers["location"]) : undefined;
      return target === undefined ? { leads: false } : { url: new URL(target).origin, leads: false };
    } catch {
      signal.throwIfAborted();
      return { leads: false };
    }
  }
}
