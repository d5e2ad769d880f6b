// A simulated ZooKeeper: nodes with versions, sessions that it ends when it has not heard of them for their time, nodes that
// go with them, and watches. Everything is done in the order in which it comes in.
import type { NodeChange, NodeData } from "../../../src/client/zookeeper-tenure.ts";
import type { World } from "../world.ts";

interface Node extends NodeData {
  /** Whose session it goes with. */
  session?: number;
}

interface Session {
  heardMs: number;
  timeoutMs: number;
}

const TICK_MS = 500;

export class SimulatedZooKeeper {
  readonly #world: World;
  readonly #nodes = new Map<string, Node>();
  readonly #sessions = new Map<number, Session>();
  readonly #watches = new Map<string, Set<() => void>>();
  readonly #onWrite: (write: { path: string; session: number; changed: boolean }) => void;
  #sequence = 0;
  #lastSession = 0;
  #up = true;

  /** `onWrite` hears of every write of a node that was there. */
  constructor(world: World, onWrite: (write: { path: string; session: number; changed: boolean }) => void) {
    this.#world = world;
    this.#onWrite = onWrite;
    const tick = () => {
      this.#expire();
      world.after(TICK_MS, tick);
    };
    world.after(TICK_MS, tick);
  }

  get up(): boolean {
    return this.#up;
  }

  stop(): void {
    this.#up = false;
    this.#watches.clear();
  }

  /** Sessions have their whole time again, as with a new leader of an ensemble. */
  start(): void {
    this.#up = true;
    for (const session of this.#sessions.values()) session.heardMs = this.#world.nowMs;
  }

  /** Undefined as a session: a new one. Gives back whose it is from now on; undefined if it has ended. */
  connect(session: number | undefined, timeoutMs: number): number | undefined {
    if (session !== undefined) return this.hears(session) ? session : undefined;
    const begun = ++this.#lastSession;
    this.#sessions.set(begun, { heardMs: this.#world.nowMs, timeoutMs });
    return begun;
  }

  /** A word of the session; gives back whether it is still there. */
  hears(session: number): boolean {
    const known = this.#sessions.get(session);
    if (known !== undefined) known.heardMs = this.#world.nowMs;
    return known !== undefined;
  }

  end(session: number): void {
    this.#sessions.delete(session);
    for (const [path, node] of [...this.#nodes]) if (node.session === session) this.#remove(path);
  }

  /** As somebody does by hand. */
  remove(path: string): void {
    if (this.#nodes.has(path)) this.#remove(path);
  }

  read(path: string): NodeData | undefined {
    return this.#nodes.get(path);
  }

  children(path: string, onChange?: () => void): string[] {
    if (onChange !== undefined) this.#watches.set(path, (this.#watches.get(path) ?? new Set()).add(onChange));
    const names = [...this.#nodes.keys()].filter((name) => name.startsWith(`${path}/`));
    return names.map((name) => name.slice(path.length + 1)).filter((name) => !name.includes("/"));
  }

  /** Makes a node that goes with the session; gives its name. */
  enlist(path: string, data: Buffer, session: number): string {
    const made = path + String(this.#sequence++).padStart(10, "0");
    this.#create(made, { data, version: 0, session });
    return made.slice(made.lastIndexOf("/") + 1);
  }

  /** Makes a node and all above it where they do not exist. */
  ensure(path: string): void {
    const at = path.lastIndexOf("/");
    if (at > 0) this.ensure(path.slice(0, at));
    if (!this.#nodes.has(path)) this.#create(path, { data: Buffer.alloc(0), version: 0 });
  }

  /** Gives back whether all of it was done; none of it was if not. */
  change(steps: readonly NodeChange[], session: number): boolean {
    const fits = (step: NodeChange) => {
      const there = this.#nodes.get(step.path);
      if (step.do === "create") return there === undefined;
      return step.do === "remove" ? there !== undefined : there?.version === step.version;
    };
    if (!steps.every(fits)) return false;
    for (const step of steps) {
      if (step.do === "create") this.#create(step.path, { data: step.data, version: 0 });
      if (step.do === "remove") this.#remove(step.path);
      if (step.do === "set") {
        const changed = this.#nodes.get(step.path)?.data.equals(step.data) !== true;
        this.#nodes.set(step.path, { data: step.data, version: step.version + 1 });
        this.#onWrite({ path: step.path, session, changed });
      }
    }
    return true;
  }

  #create(path: string, node: Node): void {
    this.#nodes.set(path, node);
    this.#changed(path);
  }

  #remove(path: string): void {
    this.#nodes.delete(path);
    this.#changed(path);
  }

  #changed(path: string): void {
    const parent = path.slice(0, path.lastIndexOf("/"));
    const watches = this.#watches.get(parent) ?? [];
    this.#watches.delete(parent);
    for (const watch of watches) watch();
  }

  #expire(): void {
    if (!this.#up) return;
    for (const [session, { heardMs, timeoutMs }] of [...this.#sessions])
      if (this.#world.nowMs - heardMs > timeoutMs) this.end(session);
  }
}
