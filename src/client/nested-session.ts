// A command in the container of a task (LAUNCH_NESTED_CONTAINER_SESSION, docs/operator-http-api.md): the agent starts it in
// a container of its own within the task's, and answers with what it writes.
import { randomUUID } from "node:crypto";
import { MesosUpError } from "../errors.ts";
import { textDecoder } from "../mesos/recordio.ts";
import { OPERATOR_PATH } from "../mesos/scheduler-api.ts";
import { apiError } from "./api-errors.ts";
import { readAll } from "./http.ts";
import type { HttpClient } from "./http.ts";
import { OperatorClient } from "./operator.ts";

export interface NestedCommand {
  agentUrl: string;
  /** Of the task. */
  containerId: string;
  /** A program and its arguments. */
  command: readonly string[];
  onOutput: (kind: "stdout" | "stderr", bytes: Buffer) => void;
  signal: AbortSignal;
}

interface ProcessIo {
  type: "DATA" | "CONTROL";
  data?: { type: "STDIN" | "STDOUT" | "STDERR"; data?: string };
}

/**
 * Resolves with the status that it exits with: 128 and the signal's number if one ended it.
 * @throws MesosUpError EXEC_UNSUPPORTED if the agent does not do that for the task, MesosApiError, UnreachableError
 */
export async function runInContainer(http: HttpClient, nested: NestedCommand): Promise<number> {
  const { agentUrl, containerId, command, onOutput, signal } = nested;
  const container = { value: randomUUID(), parent: { value: containerId } };
  const [value = ""] = command;
  const call = {
    type: "LAUNCH_NESTED_CONTAINER_SESSION",
    launch_nested_container_session: { container_id: container, command: { shell: false, value, arguments: command } },
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
  const decoder = textDecoder();
  for await (const chunk of answer.body) {
    for (const record of decoder.push(chunk)) {
      const { data } = JSON.parse(record) as ProcessIo;
      if (data?.data === undefined || data.type === "STDIN") continue;
      onOutput(data.type === "STDERR" ? "stderr" : "stdout", Buffer.from(data.data, "base64"));
    }
  }
  return exitStatusOf((await exit).wait_container.exit_status);
}

interface WaitAnswer {
  /** As wait(2) gives it; absent if nobody knows. */
  wait_container: { exit_status?: number };
}

function exitStatusOf(waited = 0): number {
  const signal = waited & 0x7f;
  return signal === 0 ? (waited >> 8) & 0xff : 128 + signal;
}

function refusal(agentUrl: string, status: number, body: string): MesosUpError {
  const error = apiError("LAUNCH_NESTED_CONTAINER_SESSION", agentUrl, { status, body });
  if (status !== 501 && status !== 406 && !/not support/i.test(body)) return error;
  return new MesosUpError(`The agent ${agentUrl} runs no commands in the container of a task: it answered ${status}.`, {
    code: "EXEC_UNSUPPORTED",
    hint: "A real Mesos agent does so in containers of the mesos containerizer; the embedded engine does not.",
    cause: error,
  });
}
