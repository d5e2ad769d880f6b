// What was reserved and created on an agent: kept on disk, changed by operations of its master, whose outcome is told until
// it is acknowledged (docs/operations.md).
import { randomUUID } from "node:crypto";
import { uuidToBase64 } from "../../mesos/ids.ts";
import {
  changedResources,
  convert,
  conversionsOf,
  isVolume,
  type OperationRecord,
  type OperationStatus,
  original,
} from "../../mesos/operations.ts";
import { printResources } from "../../mesos/print-resources.ts";
import { refined } from "../../mesos/reservations.ts";
import { allocateTo } from "../../mesos/resources.ts";
import type { Resource } from "../../mesos/types.ts";
import type { Clock, Timer } from "../common/clock.ts";
import type { Log } from "../common/log.ts";
import type { MasterToAgent, OperationUpdate } from "../protocol.ts";
import { readCheckpoint, writeCheckpoint } from "./checkpoint.ts";
import { resourcesFile } from "./paths.ts";
import { createVolume, destroyVolume } from "./volumes.ts";

const FIRST_RETRY_MS = 10_000;
const LAST_RETRY_MS = 10 * 60_000;

interface Stored {
  resources: Resource[];
  operations: OperationRecord[];
}

type Apply = Extract<MasterToAgent, { type: "APPLY_OPERATION" }>["apply_operation"];

export interface ResourceOperationsOptions {
  clock: Clock;
  log: Log;
  workDir: string;
  /** What the agent's flags say that it has. */
  resources: readonly Resource[];
  agentId: () => string;
  /** Sends to the master; called only between `resume` and `pause`, or with what is sent once. */
  send: (update: OperationUpdate) => void;
}

export class ResourceOperations {
  readonly #options: ResourceOperationsOptions;
  readonly #records = new Map<string, OperationRecord>();
  readonly #retries = new Map<string, Timer>();
  #total: Resource[];
  #paused = true;

  constructor(options: ResourceOperationsOptions) {
    this.#options = options;
    this.#total = options.resources.map(refined);
  }

  /** All that the agent has, as it is reserved and made into volumes. */
  get total(): Resource[] {
    return this.#total;
  }

  /** Operations whose end is not acknowledged yet. */
  get records(): OperationRecord[] {
    return [...this.#records.values()];
  }

  /** Reads back what an agent before this one on the same work_dir had. @throws Error if this one has not all of it */
  recover(): void {
    const { workDir } = this.#options;
    const stored = readCheckpoint(resourcesFile(workDir)) as Stored | undefined;
    if (stored === undefined) return;
    for (const resource of stored.resources) {
      const changed = convert(this.#total, { consumed: [original(resource)], converted: [resource] });
      if (changed === undefined)
        throw new Error(
          `Checkpointed resources ${printResources(stored.resources)} are incompatible with agent resources` +
            ` ${printResources(this.#options.resources)}`,
        );
      this.#total = changed;
      if (isVolume(resource)) createVolume(workDir, resource);
    }
    for (const record of stored.operations) this.#records.set(record.uuid.value, record);
  }

  apply({ framework_id, operation_info: info, operation_uuid: uuid }: Apply): void {
    const { log, agentId } = this.#options;
    const agent_id = { value: agentId() };
    const problem = this.#change(info);
    log.info(
      `Applied operation '${info.id?.value ?? ""}' (${info.type})${problem === undefined ? "" : `: ${problem}`}`,
    );
    const status: OperationStatus = {
      ...(info.id ? { operation_id: info.id, uuid: { value: uuidToBase64(randomUUID()) } } : {}),
      ...(problem === undefined ? {} : { message: problem }),
      state: problem === undefined ? "OPERATION_FINISHED" : "OPERATION_DROPPED",
      agent_id,
    };
    const owner = framework_id ? { framework_id } : {};
    const record: OperationRecord = { ...owner, agent_id, info, latest_status: status, statuses: [status], uuid };
    if (status.uuid) this.#records.set(uuid.value, record);
    this.#store();
    if (status.uuid) this.#send(record, FIRST_RETRY_MS);
    else this.#options.send({ ...owner, operation_uuid: uuid, status });
  }

  /** The framework has seen the end of an operation. */
  acknowledge(operationUuid: string): void {
    if (!this.#records.delete(operationUuid)) return;
    this.#retries.get(operationUuid)?.cancel();
    this.#retries.delete(operationUuid);
    this.#store();
  }

  /** No master to send to: retries stop until `resume`. */
  pause(): void {
    this.#paused = true;
    for (const retry of this.#retries.values()) retry.cancel();
  }

  /** A master is there: whatever is not acknowledged is sent again. */
  resume(): void {
    this.#paused = false;
    for (const record of this.#records.values()) this.#send(record, FIRST_RETRY_MS);
  }

  /** Gives back why it cannot be done. */
  #change(info: OperationRecord["info"]): string | undefined {
    const { workDir } = this.#options;
    const bare = (resources: Resource[]): Resource[] => allocateTo(undefined, resources);
    let total = this.#total;
    for (const { consumed, converted } of conversionsOf(info)) {
      const next = convert(total, { consumed: bare(consumed), converted: bare(converted) });
      if (next === undefined) return `${printResources(total)} does not contain ${printResources(bare(consumed))}`;
      total = next;
    }
    this.#total = total;
    if (info.type === "CREATE") for (const volume of info.create?.volumes ?? []) createVolume(workDir, volume);
    if (info.type === "DESTROY") for (const volume of info.destroy?.volumes ?? []) destroyVolume(workDir, volume);
    return undefined;
  }

  #store(): void {
    const stored: Stored = { resources: changedResources(this.#total), operations: this.records };
    writeCheckpoint(resourcesFile(this.#options.workDir), stored);
  }

  #send(record: OperationRecord, retryMs: number): void {
    const { uuid, framework_id, latest_status: status } = record;
    this.#retries.get(uuid.value)?.cancel();
    if (this.#paused || !this.#records.has(uuid.value)) return;
    const again = (): void => this.#send(record, Math.min(retryMs * 2, LAST_RETRY_MS));
    this.#retries.set(uuid.value, this.#options.clock.after(retryMs, again));
    this.#options.send({ ...(framework_id ? { framework_id } : {}), operation_uuid: uuid, status });
  }
}
