// Decides who is offered what: over roles and then frameworks by dominant resource fairness, agent by agent, everything
// that is free on an agent at once (docs/allocation-module.md). It holds state but no time, no connection, no task.
import { addResources, scalarOf, subtractResources } from "../../mesos/resources.ts";
import type { Resource } from "../../mesos/types.ts";
import type { Allocation, AllocatorFramework, AllocatorOptions } from "./allocation.ts";
import { DrfSorter } from "./drf-sorter.ts";
import { decrease, increase, quantitiesOf, type Quantities } from "./quantities.ts";
import { type RefusedUntil, Refusals } from "./refusals.ts";
import { usableBy } from "./reservations.ts";

interface FrameworkEntry {
  id: string;
  roles: Set<string>;
  suppressed: Set<string>;
  active: boolean;
  gpuAware: boolean;
  accepts: AllocatorFramework["accepts"];
  refusals: Refusals;
}

interface AgentEntry {
  id: string;
  total: Resource[];
  allocated: Resource[];
  /** What is left of the total, in its order; undefined until somebody wants to know after a change. */
  available: Resource[] | undefined;
  active: boolean;
}

const MIN_ALLOCATABLE = [
  { name: "cpus", amount: 0.01 },
  { name: "mem", amount: 32 },
];

export class Allocator {
  readonly #frameworks = new Map<string, FrameworkEntry>();
  readonly #agents = new Map<string, AgentEntry>();
  readonly #total: Quantities = new Map();
  readonly #weights: Map<string, number>;
  readonly #roles: DrfSorter;
  /** By role: the frameworks that have it. */
  readonly #members = new Map<string, DrfSorter>();
  readonly #excluded: ReadonlySet<string>;
  readonly #minAllocatable: readonly { name: string; amount: number }[];
  readonly #filterGpuResources: boolean;

  constructor(options: AllocatorOptions = {}) {
    this.#excluded = new Set(options.excludedFromFairness);
    this.#weights = new Map(options.weights);
    this.#roles = new DrfSorter(this.#total, this.#excluded);
    this.#minAllocatable = options.minAllocatable ?? MIN_ALLOCATABLE;
    this.#filterGpuResources = options.filterGpuResources ?? true;
  }

  get agentIds(): Iterable<string> {
    return this.#agents.keys();
  }

  get weights(): ReadonlyMap<string, number> {
    return this.#weights;
  }

  get totalQuantities(): ReadonlyMap<string, number> {
    return this.#total;
  }

