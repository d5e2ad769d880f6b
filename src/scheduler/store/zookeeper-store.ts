// What a scheduler must not forget, in ZooKeeper, for one scheduler of several at a time. Below the framework's node:
//
//     head           which parts make up the journal: {"writer":"8f…","first":0,"end":3}; none where nothing is stored
//     journal/8f…-N  the parts, each small enough for a node
//
// Every write makes parts and has `head` count them in, in one transaction that requires the version of `head` that this
// store wrote last. Whoever loads writes `head` first, so that from then on no other can write.
import { randomBytes } from "node:crypto";
import type { ChangeOutcome, NodeChange, Tenure } from "../../client/zookeeper-tenure.ts";
import { MesosUpError } from "../../errors.ts";
import type { Changes } from "../core/inputs.ts";
import type { FrameworkStore } from "./framework-store.ts";
import { Journal } from "./journal.ts";

/** ZooKeeper takes requests of up to a megabyte (jute.maxbuffer). */
const PART_BYTES = 512 * 1024;

/** Nodes that are removed in one transaction. */
const REMOVED_AT_ONCE = 500;

interface Head {
  /** Of whom the parts are. */
  writer: string;
  /** Numbers of its first part, and of the one after its last. */
  first: number;
  end: number;
}

export class ZooKeeperFrameworkStore implements FrameworkStore {
  readonly #tenure: Tenure;
  readonly #path: string;
  readonly #writer = randomBytes(8).toString("hex");
  readonly #journal = new Journal();
  /** Of `head` as this store wrote it last. */
  #version = 0;
  /** Its own parts, as `head` has them; undefined while those are another's. */
  #own: Head | undefined;
  /** Parts that may be there and are not in `head`. */
  #leftovers = false;
  #end = 0;

  /** `path` is the framework's node. */
  constructor(tenure: Tenure, path: string) {
    this.#tenure = tenure;
    this.#path = path;
  }

