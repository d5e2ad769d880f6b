// A session with ZooKeeper for reading, on node-zookeeper-client: its callbacks as promises, and an end that really ends.
import type { Socket } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import type * as zookeeper from "node-zookeeper-client";
import { mendZooKeeperClient } from "../zookeeper/mend-zookeeper-client.ts";
import { UnreachableError } from "./http.ts";

/** The library waits up to this long, at random, once no server of its list could be reached. */
const SPIN_DELAY_MS = 25;

const SESSION_TIMEOUT_MS = 10_000;

/** A server that does not answer the end of a session within this time is left without it. */
const CLOSE_LIMIT_MS = 200;

type ZooKeeperModule = (typeof zookeeper)["default"];
type Client = zookeeper.Client;

/** Connects by itself, again and again, whatever happens to the servers; an expired session is replaced by a new one. */
export class ZooKeeperSession implements AsyncDisposable {
  readonly #library: ZooKeeperModule;
  readonly #connect: string;
  readonly #credentials: { user: string; password: string } | undefined;
  #client: Client;
  #closed = false;

  private constructor(library: ZooKeeperModule, connect: string, credentials?: { user: string; password: string }) {
    this.#library = library;
    this.#connect = connect;
    this.#credentials = credentials;
    this.#client = this.#newClient();
  }

  /** Begins to connect and returns at once: reads wait until a server is there. `connect` is host:port,host:port. */
  static async begin(connect: string, credentials?: { user: string; password: string }): Promise<ZooKeeperSession> {
    const { default: library } = await import("node-zookeeper-client");
    return new ZooKeeperSession(library, connect, credentials);
  }

  /** Waits until a server has opened the session. */
  async opened(signal: AbortSignal): Promise<void> {
    await this.#ask<unknown>(signal, (client, done) => client.exists("/", done));
  }

  /** Names of a node's children, undefined if there is no such node. `onChange` is called at most once, at their next change. */
  async children(path: string, signal: AbortSignal, onChange?: () => void): Promise<string[] | undefined> {
    return await this.#ask<string[]>(signal, (client, done) => {
      if (onChange === undefined) client.getChildren(path, done);
      else client.getChildren(path, onChange, done);
    });
  }

  /** A node's data, undefined if there is no such node. */
  async data(path: string, signal: AbortSignal): Promise<Buffer | undefined> {
    return await this.#ask<Buffer>(signal, (client, done) => client.getData(path, done));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#closed = true;
    await close(this.#client);
  }

  #newClient(): Client {
    const options = { sessionTimeout: SESSION_TIMEOUT_MS, spinDelay: SPIN_DELAY_MS };
    const client = mendZooKeeperClient(this.#library.createClient(this.#connect, options));
    client.once("expired", () => {
      if (!this.#closed) this.#client = this.#newClient();
    });
    if (this.#credentials !== undefined) {
      const { user, password } = this.#credentials;
      client.addAuthInfo("digest", Buffer.from(`${user}:${password}`));
    }
    client.connect();
    return client;
  }

  /** One read, asked again for as long as connections break. */
  async #ask<T>(signal: AbortSignal, read: Read<T>): Promise<T | undefined> {
    const { Exception } = this.#library;
    for (;;) {
      const { error, result } = await this.#askOnce(signal, read);
      if (error === undefined || error === null) return result;
      const code = (error as { code?: number }).code;
      if (code === Exception.NO_NODE) return undefined;
      if (code !== Exception.CONNECTION_LOSS && code !== Exception.SESSION_EXPIRED) {
        throw new UnreachableError(`ZooKeeper at ${this.#connect} refused to be read: ${reasonOf(error)}.`, {
          code: "ZOOKEEPER_REFUSED",
          hint: "Check the user and password in the zk:// address, and the permissions of the nodes.",
          url: this.#connect,
          cause: error,
        });
      }
    }
  }

  #askOnce<T>(signal: AbortSignal, read: Read<T>): Promise<{ error: unknown; result?: T }> {
    const client = this.#client;
    return new Promise((resolve, reject) => {
      signal.throwIfAborted();
      const settle = (outcome: () => void) => {
        signal.removeEventListener("abort", abort);
        client.removeListener("expired", expired);
        outcome();
      };
      const abort = () => settle(() => reject(signal.reason as Error));
      // The library forgets the requests that an expired session had not sent yet.
      const expired = () => settle(() => resolve({ error: { code: this.#library.Exception.SESSION_EXPIRED } }));
      signal.addEventListener("abort", abort, { once: true });
      client.once("expired", expired);
      read(client, (error, result) => settle(() => resolve({ error, result })));
    });
  }
}

type Read<T> = (client: Client, done: (error: unknown, result: T) => void) => void;

/**
 * Ends a session. The library's own `close` asks an open one to end; one that is still connecting would go on, and one
 * that waits for its next attempt would still make it.
 */
async function close(client: Client): Promise<void> {
  const connected = client.getState().name === "SYNC_CONNECTED";
  client.close();
  const { socket } = managerOf(client);
  const closed = new Promise<void>((resolve) => socket?.once("close", () => resolve()));
  const limit = new AbortController();
  const patience = sleep(connected ? CLOSE_LIMIT_MS : SPIN_DELAY_MS, undefined, { signal: limit.signal });
  await Promise.race([patience, ...(connected ? [closed] : [])]);
  limit.abort();
  patience.catch(() => undefined);
  // With an error, since only then does the library stop the timer that would keep the process alive.
  managerOf(client).socket?.destroy(new Error("closed"));
}

/** What the library keeps to itself and its types do not name. */
function managerOf(client: Client): { socket?: Socket } {
  return (client as Client & { connectionManager: { socket?: Socket } }).connectionManager;
}

function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
