// What users of the library may leave out of a description: everything that has a default.
import type { AgentSpec, ClusterSpec } from "../cluster/spec.ts";
import type { AppPort, AppSpec, AppUri } from "../scheduler/app-spec.ts";

/** Any part of it, down to the last field. */
type Described<T> = T extends readonly (infer Item)[]
  ? Described<Item>[]
  : T extends object
    ? { [Field in keyof T]?: Described<T[Field]> | undefined }
    : T;

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

/** What an app file may say (docs/app-file.md). */
export type AppDescription = Omit<Described<AppSpec>, "ports" | "uris"> & {
  /** A number is a port of the container, on any host port that is offered. */
  ports?: (number | Described<AppPort>)[];
  /** A text is the address alone. */
  uris?: (string | Described<AppUri>)[];
};
