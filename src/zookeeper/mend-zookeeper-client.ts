// What node-zookeeper-client leaves undone, for both sides that use it. Nothing of ZooKeeper itself is in here.
import type { Socket } from "node:net";
import type { Client } from "node-zookeeper-client";

/**
 * A server that is just starting may accept a connection and never say a word on it: ZooKeeper 3.8 fails to close those
 * that come before its database is there. A server that works answers within a few milliseconds.
 */
const FIRST_LIMIT_MS = 250;
const MAX_LIMIT_MS = 4000;

interface ConnectionManager {
  socket: Socket;
  /** Bytes of an answer that is not complete yet. */
  pendingBuffer: Buffer | null;
  onSocketConnected(): void;
}

/**
 * Makes a client, before it connects, give up a connection on which its session is not answered, each time more
 * patiently, and take nothing over from a broken connection to the next. Returns the client.
 */
export function mendZooKeeperClient(client: Client): Client {
  const manager = (client as Client & { connectionManager: ConnectionManager }).connectionManager;
  const onSocketConnected = manager.onSocketConnected.bind(manager);
  let limitMs = FIRST_LIMIT_MS;
  manager.onSocketConnected = () => {
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
