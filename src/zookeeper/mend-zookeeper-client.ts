// What node-zookeeper-client leaves undone, for both sides that use it. Nothing of ZooKeeper itself is in here.
import type { Socket } from "node:net";
import type { Client } from "node-zookeeper-client";

/**
 * A server that is just starting may accept a connection and never say a word on it: ZooKeeper 3.8 fails to close those
 * that come before its database is there. A server that works answers within a few milliseconds.
 */
const FIRST_LIMIT_MS = 250;
const MAX_LIMIT_MS = 4000;

/** Of one server of an address that does not even take the connection: another one may be there at once. */
const CONNECT_LIMIT_MS = 250;

interface ConnectionManager {
  socket: Socket;
  servers: readonly unknown[];
  /** Milliseconds that the library gives a server to take a connection; it computes them from the session's time. */
  connectTimeout: number;
  /** Milliseconds, as the server granted them. */
  sessionTimeout: number;
  /** Bytes of an answer that is not complete yet. */
  pendingBuffer: Buffer | null;
  state: number;
  onSocketConnected(): void;
  onSocketConnectTimeout(): void;
  onSocketData(data: Buffer): void;
}

/** The library's own numbers: the session is not answered yet; its end was asked for. */
const CONNECTING = 1;
const CLOSING = -1;

/** When each client last heard from a server. */
const heardMs = new WeakMap<Client, number>();

/** Milliseconds since a server last said anything to a client that was mended. */
export function silenceOf(client: Client): number {
  return performance.now() - (heardMs.get(client) ?? -Infinity);
}

/**
 * Makes a client, before it connects, give up a connection that is not taken, as by a machine that is gone, sooner than
 * whoever waits for it gives up, and one on which its session is not answered, each time more patiently, and one on which
 * nothing is heard for two thirds of the session's time, in which its pings should have been
 * answered (a server that hangs closes no connection). It takes an answer to a session that is closed already for nothing,
 * and nothing over from a broken connection to the next. Returns the client.
 */
export function mendZooKeeperClient(client: Client): Client {
  const manager = (client as Client & { connectionManager: ConnectionManager }).connectionManager;
  beQuickToConnect(manager);
  let silence: NodeJS.Timeout | undefined;
  const onSocketConnected = manager.onSocketConnected.bind(manager);
  const onSocketData = manager.onSocketData.bind(manager);
  let limitMs = FIRST_LIMIT_MS;
  let answered = false;
  manager.onSocketData = (data) => {
    // Closed before its session was answered, the library takes the answer for one to its closing, and throws.
    if (!answered && manager.state === CLOSING) {
      manager.socket.destroy();
      return;
    }
    onSocketData(data);
    heardMs.set(client, performance.now());
    answered ||= manager.state !== CONNECTING;
    if (!answered) return;
    const { socket } = manager;
    if (silence === undefined) {
      const mostMs = (manager.sessionTimeout * 2) / 3;
      silence = setTimeout(() => {
        const last = heardMs.get(client);
        // What came while this process was busy is read first.
        setImmediate(() => heardMs.get(client) === last && socket.destroy());
      }, mostMs);
      socket.once("close", () => {
        clearTimeout(silence);
        silence = undefined;
      });
    } else silence.refresh();
  };
  manager.onSocketConnected = () => {
    answered = false;
    onSocketConnected();
    const { socket } = manager;
    // Its end makes the library connect again.
    const limit = setTimeout(() => {
      limitMs = Math.min(MAX_LIMIT_MS, 2 * limitMs);
      socket.destroy();
    }, limitMs);
    socket.once("close", () => clearTimeout(limit));
    socket.once("data", () => {
      clearTimeout(limit);
      limitMs = FIRST_LIMIT_MS;
    });
  };
  client.on("disconnected", () => (manager.pendingBuffer = null));
  return client;
}

/** Every server is tried for a short time before any of them is for twice as long; never longer than the library would. */
function beQuickToConnect(manager: ConnectionManager): void {
  let mostMs = manager.connectTimeout;
  let inVain = 0;
  Object.defineProperty(manager, "connectTimeout", {
    get: () => Math.min(mostMs, CONNECT_LIMIT_MS * 2 ** Math.floor(inVain / manager.servers.length)),
    set: (limitMs: number) => (mostMs = limitMs),
  });
  const onSocketConnectTimeout = manager.onSocketConnectTimeout.bind(manager);
  manager.onSocketConnectTimeout = () => {
    inVain++;
    onSocketConnectTimeout();
  };
  const onSocketConnected = manager.onSocketConnected.bind(manager);
  manager.onSocketConnected = () => {
    inVain = 0;
    onSocketConnected();
  };
}
