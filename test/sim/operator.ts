// The operator of a simulated cluster: says that agents will not come back, and takes machines down for maintenance.
import type { SimulatedAgent } from "./agent.ts";
import type { MaintenanceSchedule } from "./master/maintenance.ts";
import type { SimulatedMaster } from "./master/master.ts";
import type { World } from "./world.ts";

const MINUTE_MS = 60_000;

export class Operator {
  readonly #world: World;
  readonly #schedule: MaintenanceSchedule;
  readonly #leader: () => SimulatedMaster | undefined;
  readonly #isUsed: (agentId: string) => boolean;
  /** What is to be the plan for each machine. */
  readonly #plans = new Map<string, number | undefined>();
  #atWork = true;

  /** `isUsed` says whether the apps have something on an agent, or wait for something there. */
  constructor(
    world: World,
    parts: {
      schedule: MaintenanceSchedule;
      leader: () => SimulatedMaster | undefined;
      isUsed: (agentId: string) => boolean;
    },
  ) {
    this.#world = world;
    this.#schedule = parts.schedule;
    this.#leader = parts.leader;
    this.#isUsed = parts.isUsed;
  }

  /** Until a leading master has heard it. */
  sayGone(id: string): void {
    this.#say((master) => master.markGone(id));
  }

  /** Plans maintenance of the agent's machine for some time soon; then calls it off, or does it once nothing runs there. */
  maintain(agent: SimulatedAgent): void {
    const world = this.#world;
    if (this.#plans.get(agent.name) !== undefined) return;
    this.plan(agent, world.nowMs + world.between(0, world.chance(0.5) ? 5 : 90) * MINUTE_MS);
    world.after(world.between(20_000, 4 * MINUTE_MS), () => {
      if (!this.#atWork) return;
      if (world.chance(0.6) && this.takeDown(agent))
        world.after(world.between(10_000, 2 * MINUTE_MS), () => this.bringUp(agent));
      else this.plan(agent, undefined);
    });
  }

  plan(agent: SimulatedAgent, startMs: number | undefined): void {
    this.#world.log(
      () => `operator: maintenance of ${agent.name} ${startMs === undefined ? "is off" : `at ${startMs / 1000}`}`,
    );
    this.#plans.set(agent.name, startMs);
    // A master that leads only later hears what the plan is by then.
    this.#say((master) => master.plan(agent.name, this.#plans.get(agent.name)));
  }

  /**
   * If nothing is there any more, or whatever is; gives back whether it is down now. Of an agent that is down masters know
   * nothing: an app that has not heard what became of its task there may wait for it for ever.
   */
  takeDown(agent: SimulatedAgent, { whatever = false } = {}): boolean {
    const master = this.#leader();
    if (master?.hears(agent) !== true || !agent.reachable) return false;
    if (!whatever && (!master.isEmpty(agent) || this.#isUsed(agent.id ?? ""))) return false;
    this.#world.log(() => `operator: ${agent.name} is down`);
    master.takeDown(agent);
    agent.kill();
    agent.replace();
    return true;
  }

  bringUp(agent: SimulatedAgent): void {
    if (!this.#schedule.down.delete(agent.name)) return;
    this.plan(agent, undefined);
    agent.start(this.#leader);
  }

  /** Everything that was begun is undone, and nothing else is begun. */
  goHome(agents: readonly SimulatedAgent[]): void {
    this.#atWork = false;
    for (const agent of agents) {
      if (this.#schedule.down.has(agent.name)) this.bringUp(agent);
      else if (this.#plans.get(agent.name) !== undefined) this.plan(agent, undefined);
    }
  }

  /** As soon as a master leads. */
  #say(what: (master: SimulatedMaster) => void): void {
    const master = this.#leader();
    if (master === undefined) this.#world.after(1000, () => this.#say(what));
    else what(master);
  }
}
