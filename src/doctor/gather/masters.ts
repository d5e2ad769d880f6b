// A master, leading or not, by what every master answers.
import { redirectTarget, type HttpClient } from "../../client/http.ts";
import { ask, type AskOptions } from "../ask.ts";
import type { MasterFacts } from "../facts.ts";

export async function masterFacts(
  { name, url }: { name: string; url: string },
  asking: { http: HttpClient; options: AskOptions; onDate: (name: string, skewMs: number) => void },
): Promise<MasterFacts> {
  const { http, options } = asking;
  const [version, metrics, flags, leader] = await Promise.all([
    ask((signal) => versionOf(name, url, { ...asking, signal }), options),
    ask((signal) => metricsOf(url, { http, signal }), options),
    ask(
      async (signal) => (await http.json<{ flags: Record<string, string> }>({ url: `${url}/flags`, signal })).flags,
      options,
    ),
    ask((signal) => leaderAsSeenBy(http, url, signal), options),
  ]);
  return { name, url, version, metrics, flags, leader };
}

/** Without a limit, a Mesos waits for every single figure: that of a replicated log which knows of no replica never comes. */
export async function metricsOf(
  url: string,
  { http, signal }: { http: HttpClient; signal: AbortSignal },
): Promise<Record<string, number>> {
  return await http.json<Record<string, number>>({ url: `${url}/metrics/snapshot?timeout=1secs`, signal });
}

/** Also hears what time it is there. */
export async function versionOf(
  name: string,
  url: string,
  asking: { http: HttpClient; signal: AbortSignal; onDate: (name: string, skewMs: number) => void },
): Promise<string> {
  const { status, headers, body } = await asking.http.request({ url: `${url}/version`, signal: asking.signal });
  const date = Date.parse(String(headers["date"]));
  if (!Number.isNaN(date)) asking.onDate(name, date - Date.now());
  if (status !== 200) throw new Error(`it answered ${status}`);
  return (JSON.parse(body.toString("utf8")) as { version: string }).version;
}

/** /redirect sends to the leading master, the leading one too; 503 while nobody leads (recorded). */
async function leaderAsSeenBy(http: HttpClient, url: string, signal: AbortSignal): Promise<string | undefined> {
  const answer = await http.request({ url: `${url}/redirect`, signal, followRedirects: false });
  const target = answer.status === 307 ? redirectTarget(url, answer.headers["location"]) : undefined;
  return target === undefined ? undefined : new URL(target).origin;
}
