// What users of the library may leave out of a description: everything that has a default.
import type { AgentSpec, ClusterSpec } from "../cluster/spec.ts";
import type { Described } from "../scheduler/define-app.ts";

/** What a cluster file may say of agents (docs/cluster-file.md). */
export type AgentDescription = Omit<Described<AgentSpec>, "attributes" | "resources"> & {
  attributes?: string | Record<string, string | number | boolean>;
  resources?: string | { cpus?: number; mem?: number; disk?: number; gpus?: number; ports?: string };
};

/** What a cluster file may say (docs/cluster-file.md), but for the backend, which is this machine. */
export type ClusterDescription = Omit<Described<ClusterSpec>, "agents" | "backend"> & {
  /** Agents one by one, or how many that are all alike. */
  agents?: number | AgentDescription[];
};
