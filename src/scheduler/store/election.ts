// Which scheduler of several leads: each has an ephemeral node `election/<its ID>-NNNNNNNNNN` below the framework's, the
// lowest number leads. Who leads may write what is stored; the others stand by.
import { randomBytes } from "node:crypto";
import type { ZooKeeperAddress } from "../../client/master-address.ts";
import { beginTenure } from "../../client/zookeeper-tenure.ts";
import type { Tenure } from "../../client/zookeeper-tenure.ts";
import type { Clock } from "../../client/clock.ts";
import { systemClock } from "../../client/clock.ts";
import { MesosUpError } from "../../errors.ts";
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
  #session: Promise<Tenure> | undefined;
  /** What the name of its node begins with; of a session that is over ZooKeeper keeps it for a while. */
  #mark: string | undefined;
  #closed = false;

  constructor(options: ElectionOptions) {
    this.#options = options;
    const { path } = options.address;
    this.#path = `${path === "/" ? "" : path}/${options.app}`;
  }

  /**
   * Stands until it leads. `onLeader` hears who does meanwhile, again with each change; undefined while ZooKeeper is out
   * of reach.
   * @throws MesosUpError ZOOKEEPER_REFUSED, ELECTION_LEFT, the signal's reason
   */
  async lead(signal: AbortSignal, onLeader: (leader: Candidate | undefined) => void = ignore): Promise<Leadership> {
    for (;;) {
      const tenure = await this.#begin();
      const within = AbortSignal.any([signal, tenure.over]);
      try {
        return await this.#stand(tenure, within, onLeader);
      } catch (error) {
        const isOver = tenure.over.aborted;
        await tenure.close();
        if (signal.aborted) throw signal.reason;
        // Another session, another try.
        if (!isOver) throw error;
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

  /** Stands no more, nor can anything be asked of it. May be called again. */
  async close(): Promise<void> {
    this.#closed = true;
    const tenure = await this.#session?.catch(() => undefined);
    await tenure?.close();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  get #clock(): Clock {
    return this.#options.clock ?? systemClock;
  }

  /** The one session of all that is asked at the same time; another one where that is over. */
  async #begin(): Promise<Tenure> {
    for (;;) {
      if (this.#closed) {
        const hint = "Start the scheduler anew to stand for election again.";
        throw new MesosUpError("This scheduler stands for election no more.", { code: "ELECTION_LEFT", hint });
      }
      const session = (this.#session ??= this.#newSession());
      const tenure = await session;
      if (!tenure.over.aborted) return tenure;
      this.#forget(session);
    }
  }

  #newSession(): Promise<Tenure> {
    const { begin = beginTenure, address } = this.#options;
    const session = begin(address, SESSION_TIMEOUT_MS);
    session.catch(() => this.#forget(session));
    return session;
  }

  #forget(session: Promise<Tenure>): void {
    if (this.#session === session) this.#session = undefined;
  }

  async #stand(tenure: Tenure, signal: AbortSignal, onLeader: (leader: Candidate) => void): Promise<Leadership> {
    const folder = `${this.#path}/election`;
    await abortable(tenure.ensure(folder), signal);
    // It would lead, and nobody would be there.
    if (this.#mark !== undefined) await abortable(withdraw(tenure, folder, this.#mark), signal);
    const mark = `${randomBytes(4).toString("hex")}-`;
    this.#mark = mark;
    const data = Buffer.from(JSON.stringify(this.#options.self));
    await abortable(tenure.enlist(`${folder}/${mark}`, data), signal);
    // A node whose making was never answered may turn up beside the one that was made for want of it.
    const isOwn = (name: string | undefined) => name?.startsWith(mark) === true;
    let told = "";
    let wake = new AbortController();
    // One function for all rounds: the library would collect a new one for every round that nothing has changed in.
    const onChange = () => wake.abort();
    for (;;) {
      wake = new AbortController();
      const names = await abortable(candidates(tenure, folder, onChange), signal);
      const [first] = names;
      if (isOwn(first)) break;
      // Somebody has removed it: it stands as a new one.
      if (!names.some(isOwn)) return await this.#stand(tenure, signal, onLeader);
      const leader = await abortable(this.#leader(tenure), signal);
      if (leader !== undefined && first !== undefined && told !== first) {
        told = first;
        onLeader(leader);
      }
      await this.#clock.sleep(RECHECK_MS, AbortSignal.any([wake.signal, signal])).catch(() => signal.throwIfAborted());
    }
    return {
      store: new ZooKeeperFrameworkStore(tenure, this.#path),
      lost: tenure.over,
      resign: () => tenure.close(),
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

/** Removes the nodes of that mark; one that is missed goes with its session. */
async function withdraw(tenure: Tenure, folder: string, mark: string): Promise<void> {
  const own = (await candidates(tenure, folder)).filter((name) => name.startsWith(mark));
  for (const name of own) await tenure.change([{ do: "remove", path: `${folder}/${name}` }]);
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
