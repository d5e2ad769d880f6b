// `mesos-up events`: what happens on a cluster, as its leading master tells it, in words.
import { HttpClient } from "../src/client/http.ts";
import { leaderDetector } from "../src/client/leader.ts";
import { followOperatorEvents, type OperatorNews } from "../src/client/operator-stream.ts";
import { MesosUpError } from "../src/errors.ts";
import { EventWords } from "../src/logs/event-words.ts";
import { readConnection, type ConnectionOptions } from "./connection.ts";
import { runAtTheEdge } from "./edge.ts";
import type { CommonOptions } from "./options.ts";
import { requireOwnCluster } from "./own-cluster.ts";

export interface EventsOptions extends CommonOptions, ConnectionOptions {
  /** Milliseconds. Default: until Ctrl-C. */
  for?: number;
}

export function events(options: EventsOptions): Promise<never> {
  return runAtTheEdge(options, async (edge) => {
    const master = options.master ?? (await requireOwnCluster(options)).plan.zookeeper.url;
    await using http = new HttpClient(await readConnection(options));
    await using leader = leaderDetector(master, { http });
    const words = new EventWords();
    const hopeless = new AbortController();
    const ends = [
      edge.signal,
      hopeless.signal,
      ...(options.for === undefined ? [] : [AbortSignal.timeout(options.for)]),
    ];
    const patience = setTimeout(() => hopeless.abort(), edge.timeoutMs);
    let last: OperatorNews | undefined;
    await followOperatorEvents({
      ...{ leader, http, signal: AbortSignal.any(ends) },
      onNews(news) {
        if (news.kind === "subscribed") clearTimeout(patience);
        last = news;
        print(news, words.say(news), options);
      },
    }).finally(() => clearTimeout(patience));
    if (hopeless.signal.aborted) throw unsubscribed(edge.timeoutMs, last, words);
    return { json: undefined, text: "", streamed: true };
  });
}

/** What is no event goes to stderr: it is about this command, rather than about the cluster. */
function print(news: OperatorNews, text: string, { json }: EventsOptions): void {
  const now = new Date();
  if (json === true) {
    process.stdout.write(JSON.stringify({ time: now.toISOString(), ...document(news), text }) + "\n");
    return;
  }
  const stream = news.kind === "waiting" || news.kind === "lost" ? process.stderr : process.stdout;
  stream.write(`${localTime(now)} ${text}\n`);
}

/** The state of a subscription's beginning is left out: it is as large as the cluster. */
function document(news: OperatorNews): object {
  if (news.kind === "event") return news.event;
  if (news.kind === "subscribed") return { type: "SUBSCRIBED", master: news.master };
  return { type: news.kind === "lost" ? "DISCONNECTED" : "WAITING", reason: news.reason };
}

/** 14:05:09.123 */
function localTime(date: Date): string {
  const [hours, minutes, seconds] = [date.getHours(), date.getMinutes(), date.getSeconds()].map(twoDigits);
  return `${hours}:${minutes}:${seconds}.${String(date.getMilliseconds()).padStart(3, "0")}`;
}

const twoDigits = (value: number): string => String(value).padStart(2, "0");

function unsubscribed(limitMs: number, last: OperatorNews | undefined, words: EventWords): MesosUpError {
  const why = last === undefined ? "nobody answered" : words.say(last);
  return new MesosUpError(`No master told of events within ${limitMs / 1000} s: ${why}.`, {
    code: "EVENTS_UNREACHABLE",
    hint: "`npx mesos-up doctor` says what is wrong with the cluster.",
  });
}
