// One ZooKeeper session after another: promises over the client library, and a session that is over replaced by a new one.
import type * as library from "node-zookeeper-client";
import type { Client } from "node-zookeeper-client";
import { mendZooKeeperClient } from "../../zookeeper/mend-zookeeper-client.ts";
import type { ZooKeeperUrl } from "./zookeeper-url.ts";

/** The library waits a random part of this between two attempts; ZooKeeper often starts together with its clients. */
const SPIN_DELAY_MS = 40;

export type CreateMode = "PERSISTENT" | "EPHEMERAL_SEQUENTIAL";

export interface SessionHandlers {
  /** A session is open: at first, and anew after each `onExpired`. Not called when a connection is merely resumed. */
  onSession: () => void;
  /** The session is over, or ZooKeeper has been out of reach for as long as a session lasts: ephemeral nodes are gone. */
  onExpired: () => void;
}

export interface SessionOptions {
  url: ZooKeeperUrl;
  timeoutMs: number;
  handlers: SessionHandlers;
}

type Library = typeof library;

/** Keeps a session open until it is closed. Operations fail while there is none. */
export class ZooKeeperSession {
  readonly #options: SessionOptions;
  readonly #library: Library;
  #client: Client | undefined;
  #expiry: NodeJS.Timeout | undefined;
  #sessionOpen = false;
  #closed = false;

  private constructor(options: SessionOptions, library: Library) {
    this.#options = options;
    this.#library = library;
  }

  /** Starts connecting, for as long as it takes; the handlers tell when there is a session. */
  static async start(options: SessionOptions): Promise<ZooKeeperSession> {
    const module = await import("node-zookeeper-client");
    const session = new ZooKeeperSession(options, (module as unknown as { default: Library }).default);
    session.#connect();
    return session;
  }

  /** Data of a node, undefined if it does not exist. */
  async read(path: string): Promise<Buffer | undefined> {
    return this.#ignoring("NO_NODE", (client, done) => client.getData(path, done));
  }

  async write(path: string, data: Buffer): Promise<void> {
    await this.#call((client, done) => client.setData(path, data, -1, done));
  }

  /** Makes a node and gives back its path, which sequential modes extend; undefined if it exists already. */
  create(path: string, data: Buffer, mode: CreateMode): Promise<string | undefined> {
    const flag = this.#library.CreateMode[mode];
    return this.#ignoring("NODE_EXISTS", (client, done) => client.create(path, data, flag, done));
  }

  /** Makes a node and all above it, where they do not exist. */
  async ensure(path: string): Promise<void> {
    if (path !== "/") await this.#call((client, done) => client.mkdirp(path, done));
  }

  /** Names of a node's children, none if it does not exist; `onChange` is called once, when that changes. */
  async children(path: string, onChange: () => void): Promise<string[]> {
    const names = await this.#ignoring<string[]>("NO_NODE", (client, done) =>
      client.getChildren(path, () => onChange(), done),
    );
    if (names) return names;
    const appeared = await this.#call<unknown>((client, done) => client.exists(path, () => onChange(), done));
    return appeared ? this.children(path, onChange) : [];
  }

  /** Ends the session, so that its ephemeral nodes vanish at once. */
  async close(): Promise<void> {
    this.#closed = true;
    clearTimeout(this.#expiry);
    const client = this.#client;
    this.#client = undefined;
    if (!client || !this.#sessionOpen) return;
    await new Promise<void>((resolve) => {
      client.once("disconnected", () => resolve());
      client.close();
    });
  }

  #connect(): void {
    if (this.#closed) return;
    const { url, timeoutMs, handlers } = this.#options;
    const options = { sessionTimeout: timeoutMs, spinDelay: SPIN_DELAY_MS };
    const client = mendZooKeeperClient(this.#library.createClient(url.servers, options));
    this.#client = client;
    if (url.credentials !== undefined) client.addAuthInfo("digest", Buffer.from(url.credentials));
    const isCurrent = (): boolean => this.#client === client;
    client.on("connected", () => {
      if (!isCurrent()) {
        client.close();
        return;
      }
      clearTimeout(this.#expiry);
      if (this.#sessionOpen) return;
      this.#sessionOpen = true;
      handlers.onSession();
    });
    client.on("disconnected", () => {
      if (!isCurrent() || !this.#sessionOpen) return;
      // Nobody will tell that the session has ended while ZooKeeper cannot be reached: the clock must.
      clearTimeout(this.#expiry);
      this.#expiry = setTimeout(() => this.#expire(client), client.getSessionTimeout());
    });
    client.on("expired", () => this.#expire(client));
    client.connect();
  }

  #expire(client: Client): void {
    if (this.#client !== client) return;
    clearTimeout(this.#expiry);
    this.#sessionOpen = false;
    this.#client = undefined;
    client.close();
    this.#options.handlers.onExpired();
    this.#connect();
  }

  #call<T>(operation: (client: Client, done: (error: unknown, value?: T) => void) => void): Promise<T> {
    return new Promise((resolve, reject) => {
      if (!this.#client) {
        reject(new Error("There is no ZooKeeper session"));
        return;
      }
      operation(this.#client, (error, value) => {
        if (error instanceof Error) reject(error);
        else resolve(value as T);
      });
    });
  }

  async #ignoring<T>(
    code: "NO_NODE" | "NODE_EXISTS",
    operation: (client: Client, done: (error: unknown, value?: T) => void) => void,
  ): Promise<T | undefined> {
    try {
      return await this.#call(operation);
    } catch (error) {
      const { getCode } = error as { getCode?: () => number };
      if (getCode?.call(error) === this.#library.Exception[code]) return undefined;
      throw error;
    }
  }
}
