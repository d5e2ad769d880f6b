// Which scheduler of several leads: each has an ephemeral node `election/<its ID>-NNNNNNNNNN` below the framework's, the
// lowest number leads. Who leads may write what is stored; the others stand by.
import { randomBytes } from "node:crypto";
import type { ZooKeeperAddress } from "../../client/master-address.ts";
import { beginTenure } from "../../client/zookeeper-tenure.ts";
import type { Tenure } from "../../client/zookeeper-tenure.ts";
import type { Clock } from "../../client/clock.ts";
import { systemClock } from "../../client/clock.ts";
import { ZooKeeperFrameworkStore, readStored } from "./zookeeper-store.ts";
import type { FrameworkStore } from "./framework-store.ts";
import type { Changes } from "../core/inputs.ts";

/** Who stands for election, as others are told of it. */
export interface Candidate {
  host: string;
  pid: number;
}

export interface Leadership {
  store: FrameworkStore;
  /** Aborted, with the reason, as soon as another scheduler may lead: nothing more may be said to a master then. */
  lost: AbortSignal;
  /** Gives it to another one. May be called again. */
  resign(): Promise<void>;
}

export interface ElectionOptions {
  address: ZooKeeperAddress;
  /** The app that the framework is known by. */
  app: string;
  self: Candidate;
  clock?: Clock;
  /** Begins sessions; only a test has reason to give another one. */
  begin?: (address: ZooKeeperAddress, timeoutMs: number) => Promise<Tenure>;
}

/** How long ZooKeeper waits for a word of a scheduler before another one may lead. */
const SESSION_TIMEOUT_MS = 10_000;

/** Should a watch go astray. */
const RECHECK_MS = 20_000;

const AGAIN_MS = 1000;

/** One scheduler's part in the election. */
export class Election implements AsyncDisposable {
  readonly #options: ElectionOptions;
  readonly #path: string;
  #tenure: Tenure | undefined;
  /** Its node; of a session that is over ZooKeeper keeps it for a while. */
  #own: string | undefined;

  constructor(options: ElectionOptions) {
    this.#options = options;
    const { path } = options.address;
    this.#path = `${path === "/" ? "" : path}/${options.app}`;
  }

  /**
   * Stands until it leads. `onLeader` hears who does meanwhile, again with each change; undefined while ZooKeeper is out
   * of reach.
   * @throws MesosUpError ZOOKEEPER_REFUSED, the signal's reason
   */
  async lead(signal: AbortSignal, onLeader: (leader: Candidate | undefined) => void = ignore): Promise<Leadership> {
    for (;;) {
      const tenure = await this.#begin();
      const within = AbortSignal.any([signal, tenure.over]);
      try {
        return await this.#stand(tenure, within, onLeader);
      } catch (error) {
        await this.close();
        if (signal.aborted) throw signal.reason;
        // Another session, another try.
        if (!tenure.over.aborted) throw error;
        onLeader(undefined);
        await this.#clock.sleep(AGAIN_MS, signal);
      }
    }
  }

  /** Who leads now; undefined if nobody does. */
  async leader(signal: AbortSignal): Promise<Candidate | undefined> {
    const tenure = await this.#begin();
    return await abortable(this.#leader(tenure), signal);
  }

  /** What is stored, as whoever leads has written it last; undefined if nothing is. */
  async stored(signal: AbortSignal): Promise<Changes | undefined> {
    return await abortable(readStored(await this.#begin(), this.#path), signal);
  }

  /** Stands no more. May be called again. */
  async close(): Promise<void> {
    const tenure = this.#tenure;
    this.#tenure = undefined;
    await tenure?.close();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  get #clock(): Clock {
    return this.#options.clock ?? systemClock;
  }

  async #begin(): Promise<Tenure> {
    const { begin = beginTenure, address } = this.#options;
    if (this.#tenure?.over.aborted) await this.close();
    return (this.#tenure ??= await begin(address, SESSION_TIMEOUT_MS));
  }

  async #stand(tenure: Tenure, signal: AbortSignal, onLeader: (leader: Candidate) => void): Promise<Leadership> {
    const folder = `${this.#path}/election`;
    await abortable(tenure.ensure(folder), signal);
    // It would lead, and nobody would be there.
    if (this.#own !== undefined) {
      await abortable(tenure.change([{ do: "remove", path: `${folder}/${this.#own}` }]), signal);
      this.#own = undefined;
    }
    const data = Buffer.from(JSON.stringify(this.#options.self));
    const own = await abortable(tenure.enlist(`${folder}/${randomBytes(4).toString("hex")}-`, data), signal);
    this.#own = own;
    let told = "";
    for (;;) {
      const changed = new AbortController();
      const names = await abortable(
        candidates(tenure, folder, () => changed.abort()),
        signal,
      );
      if (names[0] === own) break;
      // Somebody has removed it: it stands as a new one.
      if (!names.includes(own)) return await this.#stand(tenure, signal, onLeader);
      const leader = await abortable(this.#leader(tenure), signal);
      if (leader !== undefined && names[0] !== undefined && told !== names[0]) {
        told = names[0];
        onLeader(leader);
      }
      await this.#clock
        .sleep(RECHECK_MS, AbortSignal.any([changed.signal, signal]))
        .catch(() => signal.throwIfAborted());
    }
    return {
      store: new ZooKeeperFrameworkStore(tenure, this.#path),
      lost: tenure.over,
      resign: () => this.close(),
    };
  }

  async #leader(tenure: Tenure): Promise<Candidate | undefined> {
    const folder = `${this.#path}/election`;
    const [first] = await candidates(tenure, folder);
    const node = first === undefined ? undefined : await tenure.read(`${folder}/${first}`);
    return node === undefined ? undefined : (JSON.parse(node.data.toString("utf8")) as Candidate);
  }
}

/** Names of the nodes, that of the leader first. */
async function candidates(tenure: Tenure, folder: string, onChange?: () => void): Promise<string[]> {
  const number = (name: string) => Number(/-(\d{10})$/.exec(name)?.[1] ?? Infinity);
  return (await tenure.children(folder, onChange)).sort((a, b) => number(a) - number(b));
}

function abortable<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const abort = () => reject(signal.reason as Error);
    if (signal.aborted) abort();
    signal.addEventListener("abort", abort, { once: true });
    work.then(resolve, reject).finally(() => signal.removeEventListener("abort", abort));
  });
}

function ignore(): void {
  // Nobody wants to know.
}
