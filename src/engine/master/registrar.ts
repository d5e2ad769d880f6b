// The registry: which agents belong to the cluster. It outlives the master, so that the next leader knows whom to expect.
import type { AgentInfo } from "../../mesos/types.ts";
import type { DrainConfig } from "../protocol.ts";
import type { MaintenancePlan } from "./maintenance-plan.ts";
import { RegisteredAgents } from "./registered-agents.ts";

/** Where the registry is kept, as one piece of data. */
export interface RegistryStore {
  read(): Promise<Buffer | undefined>;
  /** The data comes in pieces, which nobody changes. */
  write(pieces: readonly Buffer[]): Promise<void>;
  /** Who keeps it; undefined where it is kept by nobody. */
  readonly replicas?: RegistryReplicas;
}

/** For the metrics, under the names of a Mesos's replicated log. */
export interface RegistryReplicas {
  /** Masters that take part. */
  readonly size: number;
  /** As many as are wanted have taken part. */
  readonly hasRecovered: boolean;
}

export interface Registry {
  /** Admitted and not given up, by ID. */
  agents: RegisteredAgents;
  /** ID → when it was marked, in milliseconds since the epoch. */
  unreachable: Map<string, number>;
  gone: Map<string, number>;
  /** As set by an operator; --weights only counts while there are none. */
  weights: Map<string, number>;
  /** Agents that an operator has deactivated or drains. */
  deactivated: Map<string, Deactivation>;
  maintenance: Pick<MaintenancePlan, "schedule" | "down">;
}

/** Why an agent is not offered: an operator has said so, with `drain` to empty it. */
export interface Deactivation {
  drain?: { state: "DRAINING" | "DRAINED"; config: DrainConfig };
  /** When draining began, in milliseconds since the epoch. */
  startMs?: number;
}

interface StoredRegistry {
  agents?: AgentInfo[];
  unreachable?: [string, number][];
  gone?: [string, number][];
  weights?: [string, number][];
  deactivated?: [string, Deactivation][];
  maintenance?: Registry["maintenance"];
}

/** Applies changes in order. Those that come while one is being stored are stored together afterwards. */
export class Registrar {
  readonly #store: RegistryStore;
  readonly #registry: Registry = {
    ...{ agents: new RegisteredAgents(), unreachable: new Map(), gone: new Map() },
    ...{ weights: new Map(), deactivated: new Map() },
    maintenance: { schedule: {}, down: [] },
  };
  #storing: Promise<void> | undefined;
  #next: Promise<void> | undefined;
  /** For the metrics. */
  queued = 0;
  sizeBytes = 0;
  fetchMs = 0;
  storeMs = 0;
  readonly #nowMs: () => number;

  constructor(store: RegistryStore, nowMs: () => number) {
    this.#store = store;
    this.#nowMs = nowMs;
  }

  get replicas(): RegistryReplicas | undefined {
    return this.#store.replicas;
  }

  /** Reads what the last leader left. To be awaited before anything is changed. */
  async recover(): Promise<Registry> {
    const startMs = this.#nowMs();
    const data = await this.#store.read();
    this.fetchMs = this.#nowMs() - startMs;
    if (!data || data.length === 0) return this.#registry;
    this.sizeBytes = data.length;
    const stored = JSON.parse(data.toString("utf8")) as StoredRegistry;
    const { agents, unreachable, gone, weights, deactivated, maintenance } = stored;
    for (const info of agents ?? []) if (info.id) this.#registry.agents.set(info.id.value, info);
    for (const [id, atMs] of unreachable ?? []) this.#registry.unreachable.set(id, atMs);
    for (const [id, atMs] of gone ?? []) this.#registry.gone.set(id, atMs);
    for (const [role, weight] of weights ?? []) this.#registry.weights.set(role, weight);
    for (const [id, how] of deactivated ?? []) this.#registry.deactivated.set(id, how);
    if (maintenance) this.#registry.maintenance = maintenance;
    return this.#registry;
  }

  /** Changes the registry; resolves once the change is stored. */
  async apply(change: (registry: Registry) => void): Promise<void> {
    change(this.#registry);
    this.queued++;
    try {
      await this.#stored();
    } finally {
      this.queued--;
    }
  }

  /** A write that has begun may lack the newest change: wait for the one after it. */
  #stored(): Promise<void> {
    if (!this.#storing) {
      this.#storing = this.#write().finally(() => (this.#storing = undefined));
      return this.#storing;
    }
    this.#next ??= this.#storing
      .catch(() => {})
      .then(() => {
        this.#next = undefined;
        return this.#stored();
      });
    return this.#next;
  }

  async #write(): Promise<void> {
    const { agents, unreachable, gone, weights, deactivated, maintenance } = this.#registry;
    const others: StoredRegistry = {
      ...{ unreachable: [...unreachable], gone: [...gone], weights: [...weights] },
      ...(deactivated.size > 0 ? { deactivated: [...deactivated] } : {}),
      ...(maintenance.schedule.windows ? { maintenance } : {}),
    };
    const end = Buffer.from(`],${JSON.stringify(others).slice(1)}`);
    const pieces = [Buffer.from('{"agents":['), ...agents.jsonPieces(), end];
    this.sizeBytes = pieces.reduce((sum, { length }) => sum + length, 0);
    const startMs = this.#nowMs();
    await this.#store.write(pieces);
    this.storeMs = this.#nowMs() - startMs;
  }
}
