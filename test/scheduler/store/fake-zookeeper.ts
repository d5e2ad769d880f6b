// A ZooKeeper in memory, as far as sessions for writing need one: its nodes, sessions that end, connections that break.
import { MesosUpError } from "../../../src/errors.ts";
import type { ChangeOutcome, NodeChange, NodeData, Tenure } from "../../../src/client/zookeeper-tenure.ts";

interface Node extends NodeData {
  owner?: FakeTenure;
}

export class FakeZooKeeper {
  readonly nodes = new Map<string, Node>();
  /** The connection breaks with the next change: before it is made, or after. */
  breaks: "before" | "after" | undefined;
  /** What happens while it is broken. */
  onBreak: (() => void) | undefined;
  /** Until the next change: what the server knows that is connected to after a connection has broken. */
  behind: ReadonlyMap<string, Node> | undefined;
  /** What it answers to whoever wants nodes made. */
  refuses: MesosUpError | undefined;
  /** Bytes of the largest change. */
  largest = 0;
  readonly #watches = new Map<string, Set<() => void>>();
  #sequence = 0;

  begin = (): Promise<FakeTenure> => Promise.resolve(new FakeTenure(this));

  childrenOf(path: string): string[] {
    return [...this.nodes.keys()]
      .filter((name) => name.startsWith(`${path}/`) && !name.slice(path.length + 1).includes("/"))
      .map((name) => name.slice(path.length + 1))
      .sort();
  }

  /** How many functions would hear of a change of the children. */
  watchersOf(path: string): number {
    return this.#watches.get(path)?.size ?? 0;
  }

  watch(path: string, onChange: () => void): void {
    this.#watches.set(path, (this.#watches.get(path) ?? new Set()).add(onChange));
  }

  set(path: string, data: Buffer, owner?: FakeTenure): void {
    const there = this.nodes.get(path);
    this.nodes.set(path, { data, version: there === undefined ? 0 : there.version + 1, ...(owner && { owner }) });
    if (there === undefined) this.#changed(path);
  }

  remove(path: string): void {
    if (this.nodes.delete(path)) this.#changed(path);
  }

  number(): string {
    return String(this.#sequence++).padStart(10, "0");
  }

  /** As a server does when it has not heard of a session for long. */
  forget(tenure: FakeTenure): void {
    for (const [path, { owner }] of [...this.nodes]) if (owner === tenure) this.remove(path);
  }

  #changed(path: string): void {
    const parent = path.slice(0, path.lastIndexOf("/"));
    const watches = this.#watches.get(parent) ?? [];
    this.#watches.delete(parent);
    for (const watch of watches) watch();
  }
}

export class FakeTenure implements Tenure {
  readonly #server: FakeZooKeeper;
  readonly #over = new AbortController();

  constructor(server: FakeZooKeeper) {
    this.#server = server;
  }

  get over(): AbortSignal {
    return this.#over.signal;
  }

  /** The client gives the session up; the server forgets it when `forget` is asked of it. */
  end(): void {
    this.#over.abort(new MesosUpError("The session is over.", { code: "ZOOKEEPER_SESSION_OVER" }));
  }

  async read(path: string): Promise<NodeData | undefined> {
    await this.#answer();
    return (this.#server.behind ?? this.#server.nodes).get(path);
  }

  async children(path: string, onChange?: () => void): Promise<string[]> {
    await this.#answer();
    if (onChange !== undefined) this.#server.watch(path, onChange);
    return this.#server.childrenOf(path);
  }

  async ensure(path: string): Promise<void> {
    await this.#answer();
    if (this.#server.refuses !== undefined) throw this.#server.refuses;
    const names = path.split("/").slice(1);
    for (const [i] of names.entries()) {
      const at = `/${names.slice(0, i + 1).join("/")}`;
      if (!this.#server.nodes.has(at)) this.#server.set(at, Buffer.alloc(0));
    }
  }

  async enlist(path: string, data: Buffer): Promise<string> {
    await this.#answer();
    const made = path + this.#server.number();
    this.#server.set(made, data, this);
    return made.slice(made.lastIndexOf("/") + 1);
  }

  async seize(path: string): Promise<number> {
    await this.#answer();
    this.#server.set(path, this.#server.nodes.get(path)?.data ?? Buffer.alloc(0));
    if (this.#server.nodes.get(path)?.version === 0) this.#server.set(path, Buffer.alloc(0));
    return this.#server.nodes.get(path)?.version ?? 0;
  }

  async change(steps: readonly NodeChange[]): Promise<ChangeOutcome> {
    await this.#answer();
    const server = this.#server;
    const { breaks } = server;
    server.breaks = undefined;
    server.behind = breaks === "after" ? new Map(server.nodes) : undefined;
    if (breaks === "before") {
      server.onBreak?.();
      return "unknown";
    }
    const fits = (step: NodeChange) => {
      const there = server.nodes.get(step.path);
      if (step.do === "create") return there === undefined;
      if (step.do === "remove") return there !== undefined;
      return there?.version === step.version;
    };
    const bytes = steps.reduce((sum, step) => sum + ("data" in step ? step.data.length : 0), 0);
    server.largest = Math.max(server.largest, bytes);
    if (!steps.every(fits)) return breaks === "after" ? "unknown" : "conflict";
    for (const step of steps) {
      if (step.do === "create" || step.do === "set") server.set(step.path, step.data);
      if (step.do === "remove") server.remove(step.path);
    }
    return breaks === "after" ? "unknown" : "done";
  }

  close(): Promise<void> {
    this.end();
    this.#server.forget(this);
    return Promise.resolve();
  }

  async #answer(): Promise<void> {
    this.#over.signal.throwIfAborted();
    await Promise.resolve();
    this.#over.signal.throwIfAborted();
  }
}
