// Agents of the registry that have not come back to a new leader yet.
import type { AgentInfo } from "../../mesos/types.ts";
import type { Timer } from "../common/clock.ts";

export interface RecoveredAgent {
  info: AgentInfo;
  /** It is given up then. */
  timer: Timer;
}

type Place = Pick<AgentInfo, "hostname" | "port">;

/** By ID; those at one address are found without looking through all of them. */
export class RecoveredAgents extends Map<string, RecoveredAgent> {
  readonly #idsByPlace = new Map<string, Set<string>>();

  override set(id: string, agent: RecoveredAgent): this {
    this.delete(id);
    const place = placeOf(agent.info);
    this.#idsByPlace.set(place, (this.#idsByPlace.get(place) ?? new Set()).add(id));
    return super.set(id, agent);
  }

  override delete(id: string): boolean {
    const known = this.get(id);
    if (!known) return false;
    const place = placeOf(known.info);
    const ids = this.#idsByPlace.get(place);
    ids?.delete(id);
    if (ids?.size === 0) this.#idsByPlace.delete(place);
    return super.delete(id);
  }

  override clear(): void {
    this.#idsByPlace.clear();
    super.clear();
  }

  idsAt(place: Place): string[] {
    return [...(this.#idsByPlace.get(placeOf(place)) ?? [])];
  }
}

const placeOf = ({ hostname, port }: Place): string => `${hostname}:${port ?? ""}`;
