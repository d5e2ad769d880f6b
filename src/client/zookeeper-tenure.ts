// One session with ZooKeeper and no other after it, to write in: what is made in it for its time is gone with it, and
// nothing can be written in its name any more once it is over.
import { setMaxListeners } from "node:events";
import type { Socket } from "node:net";
import type * as zookeeper from "node-zookeeper-client";
import { MesosUpError } from "../errors.ts";
import { mendZooKeeperClient, silenceOf } from "../zookeeper/mend-zookeeper-client.ts";
import type { ZooKeeperAddress } from "./master-address.ts";

/** A node's data, and how often it was written. */
export interface NodeData {
  data: Buffer;
  version: number;
}

/** A step of a change that is made whole or not at all. Versions are what nodes must have, and at least 1. */
export type NodeChange =
  | { do: "create"; path: string; data: Buffer }
  | { do: "set"; path: string; data: Buffer; version: number }
  | { do: "remove"; path: string }
  | { do: "check"; path: string; version: number };

/** What became of a change; of an `unknown` one the connection broke before its answer came. */
export type ChangeOutcome = "done" | "conflict" | "unknown";

export interface Tenure {
  /** Aborted, with a MesosUpError ZOOKEEPER_SESSION_OVER, before a server can end the session for want of a word of it. */
  readonly over: AbortSignal;
  /** Undefined if there is no such node. */
  read(path: string): Promise<NodeData | undefined>;
  /** Names of a node's children, none if there is no such node. `onChange` is called at most once. */
  children(path: string, onChange?: () => void): Promise<string[]>;
  /** Makes a node and all above it where they do not exist. */
  ensure(path: string): Promise<void>;
  /** Makes a node that goes with the session; its name is extended by ten digits, counting up. Gives its name. */
  enlist(path: string, data: Buffer): Promise<string>;
  /** Writes a node as it is, so that its version is another, and makes it if need be; gives its new version, at least 1. */
  seize(path: string): Promise<number>;
  change(steps: readonly NodeChange[]): Promise<ChangeOutcome>;
  /** Ends the session, and what goes with it, at once. May be called again. */
  close(): Promise<void>;
}

type Library = (typeof zookeeper)["default"];
type Client = zookeeper.Client;

const SPIN_DELAY_MS = 25;
const CLOSE_LIMIT_MS = 1000;

/** Of the session's time: so much earlier than a server is it taken for over, since clocks and answers are not exact. */
const MARGIN = 0.1;

/**
 * Begins a session; operations wait until a server is there. All of them reject with the reason of `over` once it is.
 * `timeoutMs` is how long servers wait for a word of it.
 */
export async function beginTenure(address: ZooKeeperAddress, timeoutMs: number): Promise<Tenure> {
  const { default: library } = await import("node-zookeeper-client");
  return new ZooKeeperTenure(library, address, timeoutMs);
}

class ZooKeeperTenure implements Tenure {
  readonly #library: Library;
  readonly #client: Client;
  readonly #acl: zookeeper.ACL[];
  readonly #over = new AbortController();
  #limit: NodeJS.Timeout | undefined;
  #closed: Promise<void> | undefined;

