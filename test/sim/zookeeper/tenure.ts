// A session for writing with a simulated ZooKeeper: what src/client/zookeeper-tenure.ts promises.
import { setMaxListeners } from "node:events";
import { MesosUpError } from "../../../src/errors.ts";
import type { ChangeOutcome, NodeChange, NodeData, Tenure } from "../../../src/client/zookeeper-tenure.ts";
import type { World } from "../world.ts";
import { Link } from "./link.ts";
import type { ZooKeeperWeather } from "./link.ts";
import type { SimulatedZooKeeper } from "./server.ts";

export class SimulatedTenure implements Tenure {
  readonly link: Link;
  readonly #world: World;
  readonly #over = new AbortController();

  constructor(world: World, parts: { server: SimulatedZooKeeper; weather: ZooKeeperWeather; timeoutMs: number }) {
    this.#world = world;
    // Every question that has no answer yet listens for the end.
    setMaxListeners(0, this.#over.signal);
    this.link = new Link(world, { ...parts, onOver: (reason) => this.#end(reason) });
  }

  get over(): AbortSignal {
    return this.#over.signal;
  }

  read(path: string): Promise<NodeData | undefined> {
    return this.#until((server) => server.read(path));
  }

  children(path: string, onChange?: () => void): Promise<string[]> {
    const tell = onChange && (() => this.link.hear(onChange));
    return this.#until((server) => server.children(path, tell));
  }

  async ensure(path: string): Promise<void> {
    await this.#until((server) => server.ensure(path));
  }

  async enlist(path: string, data: Buffer): Promise<string> {
    const at = path.lastIndexOf("/");
    for (;;) {
      const made = await this.#once((server, session) => server.enlist(path, data, session));
      if (made !== "lost") return made.answer;
      // It may have been made all the same.
      const there = (await this.children(path.slice(0, at))).find((name) => name.startsWith(path.slice(at + 1)));
      if (there !== undefined) return there;
    }
  }

  async seize(path: string): Promise<number> {
    for (;;) {
      await this.ensure(path);
      const { data, version } = (await this.read(path)) ?? { data: Buffer.alloc(0), version: 0 };
      if ((await this.change([{ do: "set", path, data, version }])) === "done") return version + 1;
    }
  }

  async change(steps: readonly NodeChange[]): Promise<ChangeOutcome> {
    const made = await this.#once((server, session) => server.change(steps, session));
    if (made === "lost") return "unknown";
    return made.answer ? "done" : "conflict";
  }

  close(): Promise<void> {
    this.link.leave();
    this.#end("it was closed");
    return Promise.resolve();
  }

  async #until<T>(question: (server: SimulatedZooKeeper, session: number) => T): Promise<T> {
    for (;;) {
      const answer = await this.#once(question);
      if (answer !== "lost") return answer.answer;
    }
  }

  #once<T>(question: (server: SimulatedZooKeeper, session: number) => T): Promise<{ answer: T } | "lost"> {
    const { signal } = this.#over;
    return new Promise((resolve, reject) => {
      signal.throwIfAborted();
      const abort = () => reject(signal.reason as Error);
      signal.addEventListener("abort", abort, { once: true });
      void this.link.ask(question).then((answer) => {
        signal.removeEventListener("abort", abort);
        resolve(answer);
      });
    });
  }

  #end(reason: string): void {
    this.#world.stir();
    this.#over.abort(new MesosUpError(`The session is over: ${reason}.`, { code: "ZOOKEEPER_SESSION_OVER" }));
  }
}
