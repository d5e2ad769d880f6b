// What a simulated master offers to whom: what is free of an agent, to one framework at a time, but for what its filters
// and constraints say; what comes back, and what is rescinded.
import type { Offer, Range, TaskInfo } from "../../../src/mesos/types.ts";
import type { AgentResources } from "../agent.ts";
import { InverseOffers } from "./maintenance.ts";
import { isAskedFor } from "./offer-filter.ts";
import { TERMINAL } from "./state.ts";
import type { AgentEntry, Framework, MasterState } from "./state.ts";

interface HeldOffer {
  agentId: string;
  frameworkId: string;
  sinceMs: number;
  offer: Offer;
}

export class Offers {
  readonly inverse: InverseOffers;
  readonly #state: MasterState;
  readonly #held = new Map<string, HeldOffer>();

  constructor(state: MasterState) {
    this.#state = state;
    this.inverse = new InverseOffers(state.world, state.registry.maintenance, (frameworkId, event) => {
      const framework = state.frameworks.get(frameworkId);
      if (framework !== undefined) state.send(framework, event);
    });
  }

  /** Those that a framework has had for longer than that. */
  olderThan(ageMs: number): string[] {
    return [...this.#held].filter(([, { sinceMs }]) => this.#state.world.nowMs - sinceMs > ageMs).map(([id]) => id);
  }

  /** If the framework has it. */
  of(framework: Framework, offerId: string): Offer | undefined {
    const held = this.#held.get(offerId);
    return held?.frameworkId === framework.id ? held.offer : undefined;
  }

  /** Offers what is free to whom it may concern. */
  allocate(): void {
    const state = this.#state;
    this.#askBack();
    for (const framework of state.frameworks.values()) {
      if (framework.stream === undefined || framework.suppressed) continue;
      const offers = [...state.agents].flatMap(([id, entry]) => this.#offerOf(framework, id, entry) ?? []);
      if (offers.length > 0) state.send(framework, { type: "OFFERS", offers: { offers } });
    }
  }

  /** What is left of an offer is free again, and filtered for a while. */
  recover(framework: Framework, offerId: string, refuseSeconds = 5): void {
    const held = this.#held.get(offerId);
    if (held?.frameworkId !== framework.id) return;
    this.#held.delete(offerId);
    const entry = this.#state.agents.get(held.agentId);
    if (entry === undefined || refuseSeconds <= 0) return;
    const { cpus, mem } = this.#free(held.agentId, entry.agent.resources);
    const filters = framework.filters.get(held.agentId) ?? [];
    filters.push({ cpus, mem, untilMs: this.#state.world.nowMs + refuseSeconds * 1000 });
    framework.filters.set(held.agentId, filters);
  }

  /** As a quota or an operator may have it at any time. */
  rescindSome(): void {
    const id = this.#state.world.pick([...this.#held.keys()]);
    if (id !== undefined) this.#rescind(id);
  }

  /** The agent is not what it was, or gone. */
  rescindOf(agentId: string): void {
    for (const [id, offer] of this.#held) if (offer.agentId === agentId) this.#rescind(id);
  }

  /** The framework's stream is another one now, or none. */
  forget(frameworkId: string): void {
    for (const [id, offer] of this.#held) if (offer.frameworkId === frameworkId) this.#held.delete(id);
    this.inverse.forget(frameworkId);
  }

  #rescind(offerId: string): void {
    const offer = this.#held.get(offerId);
    this.#held.delete(offerId);
    const framework = this.#state.frameworks.get(offer?.frameworkId ?? "");
    if (framework !== undefined)
      this.#state.send(framework, { type: "RESCIND", rescind: { offer_id: { value: offerId } } });
  }

  /** Of frameworks, what they have on agents that go into maintenance. */
  #askBack(): void {
    const state = this.#state;
    const newId = (): string => state.newId("I");
    for (const [agentId, { agent }] of state.agents) {
      if (!state.registry.maintenance.windows.has(agent.name)) continue;
      for (const { id, stream, tasks } of state.frameworks.values()) {
        const hasOffer = [...this.#held.values()].some((one) => one.agentId === agentId && one.frameworkId === id);
        const hasTask = [...tasks.values()].some((one) => one.agentId === agentId && !TERMINAL.has(one.state));
        if (stream !== undefined && (hasOffer || hasTask)) this.inverse.ask(id, { agentId, name: agent.name, newId });
      }
    }
  }

  #offerOf(framework: Framework, agentId: string, { agent, connected }: AgentEntry): Offer | undefined {
    const { nowMs } = this.#state.world;
    if (!connected || !isAskedFor(framework.constraints, "*", agent)) return undefined;
    for (const { agentId: taken } of this.#held.values()) if (taken === agentId) return undefined;
    const free = this.#free(agentId, agent.resources);
    if (free.cpus < 0.01 || free.mem < 32) return undefined;
    const filtered = (framework.filters.get(agentId) ?? []).some(
      (filter) => filter.untilMs > nowMs && filter.cpus >= free.cpus && filter.mem >= free.mem,
    );
    if (filtered) return undefined;
    const unavailability = this.inverse.unavailabilityOf(agent.name);
    const offer: Offer = {
      id: { value: this.#state.newId("O") },
      framework_id: { value: framework.id },
      agent_id: { value: agentId },
      hostname: agent.name,
      resources: [
        { name: "cpus", type: "SCALAR", scalar: { value: free.cpus }, role: "*", allocation_info: { role: "*" } },
        { name: "mem", type: "SCALAR", scalar: { value: free.mem }, role: "*", allocation_info: { role: "*" } },
        { name: "ports", type: "RANGES", ranges: { range: free.ports }, role: "*", allocation_info: { role: "*" } },
      ],
      attributes: [{ name: "rack", type: "TEXT", text: { value: agent.rack } }],
      allocation_info: { role: "*" },
      ...(unavailability && { unavailability }),
    };
    this.#held.set(offer.id.value, { agentId, frameworkId: framework.id, sinceMs: nowMs, offer });
    return offer;
  }

  #free(
    agentId: string,
    { cpus, mem, firstPort, lastPort }: AgentResources,
  ): { cpus: number; mem: number; ports: Range[] } {
    const used = new Set<number>();
    for (const framework of this.#state.frameworks.values())
      for (const { info, agentId: where, state } of framework.tasks.values()) {
        if (where !== agentId || TERMINAL.has(state)) continue;
        const needs = amountsOf(info);
        cpus -= needs.cpus;
        mem -= needs.mem;
        for (const { begin, end } of info.resources?.find(({ name }) => name === "ports")?.ranges?.range ?? [])
          for (let port = begin; port <= end; port++) used.add(port);
      }
    const ports: Range[] = [];
    for (let port = firstPort; port <= lastPort; port++) {
      if (used.has(port)) continue;
      const last = ports.at(-1);
      if (last?.end === port - 1) last.end = port;
      else ports.push({ begin: port, end: port });
    }
    return { cpus: Math.round(cpus * 1000) / 1000, mem, ports };
  }
}

/** What an offer has, or a task needs. */
export function amountsOf({ resources = [] }: { resources?: TaskInfo["resources"] }): { cpus: number; mem: number } {
  const sum = (name: string) =>
    resources.filter((one) => one.name === name).reduce((all, one) => all + (one.scalar?.value ?? 0), 0);
  return { cpus: sum("cpus"), mem: sum("mem") };
}
