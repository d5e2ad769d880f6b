// What a command in the container of a task reads (ATTACH_CONTAINER_INPUT): a request that lasts as long as the command.
import { once } from "node:events";
import { PassThrough } from "node:stream";
import { encodeRecord } from "../mesos/recordio.ts";
import { OPERATOR_PATH } from "../mesos/scheduler-api.ts";
import type { ContainerID } from "../mesos/types.ts";
import { apiError } from "./api-errors.ts";
import type { Clock } from "./clock.ts";
import type { HttpClient } from "./http.ts";
import { readAll } from "./http.ts";

export interface WindowSize {
  rows: number;
  columns: number;
}

export interface NestedInput {
  bytes: AsyncIterable<Uint8Array>;
  /** It runs on a terminal of its own, of this size. */
  terminal?: {
    size: () => WindowSize;
    /** Gives back what ends that. */
    onResize: (listener: () => void) => () => void;
  };
}

export interface InputOptions {
  agentUrl: string;
  container: ContainerID;
  /** Undefined: it reads an end at once. */
  input: NestedInput | undefined;
  clock: Clock;
  /** Whoever asks may not write to it. */
  onRefused: (error: Error) => void;
  /** Aborted when the command has ended. */
  signal: AbortSignal;
}

/** As far apart as the agent's own. */
const HEARTBEAT_MS = 30_000;
/** What a terminal takes for the end of its input. */
const END_OF_TRANSMISSION = "\u0004";

/**
 * Resolves when the command has ended, or has all that there is for it. That it could not be had is no error: agents answer
 * so whenever a command ends first, and a command that lacks its input tells so by its end.
 */
export async function sendInput(http: HttpClient, options: InputOptions): Promise<void> {
  const { agentUrl, container, input, signal } = options;
  const body = new PassThrough();
  const call = (fields: object) =>
    body.write(encodeRecord(JSON.stringify({ type: "ATTACH_CONTAINER_INPUT", attach_container_input: fields })));
  const io = (process_io: object) => call({ type: "PROCESS_IO", process_io });
  const type = (text: Uint8Array | string) =>
    io({ type: "DATA", data: { type: "STDIN", data: Buffer.from(text).toString("base64") } });
  const terminal = input?.terminal;
  const resize = () => {
    io({ type: "CONTROL", control: { type: "TTY_INFO", tty_info: { window_size: terminal?.size() } } });
  };
  call({ type: "CONTAINER_ID", container_id: container });
  if (terminal !== undefined) resize();
  const unlisten = terminal?.onResize(resize);
  const pump = async () => {
    for await (const bytes of input?.bytes ?? []) {
      if (signal.aborted) return;
      if (!type(bytes)) await once(body, "drain", { signal });
    }
    type(terminal === undefined ? "" : END_OF_TRANSMISSION);
    // A window may still change, and a command on a terminal live on.
    if (terminal === undefined) body.end();
  };
  const interval = { nanoseconds: HEARTBEAT_MS * 1e6 };
  const beat = async () => {
    for (;;) {
      await options.clock.sleep(HEARTBEAT_MS, signal);
      if (!body.writableEnded) io({ type: "CONTROL", control: { type: "HEARTBEAT", heartbeat: { interval } } });
    }
  };
  pump().catch((error: unknown) => body.destroy(error as Error));
  beat().catch(() => undefined);
  try {
    const answer = await http.open({
      method: "POST",
      url: agentUrl + OPERATOR_PATH,
      headers: { "Content-Type": "application/recordio", "Message-Content-Type": "application/json" },
      body,
      timeoutMs: 0,
      signal,
    });
    const words = (await readAll(answer.body)).toString("utf8");
    if (answer.status === 401 || answer.status === 403)
      options.onRefused(apiError("ATTACH_CONTAINER_INPUT", agentUrl, { status: answer.status, body: words }));
  } catch {
    // The command has ended, or does so for want of its input.
  } finally {
    unlisten?.();
    body.on("error", () => undefined).destroy();
  }
}
