// One of several schedulers of a simulation: a process that stands for election as the production code has it, leads with what
// is stored, and when it is killed or has lost its session is started anew after a while.
import type { Clock } from "../../../src/client/clock.ts";
import { isLostLeadership } from "../../../src/scheduler/live/persistent-writer.ts";
import { Election } from "../../../src/scheduler/store/election.ts";
import type { Leadership } from "../../../src/scheduler/store/election.ts";
import type { Cluster } from "../cluster.ts";
import type { World } from "../world.ts";
import type { ZooKeeperWeather } from "../zookeeper/link.ts";
import type { SimulatedZooKeeper } from "../zookeeper/server.ts";
import { SimulatedTenure } from "../zookeeper/tenure.ts";
import { SchedulerHost } from "./host.ts";
import type { Observer } from "./host.ts";
import { SharedStorage } from "./shared-storage.ts";

export interface ContenderParts {
  name: string;
  cluster: Cluster;
  zooKeeper: SimulatedZooKeeper;
  weather: ZooKeeperWeather;
  /** Of the next process. */
  nextRun: () => number;
  /** What it does as the one that leads. */
  observer: Observer;
  /** It leads from now on: that process, in that session. */
  onLeads: (host: SchedulerHost, by: { pid: number; session: number }) => void;
  /** Whether nobody has begun to lead since. */
  isLast: (host: SchedulerHost) => boolean;
  /** Something ended it that should not have. */
  onFailure: (error: unknown) => void;
}

interface Process {
  alive: boolean;
  run: number;
  election: Election;
  /** Aborted when it is told to end. */
  ending: AbortController;
  tenures: SimulatedTenure[];
  host?: SchedulerHost;
}

export class Contender {
  readonly #world: World;
  readonly #parts: ContenderParts;
  #process: Process | undefined;

  constructor(world: World, parts: ContenderParts) {
    this.#world = world;
    this.#parts = parts;
  }

  /** What others know it by in the election. */
  get pid(): number | undefined {
    return this.#process?.run;
  }

  start(): void {
    const { name, zooKeeper, weather, nextRun } = this.#parts;
    const world = this.#world;
    const run = nextRun();
    world.log(() => `${name}: starts`);
    const tenures: SimulatedTenure[] = [];
    const election = new Election({
      address: { kind: "zookeeper", connect: "zk:2181", path: "/sim" },
      app: "app",
      self: { host: name, pid: run },
      clock: this.#clock(() => process.alive),
      begin: (_, timeoutMs) => {
        const tenure = new SimulatedTenure(world, { server: zooKeeper, weather, timeoutMs });
        tenures.push(tenure);
        return Promise.resolve(tenure);
      },
    });
    const process: Process = { alive: true, run, election, tenures, ending: new AbortController() };
    this.#process = process;
    void this.#lead(process)
      .catch((error: unknown) => this.#failed(process, error))
      .then(() => this.#left(process));
    world.stir();
  }

  /** A kill -9. */
  kill(): void {
    const { host } = this.#process ?? {};
    this.#world.log(() => `${this.#parts.name}: killed`);
    if (host === undefined) this.#ended();
    else host.die();
  }

  /** Is told to end: another one leads at once. One that does not lead yet leaves the election by itself. */
  stop(): void {
    const process = this.#process;
    if (process?.alive !== true) return;
    const world = this.#world;
    world.log(() => `${this.#parts.name}: ends`);
    process.alive = false;
    process.ending.abort(new Error("It was told to end."));
    world.stir();
    if (process.host === undefined) return;
    for (const tenure of process.tenures) tenure.link.leave();
    this.kill();
  }

  /** Its connection with ZooKeeper breaks. */
  cut(durationMs: number, noticed: boolean): void {
    this.#world.log(() => `${this.#parts.name}: no ZooKeeper for ${Math.round(durationMs)} ms`);
    for (const tenure of this.#process?.tenures ?? []) tenure.link.cut(durationMs, noticed);
  }

  async #lead(process: Process): Promise<void> {
    const { name } = this.#parts;
    const leadership = await process.election.lead(process.ending.signal, (leader) =>
      this.#world.log(() => `${name}: stands by, ${leader?.host ?? "nobody"} leads`),
    );
    const stored = await leadership.store.load();
    if (!process.alive) {
      await leadership.resign();
      return;
    }
    this.#world.log(() => `${name}: leads`);
    const storage = new SharedStorage(this.#world, {
      ...{ store: leadership.store, stored, clock: this.#clock(() => process.alive) },
      diesAtWrite: () => this.#parts.cluster.weather.diesAtWrite,
      onFailure: (error) => this.#failed(process, error),
    });
    this.#open(process, leadership, storage);
  }

  #open(process: Process, leadership: Leadership, storage: SharedStorage): void {
    const { cluster, observer, onLeads, isLast } = this.#parts;
    const host: SchedulerHost = new SchedulerHost({
      ...{ world: this.#world, weather: cluster.weather, storage, leader: () => cluster.leader, run: process.run },
      observer: {
        told: (status) => isLast(host) && observer.told(status),
        offered: (offers) => isLast(host) && observer.offered(offers),
        called: (call) => isLast(host) && observer.called(call),
        died: () => {
          if (isLast(host)) observer.died();
          this.#ended();
        },
      },
    });
    process.host = host;
    leadership.lost.addEventListener("abort", () => {
      if (process.alive) this.#failed(process, leadership.lost.reason);
    });
    onLeads(host, { pid: process.run, session: process.tenures.at(-1)?.link.session ?? 0 });
  }

  /** It ends, as a process does that has lost what it was for. */
  #failed(process: Process, error: unknown): void {
    if (!process.alive) return;
    this.#world.log(() => `${this.#parts.name}: ${String(error)}`);
    if (!isLostLeadership(error)) this.#parts.onFailure(error);
    this.stop();
  }

  /** It was told to end before it led: nothing of it may be in the way of others. */
  #left(process: Process): void {
    if (process.alive || process !== this.#process) return;
    this.#world.log(() => `${this.#parts.name}: has left the election`);
    if (process.tenures.some(({ over }) => !over.aborted))
      this.#parts.onFailure(new Error("It has left the election, and its session goes on."));
    this.#ended();
  }

  #ended(): void {
    const process = this.#process;
    if (process === undefined) return;
    this.#process = undefined;
    process.alive = false;
    for (const tenure of process.tenures) tenure.link.freeze();
    this.#world.after(this.#world.between(100, 10_000), () => this.start());
  }

  #clock(isAlive: () => boolean): Clock {
    const world = this.#world;
    return {
      nowMs: () => world.nowMs,
      sleep: (durationMs, signal) =>
        new Promise((resolve, reject) => {
          signal?.throwIfAborted();
          const abort = () => {
            world.stir();
            reject(signal?.reason as Error);
          };
          signal?.addEventListener("abort", abort, { once: true });
          world.after(durationMs, () => {
            signal?.removeEventListener("abort", abort);
            if (!isAlive()) return;
            world.stir();
            resolve();
          });
        }),
    };
  }
}
