// What goes into an export of a cluster, and how each piece is asked for. One that cannot be had is told with its reason.
import type { HttpClient } from "../client/http.ts";
import { ask, type AskOptions } from "../doctor/ask.ts";
import { said } from "../doctor/facts.ts";
import { apiError } from "../client/api-errors.ts";
import type { NamedLog } from "../logs/named-log.ts";

export interface Piece {
  /** Path within the archive. */
  file: string;
  /** In words: "flags of master-1". */
  what: string;
  content: { kind: "json"; value: unknown } | { kind: "text"; text: string };
  /** What is to be known of it, as that it is cut. */
  note?: string;
}

export interface Missing {
  file: string;
  what: string;
  why: string;
}

export type Gathered = Piece | Missing;

export function isMissing(one: Gathered): one is Missing {
  return "why" in one;
}

export function missing(about: Omit<Missing, "why">, error: unknown): Missing {
  return { ...about, why: error instanceof Error ? error.message : String(error) };
}

/** The end of a log is what matters. */
const LOG_BYTES = 2 * 1024 * 1024;

/** A document that somebody has to be asked for. */
export async function documentPiece(
  about: { file: string; what: string },
  question: (signal: AbortSignal) => Promise<unknown>,
  options: AskOptions,
): Promise<Gathered> {
  const answer = await ask(question, options);
  if (answer.kind !== "answered") return { ...about, why: said(answer) };
  return { ...about, content: { kind: "json", value: answer.value } };
}

const MASTER_PATHS = {
  version: "/version",
  flags: "/flags",
  metrics: "/metrics/snapshot",
  state: "/state",
  slaves: "/slaves",
};
const AGENT_PATHS = { version: "/version", flags: "/flags", metrics: "/metrics/snapshot", state: "/state" };

/** What a master or agent says about itself. What only the leading master tells is not asked of another in its place. */
export function programPieces(
  { kind, name, url }: { kind: "master" | "agent"; name: string; url: string },
  { http, options }: { http: HttpClient; options: AskOptions },
): Promise<Gathered>[] {
  return Object.entries(kind === "master" ? MASTER_PATHS : AGENT_PATHS).map(([what, path]) => {
    const about = { file: `${kind}s/${fileName(name)}/${what}.json`, what: `${path} of ${kind} ${name}` };
    return documentPiece(about, (signal) => ownAnswer(http, url + path, signal), options);
  });
}

async function ownAnswer(http: HttpClient, url: string, signal: AbortSignal): Promise<unknown> {
  const { status, body } = await http.request({ url, signal, followRedirects: false });
  const text = body.toString("utf8");
  if (status === 307) throw new Error("it does not lead: the leading master tells this");
  if (status >= 300) throw apiError(`GET ${new URL(url).pathname}`, new URL(url).origin, { status, body: text });
  return JSON.parse(text) as unknown;
}

export async function logPiece({ name, log }: NamedLog, options: AskOptions): Promise<Gathered> {
  const about = { file: `logs/${fileName(name)}.log`, what: `log of ${name}` };
  const answer = await ask((signal) => log.tail(LOG_BYTES, signal), options);
  if (answer.kind !== "answered") return { ...about, why: said(answer) };
  const { lines, rest, whole } = answer.value;
  const text = [...lines, ...(rest === undefined ? [] : [rest])].map((line) => `${line.text}\n`).join("");
  const note = whole ? {} : { note: `its last ${LOG_BYTES / 1024 / 1024} MiB` };
  return { ...about, ...note, content: { kind: "text", text } };
}

/** Names come from others, and must lead nowhere else. */
export function fileName(name: string): string {
  return name
    .replaceAll(/[^\w.-]+/g, "_")
    .replace(/^\.+/, "_")
    .slice(0, 200);
}
