// Files of masters and agents over HTTP, sandboxes above all (docs/endpoints/files/).
import { apiError } from "./api-errors.ts";
import type { Clock } from "./clock.ts";
import type { HttpClient } from "./http.ts";
import { OperatorClient } from "./operator.ts";

export interface FileEntry {
  path: string;
  size: number;
  mode: string;
  uid: string;
  gid: string;
  mtime: number;
  nlink: number;
}

export interface FollowOptions {
  lastBytes: number;
  clock: Clock;
  signal: AbortSignal;
}

/** As much as agents give at once: 16 pages (docs/endpoints/files/read.json.md). */
const FOLLOW_BYTES = 16 * 4096;
const FOLLOW_PAUSE_MS = 300;

/** The files that one master or agent lets others see. */
export class FilesClient {
  readonly #http: HttpClient;
  readonly #url: string;

  /** `url` is http://host:port without a trailing slash. */
  constructor(http: HttpClient, url: string) {
    this.#http = http;
    this.#url = url;
  }

  /** Entries of a directory. @throws MesosApiError, UnreachableError, as all others here. */
  browse(path: string, signal?: AbortSignal): Promise<FileEntry[]> {
    return this.#http.json({ url: this.#address("browse", { path }), signal });
  }

  /** Part of a file; offset -1 reads nothing and gives the file's size as the offset. */
  read(
    path: string,
    range: { offset: number; length?: number },
    signal?: AbortSignal,
  ): Promise<{ data: string; offset: number }> {
    const length = range.length === undefined ? {} : { length: String(range.length) };
    return this.#http.json({ url: this.#address("read", { path, offset: String(range.offset), ...length }), signal });
  }

  /** The last bytes of a file as text. */
  async tail(path: string, lengthBytes: number, signal?: AbortSignal): Promise<string> {
    const { offset: size } = await this.read(path, { offset: -1 }, signal);
    const offset = Math.max(0, size - lengthBytes);
    const { data } = await this.read(path, { offset, length: size - offset }, signal);
    return data;
  }

  /**
   * Whole lines as they are written, from the last ones that there are; each part has at least one. Ends with the signal,
   * whose reason it throws.
   */
  async *follow(path: string, { lastBytes, clock, signal }: FollowOptions): AsyncGenerator<string[], never, undefined> {
    const { offset: size } = await this.read(path, { offset: -1 }, signal);
    let offset = Math.max(0, size - lastBytes);
    // What is read first may begin in the middle of a line.
    let isCut = offset > 0;
    for (;;) {
      const { data } = await this.read(path, { offset, length: FOLLOW_BYTES }, signal);
      const end = data.lastIndexOf("\n") + 1;
      const text = end === 0 && Buffer.byteLength(data) >= FOLLOW_BYTES ? data : data.slice(0, end);
      offset += Buffer.byteLength(text);
      const lines = text
        .replace(/\n$/, "")
        .split("\n")
        .slice(isCut ? 1 : 0);
      if (text === "") await clock.sleep(FOLLOW_PAUSE_MS, signal);
      else {
        isCut = false;
        if (lines.length > 0) yield lines;
      }
    }
  }

  async download(path: string, signal?: AbortSignal): Promise<Buffer> {
    const answer = await this.#http.request({ url: this.#address("download", { path }), signal });
    if (answer.status === 200) return answer.body;
    throw apiError(`a download of ${path}`, this.#url, { status: answer.status, body: answer.body.toString("utf8") });
  }

  #address(call: "browse" | "read" | "download", query: Record<string, string>): string {
    return `${this.#url}/files/${call}?${new URLSearchParams(query).toString()}`;
  }
}

/**
 * Path of a task's sandbox on its agent, undefined if the agent knows no such task (any more).
 * @throws MesosApiError, UnreachableError
 */
export async function findSandbox(
  http: HttpClient,
  agentUrl: string,
  task: { frameworkId: string; taskId: string; signal?: AbortSignal },
): Promise<string | undefined> {
  const state = await new OperatorClient(http, agentUrl).agentState(task.signal);
  const executors = [...state.frameworks, ...state.completed_frameworks]
    .filter((framework) => framework.id === task.frameworkId)
    .flatMap((framework) => [...framework.executors, ...framework.completed_executors]);
  // The executor of a command task is named after it; others list their tasks.
  const executor = executors.find(
    ({ id, tasks, completed_tasks = [] }) =>
      id === task.taskId || [...tasks, ...completed_tasks].some((other) => other.id === task.taskId),
  );
  return executor?.directory;
}
