// Does it answer over HTTP as it should? Asked again and again until it does, or until the time is up.
import { backoffMs } from "../client/backoff.ts";
import { systemClock, withTimeLimit } from "../client/clock.ts";
import type { Clock } from "../client/clock.ts";
import { HttpClient, UnreachableError } from "../client/http.ts";
import type { HttpAnswer } from "../client/http.ts";
import { MesosUpError } from "../errors.ts";
import type { ErrorDetails } from "../errors.ts";

export interface HttpExpectation {
  status: number;
  /** Each must be there and contain its value, whatever the case. */
  headers?: Record<string, string>;
  bodyContains?: string | undefined;
  /** The whole body, byte by byte. */
  bodyEquals?: Buffer | undefined;
}

/** What came: of the answer that was right, or of the last one that was not. */
export interface HttpEvidence {
  url: string;
  /** Absent if there was no answer. */
  status?: number;
  /** The `Server` header, empty if there is none. */
  server: string;
  /** The beginning of the body as text. */
  firstBytes: string;
  /** From sending the request to the end of its answer, or to its failure. */
  latencyMs: number;
  /** Present if there was an answer whose whole body was compared. */
  bodyMatches?: boolean;
  /** Requests that were made. */
  attempts: number;
}

export interface HttpCheckResult extends HttpEvidence {
  status: number;
  /** On the given clock. */
  answeredAtMs: number;
}

/** The time was up before the right answer came; `evidence` is what came instead. */
export class HttpCheckError extends MesosUpError {
  readonly evidence: HttpEvidence;

  constructor(message: string, details: ErrorDetails & { evidence: HttpEvidence }) {
    super(message, details);
    this.evidence = details.evidence;
  }
}

export interface HttpCheckOptions {
  url: string;
  expect: HttpExpectation;
  timeoutMs: number;
  signal?: AbortSignal | undefined;
  clock?: Clock;
  random?: () => number;
}

/** Slowly growing: most of what is asked here starts in the twinkling of an eye, and the rest does not mind. */
const POLL = { firstMs: 6, maxMs: 200 };
const ATTEMPTS_PER_DOUBLING = 8;

const ATTEMPT_LIMIT_MS = { first: 1000, max: 10_000 };
const FIRST_BYTES = 80;

/** What is known of a check that has not seen the right answer yet. */
interface Seen {
  problem: string;
  evidence: HttpEvidence;
}

/**
 * Asks until the answer is as expected. A signal that is aborted without a reason of its own, which is how a time limit
 * further out ends the work, ends it as its own limit does: with what came last.
 * @throws HttpCheckError HTTP_CHECK_FAILED, the signal's reason if that is an error of the caller's own.
 */
export async function checkHttp(options: HttpCheckOptions): Promise<HttpCheckResult> {
  const { url, signal, clock = systemClock } = options;
  const startedMs = clock.nowMs();
  const evidence = { url, server: "", firstBytes: "", latencyMs: 0, attempts: 1 };
  const last: Seen = { problem: "no answer has come yet", evidence };
  try {
    return await askUntilRight(options, last);
  } catch (error) {
    if (signal?.aborted !== true || !(signal.reason instanceof DOMException)) throw error;
    throw failed(clock.nowMs() - startedMs, last.problem, last.evidence);
  }
}

