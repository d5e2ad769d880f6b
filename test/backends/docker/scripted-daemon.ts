// A daemon that answers out of a table, and remembers what was asked of it.
import { Daemon, type DaemonCall } from "../../../src/backends/docker/daemon/daemon.ts";
import { DaemonRefusal } from "../../../src/backends/docker/daemon/daemon-errors.ts";

/** What a call is answered with: a value as JSON; a refusal is thrown. */
export type Answer = unknown;

/** `answer` is given "GET /images/json" without the query, the whole path and the body. */
export class ScriptedDaemon extends Daemon {
  readonly calls: string[] = [];
  readonly #answer: (call: string, path: string, body: unknown) => Answer;

  constructor(host: string, answer: (call: string, path: string, body: unknown) => Answer) {
    super({ host, from: "DOCKER_HOST" });
    this.#answer = answer;
  }

  override bytes(method: string, path: string, { body }: DaemonCall = {}): Promise<Buffer> {
    const call = `${method} ${path.replace(/\?.*/, "")}`;
    this.calls.push(call);
    const answer = this.#answer(call, path, body);
    if (answer instanceof DaemonRefusal) return Promise.reject(answer);
    return Promise.resolve(Buffer.from(JSON.stringify(answer ?? null)));
  }
}
