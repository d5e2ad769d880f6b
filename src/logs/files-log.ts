// A log behind /files of a master or agent: of the program itself, or in a task's sandbox.
import { FilesClient } from "../client/files.ts";
import type { HttpClient } from "../client/http.ts";
import type { Clock } from "../client/clock.ts";
import { MesosApiError, MesosUpError } from "../errors.ts";
import type { LogSource } from "../backends/log-source.ts";
import { rangedLog, type RangedFile } from "../backends/ranged-log.ts";

/** Masters and agents give no more than that at once: sixteen pages of memory (src/files/files.cpp). */
const READ_BYTES = 32 * 1024;
const POLL_MS = 500;

export interface FilesLogOptions {
  http: HttpClient;
  /** http://host:port */
  url: string;
  path: string;
  /** What it means that there is no such file. */
  absent: MesosUpError;
  clock?: Clock | undefined;
}

export function filesLog({ http, url, path, absent, clock }: FilesLogOptions): LogSource {
  const files = new FilesClient(http, url);
  const file: RangedFile = {
    async stat(signal) {
      const [size, identity] = await Promise.all([
        files.read(path, { offset: -1 }, signal).then(({ offset }) => offset),
        attachedFile(http, { url, path, signal }),
      ]).catch((error: unknown): never => {
        throw error instanceof MesosApiError && error.status === 404 ? absent : error;
      });
      return { size, identity };
    },
    async read({ offset, length }, signal) {
      const { data } = await files.read(path, { offset, length: Math.min(length, READ_BYTES) }, signal);
      return Buffer.from(data);
    },
  };
  return rangedLog(file, { pollMs: POLL_MS, ...(clock && { clock }) });
}

/** Which file of its machine is read under that path; a program that was started again writes another one. */
async function attachedFile(
  http: HttpClient,
  { url, path, signal }: { url: string; path: string; signal: AbortSignal },
): Promise<string> {
  try {
    return (await http.json<Record<string, string>>({ url: `${url}/files/debug`, signal }))[path] ?? "";
  } catch (error) {
    // It may be forbidden to look at: then the size has to tell.
    if (error instanceof MesosApiError) return "";
    throw error;
  }
}

/** The log of a master or agent itself. Without --log_dir there is none behind /files. */
export function programLog(options: { http: HttpClient; url: string; kind: "master" | "agent" }): LogSource {
  const { http, url, kind } = options;
  const absent = new MesosUpError(`The ${kind} at ${url} keeps no log that it lets others read.`, {
    code: "LOG_NOT_KEPT",
    hint: `Start it with --log_dir=FOLDER, or read its standard error where it runs.`,
  });
  const log = filesLog({ http, url, path: kind === "master" ? "/master/log" : "/slave/log", absent });
  return {
    ...log,
    async *follow(position, signal) {
      for await (const lines of log.follow(position, signal))
        yield lines.filter(({ text }) => !OWN_QUESTION.test(text));
    },
  };
}

/** Every question is logged there: to show those that following asks would be to answer oneself for ever. */
const OWN_QUESTION = /\] HTTP GET for \/files\/(?:read|debug)\b/;