  constructor(library: Library, { connect, credentials }: ZooKeeperAddress, timeoutMs: number) {
    this.#library = library;
    const options = { sessionTimeout: timeoutMs, spinDelay: SPIN_DELAY_MS };
    const client = mendZooKeeperClient(library.createClient(connect, options));
    this.#client = client;
    // Every question that has no answer yet listens for the end.
    setMaxListeners(0, this.#over.signal);
    // Apps may say what is not for everybody.
    const owner = credentials === undefined ? new library.Id("world", "anyone") : new library.Id("auth", "");
    this.#acl = [new library.ACL(library.Permission.ALL, owner)];
    if (credentials !== undefined)
      client.addAuthInfo("digest", Buffer.from(`${credentials.user}:${credentials.password}`));
    client.on("connected", () => clearTimeout(this.#limit));
    client.on("disconnected", () => this.#limitSilence());
    client.once("expired", () => this.#end(`ZooKeeper at ${connect} has ended the session`));
    client.once("authenticationFailed", () => this.#end(`ZooKeeper at ${connect} refuses the user and password`));
    client.connect();
  }

  get over(): AbortSignal {
    return this.#over.signal;
  }

  async read(path: string): Promise<NodeData | undefined> {
    const ask = (done: (error: unknown, answer?: NodeData) => void) =>
      this.#client.getData(path, (error, data: Buffer | undefined, stat?: { version: number }) =>
        done(error, { data: data ?? Buffer.alloc(0), version: stat?.version ?? 0 }),
      );
    return await this.#until(ask, "NO_NODE");
  }

  async children(path: string, onChange?: () => void): Promise<string[]> {
    const names = await this.#until<string[]>((done) => {
      if (onChange === undefined) this.#client.getChildren(path, done);
      else this.#client.getChildren(path, onChange, done);
    }, "NO_NODE");
    return names ?? [];
  }

  async ensure(path: string): Promise<void> {
    // Where it is, whoever may write below it need not be allowed to make it.
    if ((await this.read(path)) !== undefined) return;
    await this.#until((done) => this.#client.mkdirp(path, this.#acl, done));
  }

  async enlist(path: string, data: Buffer): Promise<string> {
    const at = path.lastIndexOf("/");
    const name = path.slice(at + 1);
    const { EPHEMERAL_SEQUENTIAL } = this.#library.CreateMode;
    for (;;) {
      const made = await this.#once<string>((done) =>
        this.#client.create(path, data, this.#acl, EPHEMERAL_SEQUENTIAL, done),
      );
      if (made.error === undefined) return (made.answer ?? "").slice(at + 1);
      this.#requireLoss(made.error);
      // It may have been made all the same.
      const there = (await this.children(path.slice(0, at))).find((child) => child.startsWith(name));
      if (there !== undefined) return there;
    }
  }

  async seize(path: string): Promise<number> {
    const nothing = Buffer.alloc(0);
    const { PERSISTENT } = this.#library.CreateMode;
    for (;;) {
      await this.#until((done) => this.#client.create(path, nothing, this.#acl, PERSISTENT, done), "NODE_EXISTS");
      const there = await this.read(path);
      if (there === undefined) continue;
      // Only in transactions does the library take version 0 for any: this is refused at any other than what was read.
      const { error, answer } = await this.#once<{ version: number }>((done) =>
        this.#client.setData(path, there.data, there.version, done),
      );
      if (answer !== undefined) return answer.version;
      // Another has written meanwhile, or this one has before its answer was lost: what is there now is read.
      if (!this.#isConflict(error)) this.#requireLoss(error);
    }
  }

  async change(steps: readonly NodeChange[]): Promise<ChangeOutcome> {
    const transaction = this.#client.transaction();
    for (const step of steps) {
      if (step.do === "create") transaction.create(step.path, step.data, this.#acl);
      // The library takes version 0 for any; nodes that are seized have none below 1.
      if (step.do === "set") transaction.setData(step.path, step.data, Math.max(1, step.version));
      if (step.do === "remove") transaction.remove(step.path);
      if (step.do === "check") transaction.check(step.path, Math.max(1, step.version));
    }
    const { error } = await this.#once((done) => transaction.commit(done));
    if (error === undefined) return "done";
    if (this.#isConflict(error)) return "conflict";
    this.#requireLoss(error);
    return "unknown";
  }

  close(): Promise<void> {
    return (this.#closed ??= this.#close());
  }

  async #close(): Promise<void> {
    this.#end("the session was closed");
    if (this.#client.getState().name !== "SYNC_CONNECTED") {
      this.#abandon();
      return;
    }
    await new Promise<void>((resolve) => {
      const limit = setTimeout(resolve, CLOSE_LIMIT_MS);
      this.#client.once("disconnected", () => {
        clearTimeout(limit);
        resolve();
      });
      this.#client.close();
    });
    this.#abandon();
  }

  #end(reason: string): void {
    clearTimeout(this.#limit);
    const about = { code: "ZOOKEEPER_SESSION_OVER", hint: "Check that ZooKeeper runs and can be reached from here." };
    this.#over.abort(new MesosUpError(`${reason.charAt(0).toUpperCase()}${reason.slice(1)}.`, about));
  }

  /** Nobody will tell that the session has ended while no server is reached: the clock must. */
  #limitSilence(): void {
    clearTimeout(this.#limit);
    const session = this.#client.getSessionTimeout();
    // Before its first connection there is nothing that could be lost.
    const silence = silenceOf(this.#client);
    if (this.#over.signal.aborted || silence === Infinity) return;
    const end = () => {
      this.#end(`ZooKeeper has been out of reach for ${session / 1000} s`);
      this.#abandon();
    };
    this.#limit = setTimeout(end, Math.max(0, session * (1 - MARGIN) - silence));
  }

  /** The library would connect again and again. */
  #abandon(): void {
    this.#client.close();
    const { socket } = (this.#client as Client & { connectionManager: { socket?: Socket } }).connectionManager;
    socket?.destroy(new Error("closed"));
  }

  /** Asks again for as long as connections break. Undefined if the answer is the error that is expected. */
  async #until<T>(
    ask: (done: (error: unknown, answer?: T) => void) => void,
    expected?: "NO_NODE" | "NODE_EXISTS",
  ): Promise<T | undefined> {
    for (;;) {
      const { error, answer } = await this.#once(ask);
      if (error === undefined) return answer;
      if (expected !== undefined && codeOf(error) === this.#library.Exception[expected]) return undefined;
      this.#requireLoss(error);
    }
  }

  #once<T>(ask: (done: (error: unknown, answer?: T) => void) => void): Promise<{ error?: unknown; answer?: T }> {
    const { signal } = this.#over;
    return new Promise((resolve, reject) => {
      signal.throwIfAborted();
      const abort = () => reject(signal.reason as Error);
      signal.addEventListener("abort", abort, { once: true });
      ask((error, answer) => {
        signal.removeEventListener("abort", abort);
        if (error !== null && error !== undefined) resolve({ error });
        else resolve(answer === undefined ? {} : { answer });
      });
    });
  }

  #isConflict(error: unknown): boolean {
    const { BAD_VERSION, NO_NODE, NODE_EXISTS } = this.#library.Exception;
    return [BAD_VERSION, NO_NODE, NODE_EXISTS].includes(codeOf(error) ?? 0);
  }

  /** @throws MesosUpError ZOOKEEPER_REFUSED for all but a connection that broke */
  #requireLoss(error: unknown): void {
    const { CONNECTION_LOSS, SESSION_EXPIRED } = this.#library.Exception;
    if (codeOf(error) === CONNECTION_LOSS || codeOf(error) === SESSION_EXPIRED) return;
    throw new MesosUpError(`ZooKeeper refused what was asked of it: ${String(error)}.`, {
      code: "ZOOKEEPER_REFUSED",
      hint: "Check the user and password in the zk:// address, and the permissions of the nodes.",
      cause: error,
    });
  }
}

function codeOf(error: unknown): number | undefined {
  return (error as { code?: number } | undefined)?.code;
}