async function askUntilRight(options: HttpCheckOptions, last: Seen): Promise<HttpCheckResult> {
  const { url, expect, signal, clock = systemClock, random = Math.random } = options;
  await using http = new HttpClient();
  const deadlineMs = clock.nowMs() + options.timeoutMs;
  let attemptLimitMs = ATTEMPT_LIMIT_MS.first;
  for (let attempts = 1; ; attempts++) {
    const startedAtMs = clock.nowMs();
    const limitMs = Math.max(1, Math.min(attemptLimitMs, deadlineMs - startedAtMs));
    const attempt = await ask(http, url, { clock, limitMs, signal });
    const answeredAtMs = clock.nowMs();
    const seen = { url, latencyMs: answeredAtMs - startedAtMs, attempts };
    const evidence = { ...seen, ...evidenceOf(attempt, expect) };
    const problem = "reason" in attempt ? attempt.reason : mismatch(attempt, expect);
    if (problem === undefined && evidence.status !== undefined) {
      return { ...evidence, status: evidence.status, answeredAtMs };
    }
    // A request that only the deadline cut short says less than the one before it.
    const cutShort = "late" in attempt && limitMs < attemptLimitMs;
    if (!cutShort || attempts === 1) Object.assign(last, { problem: problem ?? "nothing", evidence });
    if (answeredAtMs >= deadlineMs) throw failed(options.timeoutMs, last.problem, last.evidence);
    if ("late" in attempt) attemptLimitMs = Math.min(ATTEMPT_LIMIT_MS.max, attemptLimitMs * 2);
    const waitMs = Math.min(backoffMs(attempts / ATTEMPTS_PER_DOUBLING, POLL, random), deadlineMs - answeredAtMs);
    await clock.sleep(waitMs, signal);
  }
}

type Attempt = HttpAnswer | { reason: string; late?: true };

async function ask(
  http: HttpClient,
  url: string,
  options: { clock: Clock; limitMs: number; signal: AbortSignal | undefined },
): Promise<Attempt> {
  const late = new Error(`no answer within ${Math.round(options.limitMs)} ms`);
  try {
    return await withTimeLimit((signal) => http.request({ url, signal, followRedirects: false }), {
      ...options,
      late: () => late,
    });
  } catch (error) {
    options.signal?.throwIfAborted();
    if (error === late) return { reason: late.message, late: true };
    if (error instanceof UnreachableError) return { reason: error.message.replace(/\.$/, "") };
    throw error;
  }
}

/** What is not as expected, undefined if all is. */
function mismatch(answer: HttpAnswer, expect: HttpExpectation): string | undefined {
  if (answer.status !== expect.status) return `status ${answer.status} came instead of ${expect.status}`;
  for (const [name, wanted] of Object.entries(expect.headers ?? {})) {
    const value = headerOf(answer, name);
    if (value === undefined) return `there was no header ${name}`;
    if (!value.toLowerCase().includes(wanted.toLowerCase()))
      return `header ${name} was "${value}", without "${wanted}"`;
  }
  if (expect.bodyContains !== undefined && !answer.body.includes(expect.bodyContains)) {
    return `the body did not contain ${JSON.stringify(expect.bodyContains)}`;
  }
  if (expect.bodyEquals !== undefined && !expect.bodyEquals.equals(answer.body)) {
    return `a body of ${answer.body.length} bytes came, not the expected one of ${expect.bodyEquals.length}`;
  }
  return undefined;
}

function evidenceOf(
  attempt: Attempt,
  { bodyEquals }: HttpExpectation,
): Pick<HttpEvidence, "status" | "server" | "firstBytes" | "bodyMatches"> {
  if ("reason" in attempt) return { server: "", firstBytes: "" };
  return {
    status: attempt.status,
    server: headerOf(attempt, "Server") ?? "",
    firstBytes: attempt.body.subarray(0, FIRST_BYTES).toString("utf8"),
    ...(bodyEquals && { bodyMatches: bodyEquals.equals(attempt.body) }),
  };
}

function headerOf(answer: HttpAnswer, name: string): string | undefined {
  const value = answer.headers[name.toLowerCase()];
  return Array.isArray(value) ? value.join(", ") : value;
}

function failed(durationMs: number, problem: string, evidence: HttpEvidence): HttpCheckError {
  const body = evidence.firstBytes === "" ? "" : `; its body began with ${JSON.stringify(evidence.firstBytes)}`;
  const message = `${evidence.url} did not answer as wanted within ${Math.round(durationMs) / 1000} s: ${problem}${body}.`;
  return new HttpCheckError(message, {
    code: "HTTP_CHECK_FAILED",
    hint: "Look at the task's stdout and stderr, and check what it listens on and what it is asked for.",
    evidence,
  });
}