  /** Adds a framework, or replaces its roles; filters of roles that it keeps stay. */
  setFramework(framework: AllocatorFramework): void {
    const { id, roles, suppressedRoles, gpuAware, accepts } = framework;
    const entry = this.#frameworks.get(id) ?? {
      id,
      roles: new Set(),
      suppressed: new Set(),
      active: true,
      gpuAware,
      accepts,
      refusals: new Refusals(),
    };
    this.#frameworks.set(id, entry);
    entry.gpuAware = gpuAware;
    entry.accepts = accepts;
    for (const role of entry.roles) if (!roles.includes(role)) entry.refusals.forgetRole(role);
    entry.roles = new Set(roles);
    entry.suppressed = new Set(suppressedRoles);
    for (const role of roles) this.#member(role).add(id);
  }

  /** Its allocations must have been recovered before. */
  removeFramework(id: string): void {
    this.#frameworks.delete(id);
    for (const [role, members] of this.#members) {
      members.remove(id);
      if (members.size > 0) continue;
      this.#members.delete(role);
      this.#roles.remove(role);
    }
  }

  /** An inactive framework is offered nothing. Its filters go, as in Mesos. */
  setFrameworkActive(id: string, active: boolean): void {
    const entry = this.#frameworks.get(id);
    if (!entry) return;
    entry.active = active;
    entry.refusals.clear();
  }

  suppress(id: string, roles: readonly string[]): void {
    const entry = this.#frameworks.get(id);
    for (const role of roles.length > 0 ? roles : (entry?.roles ?? [])) entry?.suppressed.add(role);
  }

  /** Ends suppression and filters of these roles; of all, if none is named. */
  revive(id: string, roles: readonly string[]): void {
    const entry = this.#frameworks.get(id);
    if (!entry) return;
    for (const role of roles.length > 0 ? roles : [...entry.roles]) {
      entry.suppressed.delete(role);
      entry.refusals.forgetRole(role);
    }
  }

  setWeight(role: string, weight: number): void {
    this.#weights.set(role, weight);
    this.#roles.setWeight(role, weight);
  }

  /** Of all roles: those that are not named have 1 again. */
  setWeights(weights: ReadonlyMap<string, number>): void {
    const forgotten = [...this.#weights.keys()].filter((role) => !weights.has(role));
    for (const role of forgotten) {
      this.#weights.delete(role);
      this.#roles.setWeight(role, 1);
    }
    for (const [role, weight] of weights) this.setWeight(role, weight);
  }

  /** Adds an agent, or changes what it has in total. */
  setAgent(id: string, total: readonly Resource[]): void {
    const known = this.#agents.get(id);
    if (known) decrease(this.#total, quantitiesOf(known.total));
    increase(this.#total, quantitiesOf(total));
    const allocated = known?.allocated ?? [];
    const entry = { id, total: addResources(total, []), allocated, available: undefined };
    this.#agents.set(id, { ...entry, active: known?.active ?? true });
    this.#totalChanged();
  }

  /** What is allocated on it must have been recovered before. */
  removeAgent(id: string): void {
    const entry = this.#agents.get(id);
    if (!entry) return;
    decrease(this.#total, quantitiesOf(entry.total));
    this.#agents.delete(id);
    for (const { refusals } of this.#frameworks.values()) refusals.forgetAgent(id);
    this.#totalChanged();
  }

  setAgentActive(id: string, active: boolean): void {
    const entry = this.#agents.get(id);
    if (entry) entry.active = active;
  }

  /** Counts resources as a framework's without an offer: tasks that come with a re-registering agent. */
  take(allocation: Allocation): void {
    const agent = this.#agents.get(allocation.agentId);
    if (!agent) return;
    agent.allocated = addResources(agent.allocated, allocation.resources);
    agent.available = undefined;
    this.#countAllocated(allocation);
  }

  #countAllocated({ role, frameworkId, resources }: Allocation): void {
    const quantities = quantitiesOf(resources);
    const members = this.#member(role);
    members.add(frameworkId);
    this.#roles.allocated(role, quantities);
    members.allocated(frameworkId, quantities);
  }

  /** Gives resources back: declined, not used, or of a task that has ended. */
  recover(allocation: Allocation): void {
    const agent = this.#agents.get(allocation.agentId);
    if (agent) {
      agent.allocated = subtractResources(agent.allocated, allocation.resources);
      agent.available = undefined;
    }
    const quantities = quantitiesOf(allocation.resources);
    this.#roles.released(allocation.role, quantities);
    this.#members.get(allocation.role)?.released(allocation.frameworkId, quantities);
  }

  /** The framework does not want these resources, or fewer, of that agent for a while. */
  refuse(allocation: Allocation, until: RefusedUntil): void {
    this.#frameworks.get(allocation.frameworkId)?.refusals.add(allocation, until);
  }

  /** Begins a batch allocation: filters that have run out are forgotten. */
  startRound(nowMs: number): void {
    for (const { refusals } of this.#frameworks.values()) refusals.startRound(nowMs);
  }

  /** Allocates what is free on these agents, and says what went to whom. Long lists are better handed in in parts. */
  allocate(agentIds: Iterable<string>, nowMs: number): Allocation[] {
    const allocations: Allocation[] = [];
    const wanting = this.#wanting();
    if (wanting.size === 0) return allocations;
    for (const agentId of agentIds) {
      const agent = this.#agents.get(agentId);
      if (agent?.active && this.#isAllocatable(availableOn(agent)))
        this.#allocateAgent(agent, { wanting, nowMs, allocations });
    }
    return allocations;
  }

  /** Dominant share of a framework within its role, and of a role, between 0 and 1. */
  shareOf(role: string, frameworkId?: string): number {
    return frameworkId === undefined ? this.#roles.share(role) : (this.#members.get(role)?.share(frameworkId) ?? 0);
  }

  /** Who may be offered something, by role. Most frameworks of a large cluster have what they want. */
  #wanting(): Map<string, Set<FrameworkEntry>> {
    const wanting = new Map<string, Set<FrameworkEntry>>();
    for (const framework of this.#frameworks.values()) {
      if (!framework.active) continue;
      for (const role of framework.roles) {
        if (framework.suppressed.has(role)) continue;
        const frameworks = wanting.get(role);
        if (frameworks) frameworks.add(framework);
        else wanting.set(role, new Set([framework]));
      }
    }
    return wanting;
  }

  #allocateAgent(agent: AgentEntry, round: Round): void {
    const { wanting, nowMs, allocations } = round;
    for (const role of this.#roles.sorted()) {
      const frameworks = wanting.get(role);
      if (!frameworks) continue;
      for (const frameworkId of this.#member(role).sorted()) {
        const framework = this.#frameworks.get(frameworkId);
        if (!framework || !frameworks.has(framework) || !this.#mayHave(framework, agent)) continue;
        if (framework.accepts?.(role, agent.id) === false) continue;
        const available = availableOn(agent);
        const isUsable = (resource: Resource): boolean => usableBy(role, resource);
        // As it is, where that is possible: whoever describes it can tell that it is the same.
        const resources = available.every(isUsable) ? available : available.filter(isUsable);
        if (!this.#isAllocatable(resources)) break;
        if (framework.refusals.covers({ role, agentId: agent.id, resources }, nowMs)) continue;
        const allocation = { frameworkId, role, agentId: agent.id, resources };
        agent.allocated = agent.allocated.length === 0 ? resources : addResources(agent.allocated, resources);
        agent.available = resources === available ? [] : available.filter((resource) => !isUsable(resource));
        this.#countAllocated(allocation);
        allocations.push(allocation);
        if (!this.#isAllocatable(agent.available)) return;
      }
    }
  }

  #mayHave(framework: FrameworkEntry, agent: AgentEntry): boolean {
    return framework.gpuAware || !this.#filterGpuResources || scalarOf(agent.total, "gpus") === 0;
  }

  #isAllocatable(resources: readonly Resource[]): boolean {
    return this.#minAllocatable.some(({ name, amount }) => scalarOf(resources, name) >= amount);
  }

  #member(role: string): DrfSorter {
    let members = this.#members.get(role);
    if (!members) {
      members = new DrfSorter(this.#total, this.#excluded);
      this.#members.set(role, members);
      this.#roles.add(role, this.#weights.get(role) ?? 1);
    }
    return members;
  }

  #totalChanged(): void {
    this.#roles.totalChanged();
    for (const members of this.#members.values()) members.totalChanged();
  }
}

/** One call of `allocate`. */
interface Round {
  wanting: ReadonlyMap<string, ReadonlySet<FrameworkEntry>>;
  nowMs: number;
  allocations: Allocation[];
}

function availableOn(agent: AgentEntry): Resource[] {
  agent.available ??= agent.allocated.length === 0 ? agent.total : subtractResources(agent.total, agent.allocated);
  return agent.available;
}
