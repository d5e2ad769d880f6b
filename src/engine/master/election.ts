// A master among others: it contends in ZooKeeper, follows whoever leads, and leads when its turn comes.
import type { MasterInfo } from "../../mesos/types.ts";
import type { Log } from "../common/log.ts";
import { MasterGroup } from "../common/master-group.ts";
import type { ZooKeeperSession } from "../common/zookeeper-session.ts";
import { joinNode, type ZooKeeperUrl } from "../common/zookeeper-url.ts";
import type { MasterFlags } from "./flags.ts";
import { LogReplicas } from "./log-replicas.ts";
import type { Master } from "./master.ts";
import type { RegistryStore } from "./registrar.ts";
import { memoryStore, zooKeeperStore } from "./registry-stores.ts";

export interface ElectionOptions {
  url: ZooKeeperUrl;
  flags: MasterFlags;
  info: MasterInfo;
  log: Log;
}

export class ZooKeeperElection {
  readonly #options: ElectionOptions;
  /** Undefined where the registry is kept by nobody. */
  readonly #replicas: LogReplicas | undefined;
  /** The registry, where all masters find it. */
  readonly store: RegistryStore;
  #session: ZooKeeperSession | undefined;
  #group: MasterGroup | undefined;

  constructor(options: ElectionOptions) {
    this.#options = options;
    const { flags, log, url } = options;
    const path = joinNode(url.path, "log_replicas");
    this.#replicas =
      flags.registry === "in_memory" ? undefined : new LogReplicas({ path, quorum: flags.quorum ?? 0, log });
    this.store =
      this.#replicas === undefined ? memoryStore() : zooKeeperStore(() => this.#open(), path, this.#replicas);
  }

  /** `lost` is called when this master has led and does not any more: nothing that it knows can be relied on then. */
  async start(master: Master, lost: (reason: string) => void): Promise<void> {
    const { url, flags, info, log } = this.#options;
    let led = false;
    this.#group = await MasterGroup.start({
      ...{ url, log, candidate: info, sessionTimeoutMs: flags.zk_session_timeout },
      prepare: async (session) => {
        this.#session = session;
        await this.#replicas?.join(session, info.pid ?? "");
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
          master
            .lead(this.#replicas?.quorum())
            .catch((error: unknown) => lost(`Recovery failed: ${(error as Error).message}`));
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
}
