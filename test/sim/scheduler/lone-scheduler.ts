// The one scheduler of a simulation: killed, it starts again after a while with what is on its disk.
import { restoreState } from "../../../src/scheduler/core/state.ts";
import type { Cluster } from "../cluster.ts";
import { SimulatedDisk } from "./disk.ts";
import { SchedulerHost, info } from "./host.ts";
import type { Observer } from "./host.ts";
import type { SchedulerObserver, Schedulers } from "./schedulers.ts";

export class LoneScheduler implements Schedulers {
  /** The process that is there, or was there last. */
  host: SchedulerHost | undefined;
  readonly #cluster: Cluster;
  readonly #disk: SimulatedDisk;
  readonly #observer: SchedulerObserver;
  #runs = 0;

  constructor(cluster: Cluster, observer: SchedulerObserver) {
    this.#cluster = cluster;
    this.#disk = new SimulatedDisk(cluster.world, cluster.weather);
    this.#observer = observer;
  }

  start(): void {
    const { world, weather } = this.#cluster;
    const observer: Observer = {
      told: (status) => this.#observer.told(status),
      offered: (offers) => this.#observer.offered(offers),
      called: (call) => this.#observer.called(call),
      died: () => {
        this.#observer.died();
        world.after(world.between(100, 10_000), () => this.start());
      },
    };
    world.log(() => "scheduler: starts");
    const parts = { world, weather, storage: this.#disk, leader: () => this.#cluster.leader };
    this.host = new SchedulerHost({ ...parts, observer, run: ++this.#runs });
    this.#observer.started(this.host.state);
  }

  /** Whether an instance has its task on the agent, as the process knows or as it is stored. */
  uses(agentId: string): boolean {
    const states = [...(this.host === undefined ? [] : [this.host.state]), restoreState(info, this.#disk.stored)];
    return states.some(({ instances }) => [...instances.values()].some(({ task }) => task?.agentId === agentId));
  }

  kill(): void {
    this.host?.die();
  }

  cut(): void {
    this.host?.cut();
  }

  calmDown(): void {
    // What goes wrong with its disk is up to the weather.
  }

  leftovers(): string[] {
    return [];
  }
}
