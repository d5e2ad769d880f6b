// A command in the container of a task (LAUNCH_NESTED_CONTAINER_SESSION, docs/operator-http-api.md): the agent starts it in
// a container of its own within the task's, and answers with what it writes.
import { randomUUID } from "node:crypto";
import { MesosUpError } from "../errors.ts";
import { OPERATOR_PATH } from "../mesos/scheduler-api.ts";
import { apiError } from "./api-errors.ts";
import { systemClock, withTimeLimit, type Clock } from "./clock.ts";
import { readEvents } from "./event-records.ts";
import { readAll, UnreachableError } from "./http.ts";
import type { HttpClient } from "./http.ts";
import { sendInput, type NestedInput } from "./nested-input.ts";
import { OperatorClient } from "./operator.ts";

export interface NestedCommand {
  agentUrl: string;
  /** Of the task. */
  containerId: string;
  /** A program and its arguments. */
  command: readonly string[];
  /** What it reads; it reads an end at once where that is absent. */
  input?: NestedInput | undefined;
  /** Nothing more is read before what this gives back is there. */
  onOutput: (kind: "stdout" | "stderr", bytes: Buffer) => Promise<void> | void;
  signal: AbortSignal;
  clock?: Clock;
}

interface ProcessIo {
  type: "DATA" | "CONTROL";
  data?: { type: "STDIN" | "STDOUT" | "STDERR"; data?: string };
}

/** Agents send a heartbeat every 30 seconds. */
const SILENCE_LIMIT_MS = 100_000;
const SILENT = "it has sent nothing for a long time";

/**
 * Resolves with the status that it exits with: 128 and the signal's number if one ended it. The agent ends it as soon as
 * the signal is aborted.
 * @throws MesosUpError EXEC_UNSUPPORTED if the agent does not do that for the task, EXEC_CUT_OFF if its connection breaks
 * while the command runs, MesosApiError, UnreachableError
 */
export async function runInContainer(http: HttpClient, nested: NestedCommand): Promise<number> {
  const { agentUrl, containerId, command, input, onOutput, clock = systemClock } = nested;
  const container = { value: randomUUID(), parent: { value: containerId } };
  const [value = ""] = command;
  const over = new AbortController();
  const signal = AbortSignal.any([nested.signal, over.signal]);
  const call = {
    type: "LAUNCH_NESTED_CONTAINER_SESSION",
    launch_nested_container_session: {
      container_id: container,
      command: { shell: false, value, arguments: command },
      ...(input?.terminal && { container: { type: "MESOS", tty_info: { window_size: input.terminal.size() } } }),
    },
  };
  const answer = await http.open({
    method: "POST",
    url: agentUrl + OPERATOR_PATH,
    headers: {
      "Content-Type": "application/json",
      Accept: "application/recordio",
      "Message-Accept": "application/json",
    },
    body: JSON.stringify(call),
    signal,
  });
  if (answer.status !== 200) throw refusal(agentUrl, answer.status, (await readAll(answer.body)).toString("utf8"));
  const wait = { wait_container: { container_id: container } };
  const exit = new OperatorClient(http, agentUrl, { timeoutMs: 0 }).call<WaitAnswer>("WAIT_CONTAINER", wait, signal);
  exit.catch(() => undefined);
  const onRefused = (error: Error) => over.abort(error);
  const sent = sendInput(http, { agentUrl, container, input, clock, onRefused, signal });
  const limits = { clock, signal, silenceLimitMs: () => SILENCE_LIMIT_MS, sender: "agent" as const };
  try {
    for await (const { data } of readEvents<ProcessIo>(answer.body, limits)) {
      if (data?.data === undefined || data.type === "STDIN") continue;
      await onOutput(data.type === "STDERR" ? "stderr" : "stdout", Buffer.from(data.data, "base64"));
    }
    const late = () => cutOff(agentUrl, SILENT);
    const waited = await withTimeLimit(() => exit, { clock, limitMs: SILENCE_LIMIT_MS, signal, late });
    return exitStatusOf(waited.wait_container.exit_status);
  } catch (error) {
    nested.signal.throwIfAborted();
    if (!(error instanceof UnreachableError)) throw error;
    throw cutOff(agentUrl, error.code === "SILENT" ? SILENT : "the connection broke", error);
  } finally {
    over.abort(new Error("The command has ended"));
    await sent;
  }
}

interface WaitAnswer {
  /** As wait(2) gives it; absent if nobody knows. */
  wait_container: { exit_status?: number };
}

function exitStatusOf(waited = 0): number {
  const signal = waited & 0x7f;
  return signal === 0 ? (waited >> 8) & 0xff : 128 + signal;
}

function cutOff(agentUrl: string, reason: string, cause?: unknown): MesosUpError {
  return new MesosUpError(`The agent ${agentUrl} was lost while the command ran: ${reason}.`, {
    code: "EXEC_CUT_OFF",
    hint: "An agent ends commands whose connection breaks; what this one has done until then is done.",
    cause,
  });
}

function refusal(agentUrl: string, status: number, body: string): MesosUpError {
  const error = apiError("LAUNCH_NESTED_CONTAINER_SESSION", agentUrl, { status, body });
  if (status !== 501 && status !== 406 && !/not supported/i.test(body)) return error;
  return new MesosUpError(`The agent ${agentUrl} runs no commands in the container of this task: ${body || status}.`, {
    code: "EXEC_UNSUPPORTED",
    hint: "Agents do that in containers of the mesos containerizer: tasks without an image, or with containerizer: mesos.",
    cause: error,
  });
}
