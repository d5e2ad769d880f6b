// What an allocator is told, and what it says.
import type { Resource } from "../../mesos/types.ts";

export interface AllocatorOptions {
  /** Role → weight; a role without one has 1. */
  weights?: ReadonlyMap<string, number>;
  /** Alternatives, of which one must be free for an offer to be worth while. */
  minAllocatable?: readonly { name: string; amount: number }[];
  excludedFromFairness?: readonly string[];
  /** Offer agents with GPUs only to frameworks that know of them. */
  filterGpuResources?: boolean;
}

export interface AllocatorFramework {
  id: string;
  roles: readonly string[];
  suppressedRoles: readonly string[];
  gpuAware: boolean;
  /** Whether it may be offered an agent in a role; if not given, any in all. */
  accepts?: (role: string, agentId: string) => boolean;
}

/** Resources of one agent, without `allocation_info`, that now belong to a framework in one of its roles. */
export interface Allocation {
  frameworkId: string;
  role: string;
  agentId: string;
  resources: Resource[];
}
