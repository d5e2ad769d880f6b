// The operator calls about commands in containers of tasks: launched, attached to, waited for, killed, forgotten
// (docs/operator-http-api.md). The words are those that a real agent was seen to use.
import type { ServerResponse } from "node:http";
import type { CommandInfo, ContainerID, ContainerInfo } from "../../mesos/types.ts";
import { encodeRecord } from "../../mesos/recordio.ts";
import { RECORDIO_TYPE } from "../common/api-request.ts";
import { type HttpAnswer, json, text } from "../common/http.ts";
import type { Session } from "../sessions/session.ts";
import { containerPath, SessionRefusal, type Sessions } from "../sessions/sessions.ts";
import { containerIdProblem } from "./container-id.ts";
import type { MediaTypes } from "./media-types.ts";

export type ContainerCall = { type?: string } & Record<string, unknown>;

interface Part {
  container_id: ContainerID;
  signal?: number;
  command?: CommandInfo;
  container?: ContainerInfo;
}

type Handler = (sessions: Sessions, part: Part, media: MediaTypes) => HttpAnswer | Promise<HttpAnswer>;

const SIGKILL = 9;

const wait =
  (type: string): Handler =>
  async (sessions, { container_id: id }) => {
    const status = await sessions.wait(id);
    if (status === undefined) return notFound(id);
    return json({ type, [type.toLowerCase()]: { exit_status: status } });
  };

const kill: Handler = (sessions, { container_id: id, signal = SIGKILL }) => {
  const session = sessions.find(id);
  if (session === undefined)
    return text(404, `Container '${containerPath(id)}' cannot be found (or is already killed)`);
  session.kill(signal);
  return { status: 200 };
};

const remove: Handler = (sessions, { container_id: id }) => {
  if (!sessions.hasContainer(id)) return text(500, `Root container ${containerPath(id)} not found`);
  if (sessions.find(id) !== undefined) return text(500, "Nested container has not terminated yet");
  sessions.forget(id);
  return { status: 200 };
};

const HANDLERS: Record<string, Handler> = {
  WAIT_CONTAINER: wait("WAIT_CONTAINER"),
  WAIT_NESTED_CONTAINER: wait("WAIT_NESTED_CONTAINER"),
  KILL_CONTAINER: kill,
  KILL_NESTED_CONTAINER: kill,
  REMOVE_CONTAINER: remove,
  REMOVE_NESTED_CONTAINER: remove,

  async LAUNCH_NESTED_CONTAINER_SESSION(sessions, { container_id: id, command = {}, container }, media) {
    const { parent } = id;
    if (parent === undefined) return text(400); // containerProblem has said so.
    try {
      const session = await sessions.launch({ ...id, parent }, { command, container });
      if (session === undefined) return { status: 202 };
      return outputOf(session, media, () => session.kill(SIGKILL));
    } catch (error) {
      if (error instanceof SessionRefusal) return text(400, error.message);
      throw error;
    }
  },

  ATTACH_CONTAINER_OUTPUT(sessions, { container_id: id }, media) {
    if (!sessions.hasContainer(id)) return notFound(id);
    const session = sessions.find(id);
    return session === undefined ? notAttachable(id) : outputOf(session, media, () => {});
  },
};

/** Undefined for calls that are not about containers. */
export function containerCall(
  sessions: Sessions,
  call: ContainerCall,
  media: MediaTypes,
): HttpAnswer | Promise<HttpAnswer> | undefined {
  const { type = "" } = call;
  const handler = Object.hasOwn(HANDLERS, type) ? HANDLERS[type] : undefined;
  if (handler === undefined) return undefined;
  const name = type.toLowerCase();
  const part = call[name] as Part | undefined;
  const problem = part === undefined ? `Expecting '${name}' to be present` : containerProblem(name, part.container_id);
  if (part === undefined || problem !== undefined) return text(400, `Failed to validate agent::Call: ${problem ?? ""}`);
  return handler(sessions, part, media);
}

function containerProblem(name: string, id: ContainerID): string | undefined {
  const problem = containerIdProblem(id);
  if (problem !== undefined) return `'${name}.container_id' is invalid: ${problem}`;
  const isNested = name.includes("nested") && id.parent === undefined;
  return isNested ? `Expecting '${name}.container_id.parent' to be present` : undefined;
}

export function notFound(id: ContainerID): HttpAnswer {
  return text(404, `Container ${containerPath(id)} cannot be found`);
}

/** A task's own container has its output in its sandbox, and nothing to attach to. */
export function notAttachable(id: ContainerID): HttpAnswer {
  const words =
    id.parent === undefined ? "I/O switchboard server was disabled for this container" : "Container not found";
  return text(500, words);
}

/** What it writes, as it comes, until its end; `onGone` hears of a client that leaves before. */
function outputOf(session: Session, { format, wantsStream }: MediaTypes, onGone: () => void): HttpAnswer {
  const headers = wantsStream
    ? { "Content-Type": RECORDIO_TYPE, "Message-Content-Type": format.mediaType }
    : { "Content-Type": format.mediaType };
  const stream = (response: ServerResponse): void => {
    const detach = session.attach({
      send: (message, drained) => {
        if (response.destroyed) return true;
        const hasRoom = response.write(encodeRecord(format.encode("agent.ProcessIO", message)));
        if (!hasRoom) response.once("drain", drained);
        return hasRoom;
      },
      end: () => response.end(),
    });
    response.on("error", () => {});
    const leave = (): void => {
      detach();
      onGone();
    };
    // One that has left already closes nothing any more.
    if (response.destroyed) leave();
    else response.on("close", leave);
  };
  return { status: 200, headers, stream };
}
