// The masters that share a zk:// URL: which of them leads, and taking part (docs/high-availability.md).
import type { MasterInfo } from "../../mesos/types.ts";
import type { Log } from "./log.ts";
import { ZooKeeperSession } from "./zookeeper-session.ts";
import { joinNode, type ZooKeeperUrl } from "./zookeeper-url.ts";

const INFO_PREFIX = "json.info_";
const RETRY_MS = 200;

export interface MasterGroupOptions {
  url: ZooKeeperUrl;
  sessionTimeoutMs: number;
  log: Log;
  /** Whoever leads now, undefined while nobody does or ZooKeeper cannot tell. Called only when it has changed. */
  onLeader: (leader: MasterInfo | undefined) => void;
  /** What this process announces of itself as a candidate; an agent announces nothing. */
  candidate?: MasterInfo;
  /** A new session is open, and the candidate is being announced. */
  prepare?: (session: ZooKeeperSession) => Promise<void>;
}

/**
 * Watches the group, and stays a candidate if it is one: after a lost session it contends again. Who led and sees
 * `onLeader` name somebody else, or nobody, has lost the leadership and must not go on as a leader.
 */
export class MasterGroup {
  readonly #options: MasterGroupOptions;
  #session: ZooKeeperSession | undefined;
  #leaderId: string | undefined;
  #refreshing = false;
  #changedMeanwhile = false;
  #closed = false;

  private constructor(options: MasterGroupOptions) {
    this.#options = options;
  }

  static async start(options: MasterGroupOptions): Promise<MasterGroup> {
    const group = new MasterGroup(options);
    group.#session = await ZooKeeperSession.start({
      url: options.url,
      timeoutMs: options.sessionTimeoutMs,
      handlers: { onSession: () => void group.#join(), onExpired: () => group.#report(undefined) },
    });
    return group;
  }

  /** Leaves the group at once. */
  async close(): Promise<void> {
    this.#closed = true;
    await this.#session?.close();
  }

  async #join(): Promise<void> {
    const { url, candidate, prepare, log } = this.#options;
    const session = this.#session;
    if (!session || this.#closed) return;
    try {
      if (candidate) {
        await session.ensure(url.path);
        const data = Buffer.from(JSON.stringify(candidate));
        // ZooKeeper takes them in this order; to wait for each would only cost time.
        const prepared = prepare?.(session);
        const announced = session.create(joinNode(url.path, INFO_PREFIX), data, "EPHEMERAL_SEQUENTIAL");
        await Promise.all([prepared, announced]);
      }
      await this.#refresh();
    } catch (error) {
      log.warning(`Failed to join the group at ${url.path}: ${(error as Error).message}`);
      this.#retry(() => void this.#join());
    }
  }

  /** One look at a time; a change during it means another look after it. */
  async #refresh(): Promise<void> {
    if (this.#refreshing) {
      this.#changedMeanwhile = true;
      return;
    }
    this.#refreshing = true;
    try {
      this.#changedMeanwhile = false;
      this.#report(await this.#lookUp());
    } catch (error) {
      this.#options.log.warning(`Failed to detect the leading master: ${(error as Error).message}`);
      this.#retry(() => void this.#refresh());
    } finally {
      this.#refreshing = false;
      if (this.#changedMeanwhile) void this.#refresh();
    }
  }

  async #lookUp(): Promise<MasterInfo | undefined> {
    const { path } = this.#options.url;
    const session = this.#session;
    if (!session) return undefined;
    const names = await session.children(path, () => void this.#refresh());
    for (const name of names.filter((n) => n.startsWith(INFO_PREFIX)).sort()) {
      const data = await session.read(joinNode(path, name));
      // Gone between the two looks: the watch fires, and the next in line leads.
      if (data) return JSON.parse(data.toString("utf8")) as MasterInfo;
    }
    return undefined;
  }

  #report(leader: MasterInfo | undefined): void {
    if (leader?.id === this.#leaderId || this.#closed) return;
    this.#leaderId = leader?.id;
    this.#options.onLeader(leader);
  }

  #retry(again: () => void): void {
    if (!this.#closed) setTimeout(again, RETRY_MS).unref();
  }
}
