// Several schedulers of one framework over a simulated ZooKeeper: one leads, any is killed, ends or loses ZooKeeper, and
// ZooKeeper itself is away at times. No two may lead, and no one may write once another has taken over what is stored.
import type { Cluster } from "../cluster.ts";
import type { World } from "../world.ts";
import type { ZooKeeperWeather } from "../zookeeper/link.ts";
import { SimulatedZooKeeper } from "../zookeeper/server.ts";
import { Contender } from "./contender.ts";
import type { SchedulerHost } from "./host.ts";
import type { SchedulerObserver, Schedulers } from "./schedulers.ts";

const HEAD = "/sim/app/head";
const ELECTION = "/sim/app/election";

export class SharedSchedulers implements Schedulers {
  host: SchedulerHost | undefined;
  readonly #world: World;
  readonly #observer: SchedulerObserver;
  readonly #zooKeeper: SimulatedZooKeeper;
  readonly #weather: ZooKeeperWeather;
  readonly #contenders: readonly Contender[];
  readonly #violations: string[] = [];
  /** Sessions that have written `head`, or lead with what they have read: each until the next one does. */
  readonly #holders: number[] = [];
  /** Processes that may lead for a while although another does: somebody has removed their nodes, and nobody tells them. */
  readonly #robbed = new Set<number>();
  #leadingPid = 0;
  #runs = 0;
  #calm = false;

  constructor(cluster: Cluster, observer: SchedulerObserver) {
    const { world } = cluster;
    this.#world = world;
    this.#observer = observer;
    this.#weather = { minMs: 1, maxMs: world.between(2, 200), straggles: 0, loses: 0, breaks: world.between(0, 0.05) };
    this.#zooKeeper = new SimulatedZooKeeper(world, ({ path, ...write }) => path === HEAD && this.#judgeWrite(write));
    this.#contenders = Array.from({ length: world.whole(2, 3) }, (_, i) => this.#contender(cluster, `s${i + 1}`));
  }

  start(): void {
    for (const contender of this.#contenders) this.#world.after(this.#world.between(0, 3000), () => contender.start());
    this.#trouble();
  }

  kill(): void {
    this.#world.pick(this.#contenders)?.kill();
  }

  cut(): void {
    this.host?.cut();
  }

  /** Whoever leads next goes by what is stored, which may be more than is known here. */
  uses(): boolean {
    return true;
  }

  calmDown(): void {
    this.#calm = true;
    Object.assign(this.#weather, { breaks: 0, maxMs: 20 });
    if (!this.#zooKeeper.up) this.#zooKeeper.start();
  }

  leftovers(): string[] {
    const standing = [...new Set(this.#candidates().map(({ pid }) => pid))].sort().join(", ");
    const all = this.#contenders
      .map(({ pid }) => pid)
      .sort()
      .join(", ");
    return [
      ...this.#violations,
      ...(standing === all ? [] : [`${standing} stand for election, of ${all}`]),
      ...(this.host?.alive === true ? [] : ["nobody leads"]),
    ];
  }

  #contender(cluster: Cluster, name: string): Contender {
    const parts = { cluster, zooKeeper: this.#zooKeeper, weather: this.#weather, observer: this.#observer };
    return new Contender(this.#world, {
      ...{ name, ...parts, nextRun: () => ++this.#runs },
      onLeads: (host, { pid, session }) => {
        if (this.host?.alive === true) this.#observer.died();
        if (this.host?.alive === true && !this.#robbed.has(this.#leadingPid) && !this.#robbed.has(pid))
          this.#violations.push(`${this.#at()} ${name} leads beside another`);
        this.host = host;
        this.#leadingPid = pid;
        this.#takesOver(session);
        this.#observer.started(host.state);
      },
      isLast: (host) => this.host === host,
      onFailure: (error) => this.#violations.push(`${this.#at()} ${name}: ${String(error)}`),
    });
  }

  /** Whoever takes over writes what is there, again if the answer was lost. */
  #judgeWrite({ session, changed }: { session: number; changed: boolean }): void {
    if (changed && this.#holders.at(-1) !== session && this.#holders.includes(session))
      this.#violations.push(`${this.#at()} session ${session} writes although another has taken over`);
    this.#takesOver(session);
  }

  #takesOver(session: number): void {
    if (this.#holders.at(-1) !== session) this.#holders.push(session);
  }

  /** What goes wrong with ZooKeeper, and with who uses it. */
  #trouble(): void {
    const world = this.#world;
    const often = world.between(5000, 60_000);
    const next = () => {
      if (this.#calm) return;
      this.#befall();
      world.after(world.between(0.2, 1.8) * often, next);
    };
    world.after(often, next);
  }

  #befall(): void {
    const world = this.#world;
    const contender = world.pick(this.#contenders);
    const roll = world.random();
    if (roll < 0.6) contender?.cut(world.between(0, world.chance(0.5) ? 2000 : 20_000), world.chance(0.5));
    else if (roll < 0.75) contender?.stop();
    else if (roll < 0.8) contender?.kill();
    else if (roll < 0.87) this.#rob(contender);
    else this.#outage(world.between(500, world.chance(0.5) ? 5000 : 25_000));
  }

  /** One that leads goes on until another subscribes, or it writes. */
  #rob(contender: Contender | undefined): void {
    for (const { path, pid } of this.#candidates()) {
      if (pid !== contender?.pid) continue;
      this.#world.log(() => `somebody removes the node of ${pid}`);
      this.#robbed.add(pid);
      this.#zooKeeper.remove(path);
    }
  }

  #candidates(): { path: string; pid: number }[] {
    return this.#zooKeeper.children(ELECTION).map((name) => {
      const path = `${ELECTION}/${name}`;
      const { pid } = JSON.parse(this.#zooKeeper.read(path)?.data.toString() ?? "") as { pid: number };
      return { path, pid };
    });
  }

  #outage(durationMs: number): void {
    if (!this.#zooKeeper.up) return;
    this.#world.log(() => `ZooKeeper is away for ${Math.round(durationMs)} ms`);
    this.#zooKeeper.stop();
    for (const contender of this.#contenders) contender.cut(durationMs, true);
    this.#world.after(durationMs, () => {
      if (!this.#zooKeeper.up) this.#zooKeeper.start();
    });
  }

  #at(): string {
    return (this.#world.nowMs / 1000).toFixed(3);
  }
}
