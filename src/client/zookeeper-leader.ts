// The leading master as masters themselves elect it: among the nodes `json.info_NNNNNNNNNN` under the path of --zk, the
// one with the lowest number belongs to the leader, and holds its MasterInfo as JSON.
import { reachableHost } from "../mesos/reachable-host.ts";
import type { MasterInfo } from "../mesos/types.ts";
import type { Clock } from "./clock.ts";
import type { LeaderDetector } from "./leader-detector.ts";
import { LONGEST_PAUSE_MS, poll } from "./poll.ts";
import { ZooKeeperSession } from "./zookeeper-session.ts";

const MASTER_NODE = /^json\.info_(\d+)$/;

/** A watch does not outlive its session, so that even without a word from it the leader is looked up again. */
const RECHECK_MS = 20_000;

export class ZooKeeperLeader implements LeaderDetector {
  readonly #address: { connect: string; path: string; credentials?: { user: string; password: string } };
  readonly #clock: Clock;
  #session: Promise<ZooKeeperSession> | undefined;
  /** Name of the node of the leader that was found last. */
  #found: string | undefined;

  constructor(
    address: { connect: string; path: string; credentials?: { user: string; password: string } },
    clock: Clock,
  ) {
    this.#address = address;
    this.#clock = clock;
  }

  async find(signal: AbortSignal, onWaiting?: (reason: string) => void): Promise<string> {
    const { connect, path } = this.#address;
    if (this.#session === undefined) onWaiting?.(`asking ZooKeeper at ${connect}`);
    const session = await this.#begin();
    // Nodes of masters that are not there yet cannot be watched, so until there is one it is asked.
    const look = async () => {
      const leader = await this.#leader(session, signal);
      if (leader === undefined) onWaiting?.(`no master is elected under ${path} in ZooKeeper at ${connect}`);
      return leader;
    };
    const leader = await poll(look, { clock: this.#clock, signal });
    this.#found = leader.node;
    return leader.url;
  }

  async changed(signal: AbortSignal): Promise<void> {
    const session = await this.#begin();
    let wake = new AbortController();
    // One function for all rounds: the library would collect a new one for every round that nothing has changed in.
    const onChange = () => wake.abort();
    for (;;) {
      wake = new AbortController();
      const leader = await this.#leader(session, signal, onChange);
      if (leader !== undefined && this.#found !== undefined && leader.node !== this.#found) return;
      const roundMs = leader === undefined ? LONGEST_PAUSE_MS : RECHECK_MS;
      await this.#clock.sleep(roundMs, AbortSignal.any([signal, wake.signal])).catch(() => signal.throwIfAborted());
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await (await this.#session)?.[Symbol.asyncDispose]();
  }

  #begin(): Promise<ZooKeeperSession> {
    this.#session ??= ZooKeeperSession.begin(this.#address.connect, this.#address.credentials);
    return this.#session;
  }

  async #leader(
    session: ZooKeeperSession,
    signal: AbortSignal,
    onChange?: () => void,
  ): Promise<{ node: string; url: string } | undefined> {
    const nodes = (await session.children(this.#address.path, signal, onChange)) ?? [];
    const leading = nodes.filter((node) => MASTER_NODE.test(node)).sort(byNumber)[0];
    if (leading === undefined) return undefined;
    const data = await session.data(`${this.#address.path === "/" ? "" : this.#address.path}/${leading}`, signal);
    const url = data === undefined ? undefined : masterUrl(data.toString("utf8"));
    return url === undefined ? undefined : { node: leading, url };
  }
}

/** http://host:port out of a MasterInfo in JSON. */
export function masterUrl(json: string): string | undefined {
  let info: Partial<MasterInfo>;
  try {
    info = JSON.parse(json) as Partial<MasterInfo>;
  } catch {
    return undefined;
  }
  const host = reachableHost(info.address?.ip, info.address?.hostname ?? info.hostname);
  const port = info.address?.port ?? info.port;
  return host === undefined || port === undefined ? undefined : `http://${host}:${port}`;
}

function byNumber(a: string, b: string): number {
  return Number(MASTER_NODE.exec(a)?.[1]) - Number(MASTER_NODE.exec(b)?.[1]);
}
