// Commands in the container of a task: the stream of what they write, and the one of what they are to read.
import type { ClientRequest, IncomingHttpHeaders, IncomingMessage } from "node:http";
import { encodeRecord, RecordIoDecoder } from "../../../src/mesos/recordio.ts";
import { OPERATOR_PATH } from "../../../src/mesos/scheduler-api.ts";
import type { ContainerID } from "../../../src/mesos/types.ts";
import type { Probe } from "./probe.ts";

export const STREAM_HEADERS = {
  "Content-Type": "application/json",
  Accept: "application/recordio",
  "Message-Accept": "application/json",
};

export interface SessionOutput {
  status: number;
  headers: IncomingHttpHeaders;
  stdout: string;
  stderr: string;
}

interface Written {
  data?: { type: "STDOUT" | "STDERR"; data: string };
}

/** An answer that is a stream of what a command writes; `output` is all of it, once it has ended. */
export class ContainerSession {
  readonly output: Promise<SessionOutput>;
  readonly #answer: IncomingMessage;
  #seen = "";
  #watchers: (() => void)[] = [];

  constructor(answer: IncomingMessage) {
    this.#answer = answer;
    this.output = this.#read();
  }

  static async open(probe: Probe, body: Record<string, unknown>, headers = STREAM_HEADERS): Promise<ContainerSession> {
    const request = { method: "POST", path: OPERATOR_PATH, headers, body };
    return new ContainerSession(await probe.http.open(probe.target.agent, request));
  }

  /** Waits until it has written that. */
  async wrote(text: string): Promise<void> {
    while (!this.#seen.includes(text)) await new Promise<void>((resolve) => this.#watchers.push(resolve));
  }

  hangUp(): void {
    this.#answer.destroy();
  }

  async #read(): Promise<SessionOutput> {
    const { statusCode: status = 0, headers } = this.#answer;
    const written = { stdout: "", stderr: "" };
    const decoder = new RecordIoDecoder();
    try {
      for await (const chunk of this.#answer)
        for (const record of decoder.push(chunk as Buffer)) {
          const { data } = JSON.parse(Buffer.from(record).toString("utf8")) as Written;
          if (data === undefined) continue;
          const text = Buffer.from(data.data, "base64").toString("utf8");
          written[data.type === "STDERR" ? "stderr" : "stdout"] += text;
          this.#seen += text;
          this.#watchers.splice(0).forEach((watcher) => watcher());
        }
    } catch {
      // The scenario has hung up.
    }
    return { status, headers, ...written };
  }
}

/** A request that goes on for as long as there is input. */
export class ContainerInput {
  readonly answer: Promise<{ status: number; body: string }>;
  readonly #request: ClientRequest;

  constructor(probe: Probe, container: ContainerID) {
    const headers = { "Content-Type": "application/recordio", "Message-Content-Type": "application/json" };
    const { request, answer } = probe.http.begin(probe.target.agent, { method: "POST", path: OPERATOR_PATH, headers });
    this.#request = request;
    this.answer = answer;
    this.send({ type: "CONTAINER_ID", container_id: container });
  }

  send(fields: Record<string, unknown>): void {
    this.#request.write(
      encodeRecord(JSON.stringify({ type: "ATTACH_CONTAINER_INPUT", attach_container_input: fields })),
    );
  }

  type(text: string): void {
    const data = { type: "STDIN", data: Buffer.from(text).toString("base64") };
    this.send({ type: "PROCESS_IO", process_io: { type: "DATA", data } });
  }

  resize(rows: number, columns: number): void {
    const control = { type: "TTY_INFO", tty_info: { window_size: { rows, columns } } };
    this.send({ type: "PROCESS_IO", process_io: { type: "CONTROL", control } });
  }

  end(): void {
    this.#request.end();
  }
}
