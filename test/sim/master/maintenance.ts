// What a simulated master does about maintenance (docs/maintenance.md): offers say when their agent goes, frameworks that
// have something there are asked for it back, again and again, until nothing of theirs is left.
import type { SchedulerEvent } from "../../../src/mesos/scheduler-api.ts";
import type { InverseOffer, OfferID, Unavailability } from "../../../src/mesos/types.ts";
import type { World } from "../world.ts";

/** What masters keep of it in their replicated log, by the names of machines. */
export interface MaintenanceSchedule {
  /** When it begins. */
  windows: Map<string, number>;
  down: Set<string>;
}

interface Asked {
  agentId: string;
  frameworkId: string;
  sinceMs: number;
}

const DEFAULT_REFUSE_SECONDS = 5;

export class InverseOffers {
  readonly #world: World;
  readonly #schedule: MaintenanceSchedule;
  readonly #asked = new Map<string, Asked>();
  /** Until when a framework does not want to be asked again, by framework and agent. */
  readonly #filters = new Map<string, number>();
  readonly #tell: (frameworkId: string, event: SchedulerEvent) => void;

  constructor(world: World, schedule: MaintenanceSchedule, tell: (frameworkId: string, event: SchedulerEvent) => void) {
    this.#world = world;
    this.#schedule = schedule;
    this.#tell = tell;
  }

  unavailabilityOf(name: string): Unavailability | undefined {
    const startMs = this.#schedule.windows.get(name);
    return startMs === undefined ? undefined : { start: { nanoseconds: startMs * 1e6 } };
  }

  /** Those that a framework has not answered for longer than that. */
  olderThan(ageMs: number): string[] {
    return [...this.#asked].filter(([, { sinceMs }]) => this.#world.nowMs - sinceMs > ageMs).map(([id]) => id);
  }

  /** Asks a framework that has something on the agent for it, unless it has been asked or does not want to be. */
  ask(frameworkId: string, { agentId, name, newId }: { agentId: string; name: string; newId: () => string }): void {
    const unavailability = this.unavailabilityOf(name);
    if (unavailability === undefined) return;
    for (const asked of this.#asked.values())
      if (asked.agentId === agentId && asked.frameworkId === frameworkId) return;
    if ((this.#filters.get(`${frameworkId} ${agentId}`) ?? -Infinity) > this.#world.nowMs) return;
    const id = newId();
    this.#asked.set(id, { agentId, frameworkId, sinceMs: this.#world.nowMs });
    const ids = { id: { value: id }, framework_id: { value: frameworkId }, agent_id: { value: agentId } };
    const offer: InverseOffer = { ...ids, unavailability };
    this.#tell(frameworkId, { type: "INVERSE_OFFERS", inverse_offers: { inverse_offers: [offer] } });
  }

  /** Either answer: what the framework will do is its own affair. */
  answered(frameworkId: string, ids: readonly OfferID[], refuseSeconds = DEFAULT_REFUSE_SECONDS): void {
    for (const { value } of ids) {
      const asked = this.#asked.get(value);
      if (asked?.frameworkId !== frameworkId) continue;
      this.#asked.delete(value);
      this.#filters.set(`${frameworkId} ${asked.agentId}`, this.#world.nowMs + refuseSeconds * 1000);
    }
  }

  /** The agent's window is another one now, or the agent is gone: what was asked is asked no more. */
  rescind(agentId: string): void {
    for (const [id, asked] of this.#asked) {
      if (asked.agentId !== agentId) continue;
      this.#asked.delete(id);
      const rescind_inverse_offer = { inverse_offer_id: { value: id } };
      this.#tell(asked.frameworkId, { type: "RESCIND_INVERSE_OFFER", rescind_inverse_offer });
    }
    for (const key of this.#filters.keys()) if (key.endsWith(` ${agentId}`)) this.#filters.delete(key);
  }

  /** The framework's stream is another one now, or none. */
  forget(frameworkId: string): void {
    for (const [id, asked] of this.#asked) if (asked.frameworkId === frameworkId) this.#asked.delete(id);
  }
}
