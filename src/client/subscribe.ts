// The SUBSCRIBE call itself: one request whose answer is the stream of events.
import { SCHEDULER_PATH, STREAM_ID_HEADER } from "../mesos/scheduler-api.ts";
import type { SchedulerCall } from "../mesos/scheduler-api.ts";
import { apiError } from "./api-errors.ts";
import { readAll } from "./http.ts";
import type { HttpClient, HttpStream } from "./http.ts";

export const JSON_HEADERS = { "Content-Type": "application/json", Accept: "application/json" };

export interface Subscription {
  /** URL of the master that answered in the end, http://host:port. */
  master: string;
  /** Goes with every call of this subscription. */
  streamId: string;
  /** RecordIO. */
  records: HttpStream["body"];
}

/**
 * Subscribes at a master, or at the one that it redirects to.
 * @throws MesosApiError for every status but 200, UnreachableError, the signal's reason.
 */
export async function subscribe(
  http: HttpClient,
  master: string,
  call: Extract<SchedulerCall, { type: "SUBSCRIBE" }>,
  options: { signal: AbortSignal; timeoutMs?: number },
): Promise<Subscription> {
  const url = master + SCHEDULER_PATH;
  const answer = await http.open({
    method: "POST",
    url,
    headers: JSON_HEADERS,
    body: JSON.stringify(call),
    ...options,
  });
  const { origin } = new URL(answer.url);
  const streamId = answer.headers[STREAM_ID_HEADER.toLowerCase()];
  if (answer.status !== 200 || typeof streamId !== "string") {
    const body = (await readAll(answer.body)).toString("utf8");
    throw apiError("SUBSCRIBE", origin, { status: answer.status, body });
  }
  return { master: origin, streamId, records: answer.body };
}

/** Headers of every other call of a subscription. */
export function callHeaders(subscription: { streamId: string }): Record<string, string> {
  return { ...JSON_HEADERS, [STREAM_ID_HEADER]: subscription.streamId };
}
