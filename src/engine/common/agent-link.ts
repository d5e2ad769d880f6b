// The connection between an agent and its master: records of JSON in both directions over an upgraded HTTP connection.
import { type IncomingMessage, request } from "node:http";
import type { Duplex } from "node:stream";
import { MesosUpError } from "../../errors.ts";
import { encodeRecord, textDecoder } from "../../mesos/recordio.ts";
import { corkForNow } from "./cork.ts";
import { turns } from "./turns.ts";
import {
  AGENT_LINK_PATH,
  AGENT_LINK_PROTOCOL,
  AGENT_LINK_RECORD_LIMIT_BYTES,
  type AgentToMaster,
  type MasterToAgent,
} from "../protocol.ts";

const CLOSE_TIMEOUT_MS = 2000;

export interface LinkHandlers<Received> {
  onMessage: (message: Received) => void;
  /** Called once, also after `close()` of this side. */
  onClose: () => void;
}

/** What either side does with a connection. */
export interface MessageLink<Sent> {
  readonly closed: boolean;
  /** Does nothing once the connection is closed. */
  send(message: Sent): void;
  /** Sends what is still waiting, then closes. */
  close(): void;
}

/** One side of the connection. Messages arrive in the order in which they were sent. */
class SocketLink<Sent, Received> implements MessageLink<Sent> {
  readonly #socket: Duplex;
  #closed = false;

  constructor(socket: Duplex, head: Buffer, handlers: LinkHandlers<Received>) {
    this.#socket = socket;
    const decoder = textDecoder({ limitBytes: AGENT_LINK_RECORD_LIMIT_BYTES });
    const receive = (chunk: Uint8Array): void => {
      for (const record of decoder.push(chunk)) {
        if (this.#closed) return;
        handlers.onMessage(JSON.parse(record) as Received);
      }
    };
    const guarded = (chunk: Uint8Array): void => {
      try {
        receive(chunk);
      } catch (error) {
        socket.destroy(error as Error);
      }
    };
    const inTurn = (chunk: Uint8Array): void => {
      if (!turns.busy) {
        turns.run(() => guarded(chunk));
        return;
      }
      // What cannot be dealt with yet is better left with the one who sends it.
      socket.pause();
      turns.run(() => {
        guarded(chunk);
        socket.resume();
      });
    };
    socket.on("data", inTurn);
    socket.on("error", () => this.#markClosed());
    socket.on("end", () => socket.destroy());
    // What came before and waits for its turn was said in time.
    socket.on("close", () =>
      turns.run(() => {
        this.#closed = true;
        handlers.onClose();
      }),
    );
    if (head.length > 0) inTurn(head);
  }

  get closed(): boolean {
    return this.#closed;
  }

  send(message: Sent): void {
    if (this.#closed) return;
    corkForNow(this.#socket);
    this.#socket.write(encodeRecord(JSON.stringify(message)));
  }

  close(): void {
    this.#markClosed();
    // The other side reads to the end and then closes; to destroy at once could lose what it has not read yet.
    this.#socket.end();
    setTimeout(() => this.#socket.destroy(), CLOSE_TIMEOUT_MS).unref();
  }

  #markClosed(): void {
    this.#closed = true;
  }
}

export type AgentSideLink = MessageLink<AgentToMaster>;
export type MasterSideLink = MessageLink<MasterToAgent>;

/** A master did not take the connection: it does not lead (307, 503), is no master, or is not there. */
export class LinkRefusedError extends MesosUpError {
  readonly status: number | undefined;

  constructor(master: string, reason: { status?: number; cause?: unknown }) {
    super(`The master at ${master} does not take agents: ${reason.status ?? (reason.cause as Error).message}`, {
      code: "AGENT_LINK_REFUSED",
      hint: "Detect the leading master again.",
      cause: reason.cause,
    });
    this.status = reason.status;
  }
}

/** The agent's side: connects to the master at `host`:`port`. @throws LinkRefusedError */
export function connectToMaster(
  master: { host: string; port: number },
  handlers: LinkHandlers<MasterToAgent>,
): Promise<AgentSideLink> {
  const { host, port } = master;
  const name = `${host}:${port}`;
  return new Promise((resolve, reject) => {
    const headers = { Connection: "Upgrade", Upgrade: AGENT_LINK_PROTOCOL };
    const asked = request({ host, port, path: AGENT_LINK_PATH, headers, agent: false });
    asked.on("error", (cause) => reject(new LinkRefusedError(name, { cause })));
    asked.on("response", (response) => {
      response.resume();
      reject(new LinkRefusedError(name, { status: response.statusCode ?? 0 }));
    });
    asked.on("upgrade", (_response, socket, head) => {
      socket.setNoDelay(true);
      socket.setTimeout(0);
      resolve(new SocketLink<AgentToMaster, MasterToAgent>(socket, head, handlers));
    });
    asked.end();
  });
}

/** The master's side of an upgrade request for AGENT_LINK_PATH; undefined (and refused) if it asks for another protocol. */
export function acceptAgent(
  upgrade: { incoming: IncomingMessage; socket: Duplex; head: Buffer },
  handlers: LinkHandlers<AgentToMaster>,
): MasterSideLink | undefined {
  const { incoming, socket, head } = upgrade;
  if (incoming.headers.upgrade !== AGENT_LINK_PROTOCOL) {
    socket.end("HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
    return undefined;
  }
  incoming.socket.setNoDelay(true);
  incoming.socket.setTimeout(0);
  socket.write(`HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: ${AGENT_LINK_PROTOCOL}\r\n\r\n`);
  return new SocketLink<MasterToAgent, AgentToMaster>(socket, head, handlers);
}
