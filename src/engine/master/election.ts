// A master among others: it contends in ZooKeeper, follows whoever leads, and leads when its turn comes.
import type { MasterInfo } from "../../mesos/types.ts";
import type { Log } from "../common/log.ts";
import { MasterGroup } from "../common/master-group.ts";
import type { ZooKeeperSession } from "../common/zookeeper-session.ts";
import { joinNode, type ZooKeeperUrl } from "../common/zookeeper-url.ts";
import type { MasterFlags } from "./flags.ts";
import type { Master } from "./master.ts";
import type { RegistryStore } from "./registrar.ts";
import { memoryStore, zooKeeperStore } from "./registry-stores.ts";

export interface ElectionOptions {
  url: ZooKeeperUrl;
  flags: MasterFlags;
  info: MasterInfo;
  log: Log;
}

/** How long a master that leads waits before it looks again whether something it needs is there. */
const RETRY_MS = 100;

export class ZooKeeperElection {
  readonly #options: ElectionOptions;
  readonly #replicas: string;
  /** The registry, where all masters find it. */
  readonly store: RegistryStore;
  #session: ZooKeeperSession | undefined;
  #group: MasterGroup | undefined;

  constructor(options: ElectionOptions) {
    this.#options = options;
    this.#replicas = joinNode(options.url.path, "log_replicas");
    this.store =
      options.flags.registry === "in_memory" ? memoryStore() : zooKeeperStore(() => this.#open(), this.#replicas);
  }

  /** `lost` is called when this master has led and does not any more: nothing that it knows can be relied on then. */
  async start(master: Master, lost: (reason: string) => void): Promise<void> {
    const { url, flags, info, log } = this.#options;
    let led = false;
    this.#group = await MasterGroup.start({
      ...{ url, log, candidate: info, sessionTimeoutMs: flags.zk_session_timeout },
      prepare: async (session) => {
        this.#session = session;
        await session.ensure(this.#replicas);
        const replica = joinNode(this.#replicas, "replica_");
        await session.create(replica, Buffer.from(info.pid ?? ""), "EPHEMERAL_SEQUENTIAL");
      },
      onLeader: (leader) => {
        if (led) {
          lost(
            leader
              ? "Conceded leadership to another master... committing suicide!"
              : "Lost leadership after indecisive election... committing suicide!",
          );
        } else if (leader?.id === info.id) {
          led = true;
          master.lead(this.#quorum()).catch((error: unknown) => lost(`Recovery failed: ${(error as Error).message}`));
        } else {
          log.info(
            leader ? `The newly elected leader is ${leader.pid ?? ""} with id ${leader.id}` : "No master was elected.",
          );
          master.follow(leader);
        }
      },
    });
  }

  /** Leaves the group at once. */
  async close(): Promise<void> {
    await this.#group?.close();
  }

  #open(): ZooKeeperSession {
    if (!this.#session) throw new Error("There is no ZooKeeper session");
    return this.#session;
  }

  /** Resolves once as many masters take part as --quorum wants: with fewer, a registry could be an old one. */
  async #quorum(): Promise<void> {
    const { flags, log } = this.#options;
    const wanted = flags.registry === "in_memory" ? 0 : (flags.quorum ?? 0);
    for (;;) {
      let onChange = (): void => {};
      const changed = new Promise<void>((resolve) => (onChange = resolve));
      const replicas = await this.#countReplicas(() => onChange());
      if (replicas >= wanted) return;
      log.info(`Waiting for ${wanted} masters to take part; there are ${replicas}`);
      await changed;
    }
  }

  /** None, and another look soon, while ZooKeeper cannot be asked. */
  async #countReplicas(onChange: () => void): Promise<number> {
    try {
      return (await this.#open().children(this.#replicas, onChange)).length;
    } catch (error) {
      this.#options.log.warning(`Failed to count the masters: ${(error as Error).message}`);
      setTimeout(onChange, RETRY_MS);
      return 0;
    }
  }
}
