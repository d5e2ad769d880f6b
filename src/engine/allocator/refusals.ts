// What one framework does not want to be offered for a while, by role and agent.
import { containsResources } from "../../mesos/resources.ts";
import type { Resource } from "../../mesos/types.ts";

/** A time in milliseconds, or "next-round": until the next batch allocation. */
export type RefusedUntil = number | "next-round";

interface Refusal {
  resources: Resource[];
  until: RefusedUntil;
}

interface Offered {
  role: string;
  agentId: string;
  resources: Resource[];
}

export class Refusals {
  readonly #byRole = new Map<string, Map<string, Refusal[]>>();

  /** These resources, or fewer, of that agent are not to be offered in that role. */
  add({ role, agentId, resources }: Offered, until: RefusedUntil): void {
    if (resources.length === 0) return;
    const byAgent = this.#byRole.get(role) ?? new Map<string, Refusal[]>();
    this.#byRole.set(role, byAgent);
    byAgent.set(agentId, [...(byAgent.get(agentId) ?? []), { resources, until }]);
  }

  covers({ role, agentId, resources }: Offered, nowMs: number): boolean {
    const refused = this.#byRole.get(role)?.get(agentId) ?? [];
    return refused.some(
      (one) => (one.until === "next-round" || one.until > nowMs) && containsResources(one.resources, resources),
    );
  }

  /** A batch allocation begins: what has run out is forgotten. */
  startRound(nowMs: number): void {
    const stays = ({ until }: Refusal): boolean => until !== "next-round" && until > nowMs;
    for (const byAgent of this.#byRole.values()) {
      for (const [agentId, refused] of byAgent) {
        if (refused.every(stays)) continue;
        const left = refused.filter(stays);
        if (left.length > 0) byAgent.set(agentId, left);
        else byAgent.delete(agentId);
      }
    }
  }

  forgetRole(role: string): void {
    this.#byRole.delete(role);
  }

  forgetAgent(agentId: string): void {
    for (const byAgent of this.#byRole.values()) byAgent.delete(agentId);
  }

  clear(): void {
    this.#byRole.clear();
  }
}
