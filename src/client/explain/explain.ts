// Every call and event as it goes over the wire, with what it means: so that the API can be learned by watching.
import { STATUS_CODES } from "node:http";
import { textDecoder } from "../../mesos/recordio.ts";
import type { RecordIoDecoder } from "../../mesos/recordio.ts";
import { SCHEDULER_PATH, STREAM_ID_HEADER } from "../../mesos/scheduler-api.ts";
import type { SchedulerEvent } from "../../mesos/scheduler-api.ts";
import type { HttpWatcher } from "../connection.ts";
import { answerMeaning, callMeaning, eventMeaning } from "./meanings.ts";
import { pretty } from "./pretty.ts";

export interface ExplainOptions {
  /** Takes lines without a newline. */
  print: (lines: string[]) => void;
  /** Texts that are not to be shown wherever they stand, such as the values of secrets. */
  hidden?: () => readonly string[];
  nowMs: () => number;
}

interface Exchange {
  what: string;
  startedMs: number;
  /** Of an answer that streams. */
  decoder?: RecordIoDecoder<string>;
  /** Of one that does not. */
  parts: Uint8Array[];
  status: number;
}

type Streaming = Exchange & { decoder: RecordIoDecoder<string> };

const SHOWN_HEADERS = ["content-type", "location", "www-authenticate", STREAM_ID_HEADER.toLowerCase()];

/** A watcher of an HttpClient that prints. Bodies and headers are shortened; who asks is named, the proof of it is not. */
export function explainer({ print, hidden = () => [], nowMs }: ExplainOptions): HttpWatcher {
  const exchanges = new Map<number, Exchange>();
  const tell = (lines: string[]) => {
    const secrets = hidden().filter((text) => text !== "");
    print(lines.map((line) => secrets.reduce((text, secret) => text.replaceAll(secret, "(hidden)"), line)));
  };

  return {
    asked({ id, method, url, headers, body }) {
      const { origin, pathname, search } = new URL(url);
      const call = body === undefined ? undefined : (parsed(body) as { type?: string } | undefined);
      const what = pathname === SCHEDULER_PATH && call?.type !== undefined ? call.type : `${method} ${pathname}`;
      exchanges.set(id, { what, startedMs: nowMs(), parts: [], status: 0 });
      tell([
        `→ ${call?.type === undefined ? "" : `${call.type}  `}${method} ${origin}${pathname}${search}`,
        `  ${callMeaning(call?.type, pathname)}`,
        ...Object.entries(headers).map(([name, value]) => `  ${name}: ${shownHeader(name, value)}`),
        ...indented(call),
      ]);
    },
    answered({ id, status, headers, streams }) {
      const exchange = exchanges.get(id);
      if (exchange === undefined) return;
      exchange.status = status;
      if (streams && status === 200) exchange.decoder = textDecoder();
      const tookMs = Math.round(nowMs() - exchange.startedMs);
      tell([
        `← ${status} ${STATUS_CODES[status] ?? ""} to ${exchange.what}, after ${tookMs} ms`,
        `  ${answerMeaning(status, streams)}`,
        ...SHOWN_HEADERS.flatMap((name) =>
          headers[name] === undefined ? [] : [`  ${name}: ${String(headers[name])}`],
        ),
      ]);
    },
    received({ id, bytes }) {
      const exchange = exchanges.get(id);
      if (exchange === undefined) return;
      if (!streams(exchange)) exchange.parts.push(bytes);
      else for (const event of eventsIn(exchange, bytes)) tell(eventLines(event));
    },
    ended({ id, reason }) {
      const exchange = exchanges.get(id);
      exchanges.delete(id);
      if (exchange === undefined) return;
      const text = Buffer.concat(exchange.parts).toString("utf8");
      if (text !== "") tell(indented(parsed(text) ?? text));
      if (reason !== undefined) tell([`× ${exchange.what}: ${reason}`, `  ${endMeaning(reason)}`]);
      else if (exchange.decoder !== undefined) tell(["× The master has closed the stream.", "  It is opened anew."]);
    },
  };
}

function streams(exchange: Exchange): exchange is Streaming {
  return exchange.decoder !== undefined;
}

function endMeaning(reason: string): string {
  return /abort/i.test(reason) ? "It is given up from this side." : "Nobody answers there, or nobody does so any more.";
}

/** A stream that is no RecordIO is an error of whoever reads it; who joined within a record finds the next one. */
function eventsIn(exchange: Streaming, bytes: Uint8Array): SchedulerEvent[] {
  try {
    return exchange.decoder.push(Buffer.from(bytes)).flatMap((record) => {
      const event = parsed(record) as SchedulerEvent | undefined;
      return event === undefined ? [] : [event];
    });
  } catch {
    exchange.decoder = textDecoder();
    return [];
  }
}

function eventLines(event: SchedulerEvent): string[] {
  const { type, ...content } = event;
  const about = type === "UPDATE" ? ` ${event.update.status.task_id.value} ${event.update.status.state}` : "";
  return [
    `⇠ ${type}${about}`,
    `  ${eventMeaning(event)}`,
    ...(Object.keys(content).length > 0 ? indented(content) : []),
  ];
}

/** Enough of a token to tell it from another. */
function shownHeader(name: string, value: string): string {
  return name.toLowerCase() === "authorization" ? `${value.split(" ")[0] ?? ""} (hidden)` : value;
}

function indented(value: unknown): string[] {
  return value === undefined ? [] : pretty(value).map((line) => `  ${line}`);
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}
