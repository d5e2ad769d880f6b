// The masters that keep the registry together, by their nodes in ZooKeeper: the network of a Mesos's replicated log.
import type { Log } from "../common/log.ts";
import type { ZooKeeperSession } from "../common/zookeeper-session.ts";
import { joinNode } from "../common/zookeeper-url.ts";
import type { RegistryReplicas } from "./registrar.ts";

export interface LogReplicasOptions {
  /** The node below which each has one. */
  path: string;
  /** So many have to take part: with fewer, a registry could be an old one. */
  quorum: number;
  log: Log;
}

/** How long until another look where ZooKeeper could not be asked. */
const RETRY_MS = 100;

/** Takes part, and goes on counting who else does. */
export class LogReplicas implements RegistryReplicas {
  readonly #options: LogReplicasOptions;
  #size = 0;
  #hasRecovered = false;
  /** Sessions joined so far: what was asked in an earlier one counts no more. */
  #joined = 0;
  #onCount: (() => void)[] = [];

  constructor(options: LogReplicasOptions) {
    this.#options = options;
  }

  get size(): number {
    return this.#size;
  }

  get hasRecovered(): boolean {
    return this.#hasRecovered;
  }

  /** To be called for every session, which takes its nodes with it when it ends. @throws what ZooKeeper answers */
  async join(session: ZooKeeperSession, pid: string): Promise<void> {
    const { path } = this.#options;
    const joined = ++this.#joined;
    await session.ensure(path);
    await session.create(joinNode(path, "replica_"), Buffer.from(pid), "EPHEMERAL_SEQUENTIAL");
    void this.#count(session, joined);
  }

  /** Resolves once as many take part as are wanted. */
  async quorum(): Promise<void> {
    const { quorum, log } = this.#options;
    while (this.#size < quorum) {
      log.info(`Waiting for ${quorum} masters to take part; there are ${this.#size}`);
      await new Promise<void>((resolve) => this.#onCount.push(resolve));
    }
  }

  async #count(session: ZooKeeperSession, joined: number): Promise<void> {
    if (joined !== this.#joined) return;
    const again = (): void => void this.#count(session, joined);
    try {
      this.#size = (await session.children(this.#options.path, again)).length;
    } catch (error) {
      this.#options.log.warning(`Failed to count the masters: ${(error as Error).message}`);
      setTimeout(again, RETRY_MS).unref();
      return;
    }
    if (this.#size >= this.#options.quorum) this.#hasRecovered = true;
    for (const resolve of this.#onCount.splice(0)) resolve();
  }
}