  /** From now on no other store can write. */
  async load(): Promise<Changes | undefined> {
    await this.#tenure.ensure(`${this.#path}/journal`);
    this.#version = await this.#tenure.seize(`${this.#path}/head`);
    this.#own = undefined;
    const text = await readJournal(this.#tenure, this.#path);
    this.#leftovers = true;
    return text === undefined ? undefined : parse(this.#journal, this.#path, text);
  }

  /** @throws MesosUpError LEADERSHIP_LOST if another has loaded since, what ended the session */
  async write(changes: Changes): Promise<void> {
    const line = this.#journal.change(changes);
    const own = this.#own;
    if (own === undefined || this.#journal.isLong) {
      const whole = Buffer.from(this.#journal.whole());
      await this.#append(whole, this.#end);
      this.#journal.written(whole.length, "anew");
      this.#leftovers = true;
    } else {
      const added = Buffer.from(line);
      // Until it is known to be there, the next write is a whole one.
      this.#own = undefined;
      await this.#append(added, own.first);
      this.#journal.written(added.length, "added");
    }
    if (this.#leftovers) await this.#sweep();
  }

  async clear(): Promise<void> {
    this.#journal.clear();
    this.#own = undefined;
    const end = ++this.#end;
    await this.#commit([], { writer: this.#writer, first: end, end });
    await this.#sweep();
  }

  close(): Promise<void> {
    return this.#tenure.close();
  }

  /** Adds bytes to the parts from `first` on: all but the last where nobody looks yet, the last with `head`. */
  async #append(bytes: Buffer, first: number): Promise<void> {
    const parts: Buffer[] = [];
    for (let at = 0; at < bytes.length; at += PART_BYTES) parts.push(bytes.subarray(at, at + PART_BYTES));
    const creates = parts.map((data): NodeChange => ({ do: "create", path: this.#partPath(this.#end++), data }));
    for (const create of creates.slice(0, -1)) await this.#create(create);
    const head: Head = { writer: this.#writer, first, end: this.#end };
    await this.#commit(creates.slice(-1), head);
    this.#own = head;
  }

  async #create(create: NodeChange): Promise<void> {
    for (;;) {
      const outcome = await this.#tenure.change([create]);
      // Nobody else makes nodes of this name, so that one that is there is this one.
      if (outcome !== "unknown") return;
    }
  }

  /** Until it is done, or another has written. No two heads that are written are the same. */
  async #commit(creates: NodeChange[], head: Head): Promise<void> {
    const path = `${this.#path}/head`;
    const data = Buffer.from(JSON.stringify(head));
    const version = this.#version;
    let outcome: ChangeOutcome;
    do outcome = await this.#tenure.change([...creates, { do: "set", path, data, version }]);
    while (outcome === "unknown");
    if (outcome === "conflict") {
      // It may be with this very write, made before its answer was lost. Before the conflict was told a server might not
      // have known of it yet.
      const there = await this.#tenure.read(path);
      if (there?.version !== version + 1 || !there.data.equals(data)) throw this.#deposed();
    }
    this.#version++;
  }

  /** Removes the parts that are not in `head`, for as long as nobody else has written that. */
  async #sweep(): Promise<void> {
    const { writer, first, end } = this.#own ?? { writer: "", first: 0, end: 0 };
    const names = await this.#tenure.children(`${this.#path}/journal`);
    const current = (name: string) => {
      const [of, number] = name.split("-");
      return of === writer && Number(number) >= first && Number(number) < end;
    };
    const stale = names.filter((name) => !current(name));
    const check = { do: "check" as const, path: `${this.#path}/head`, version: this.#version };
    for (let at = 0; at < stale.length; at += REMOVED_AT_ONCE) {
      const some = stale.slice(at, at + REMOVED_AT_ONCE);
      const removes = some.map((name) => ({ do: "remove" as const, path: `${this.#path}/journal/${name}` }));
      // What is not removed now is removed by a later write.
      if ((await this.#tenure.change([check, ...removes])) !== "done") return;
    }
    this.#leftovers = false;
  }

  #partPath(number: number): string {
    return partPath(this.#path, this.#writer, number);
  }

  #deposed(): MesosUpError {
    return new MesosUpError(`Another scheduler has taken over what is stored under ${this.#path} in ZooKeeper.`, {
      code: "LEADERSHIP_LOST",
      hint: "It goes on with the apps; this one stands by when it is started again.",
    });
  }
}

/** What is stored under a framework's node, for whoever only looks. @throws MesosUpError FRAMEWORK_STORE_UNUSABLE */
export async function readStored(tenure: Tenure, path: string): Promise<Changes | undefined> {
  const text = await readJournal(tenure, path);
  return text === undefined ? undefined : parse(new Journal(), path, text);
}

/** Undefined if nothing is stored. */
async function readJournal(tenure: Tenure, path: string): Promise<string | undefined> {
  for (;;) {
    const head = await tenure.read(`${path}/head`);
    if (head === undefined || head.data.length === 0) return undefined;
    const { writer, first, end } = JSON.parse(head.data.toString("utf8")) as Head;
    if (first === end) return undefined;
    const numbers = Array.from({ length: end - first }, (_, i) => first + i);
    const parts = await Promise.all(numbers.map((number) => tenure.read(partPath(path, writer, number))));
    const data = parts.flatMap((part) => part?.data ?? []);
    if (data.length === parts.length) return Buffer.concat(data).toString("utf8");
    // Written anew meanwhile; if it was not, a part is missing.
    if ((await tenure.read(`${path}/head`))?.version === head.version) throw unusable(path, "parts of it are missing");
  }
}

function partPath(path: string, writer: string, number: number): string {
  return `${path}/journal/${writer}-${String(number).padStart(10, "0")}`;
}

function parse(journal: Journal, path: string, text: string): Changes {
  try {
    return journal.read(text);
  } catch (cause) {
    throw unusable(path, (cause as Error).message, cause);
  }
}

function unusable(path: string, reason: string, cause?: unknown): MesosUpError {
  return new MesosUpError(`What the scheduler must remember cannot be read under ${path} in ZooKeeper: ${reason}.`, {
    code: "FRAMEWORK_STORE_UNUSABLE",
    hint: "Remove the node with all below it; then a new framework is registered.",
    cause,
  });
}
