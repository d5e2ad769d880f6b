// What is remembered of a cluster from one command to the next: cluster.json, written whole before anything is started.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { ClusterPlan, Placement } from "../../cluster/plan-types.ts";
import type { ClusterSpec } from "../../cluster/spec.ts";
import { MesosUpError } from "../../errors.ts";
import { errorCode } from "./state-errors.ts";
import { writeAtomically } from "./write-atomically.ts";

const recordVersion = 1;

export interface ClusterRecord {
  version: typeof recordVersion;
  backend: "local" | "docker" | "vagrant";
  /** The random token that every process of this cluster carries in its environment as UP_MESOS_OWNER. */
  owner: string;
  /** ISO 8601 */
  createdAt: string;
  spec: ClusterSpec;
  placement: Placement;
  plan: ClusterPlan;
}

export type RecordState =
  | { kind: "absent" }
  /** There is a file, but no cluster can be read from it. */
  | { kind: "damaged"; file: string; reason: string }
  | { kind: "present"; record: ClusterRecord };

/** Reads what is remembered of the cluster in `folder`. Never throws for what it finds there. */
export function readClusterRecord(folder: string): RecordState {
  const file = recordFile(folder);
  try {
    const value: unknown = JSON.parse(readFileSync(file, "utf8"));
    return isRecord(value)
      ? { kind: "present", record: value }
      : { kind: "damaged", file, reason: "it does not describe a cluster of this version" };
  } catch (error) {
    const code = errorCode(error);
    if (code === "ENOENT" || code === "ENOTDIR") return { kind: "absent" };
    return { kind: "damaged", file, reason: code === undefined ? "it is not JSON" : `it cannot be read (${code})` };
  }
}

/** The record, or undefined where there is none; a damaged one is the error STATE_DAMAGED. */
export function requireReadable(state: RecordState, name: string): ClusterRecord | undefined {
  if (state.kind === "present") return state.record;
  if (state.kind === "absent") return undefined;
  throw new MesosUpError(`The state of the cluster ${name} is damaged: ${state.file}: ${state.reason}.`, {
    code: "STATE_DAMAGED",
    hint: `Remove what is left of it with \`mesos-up down --name ${name}\`, then bring it up again.`,
  });
}

export function writeClusterRecord(folder: string, record: Omit<ClusterRecord, "version">): void {
  writeAtomically(recordFile(folder), `${JSON.stringify({ version: recordVersion, ...record }, null, 2)}\n`);
}

function recordFile(folder: string): string {
  return join(folder, "cluster.json");
}

function isRecord(value: unknown): value is ClusterRecord {
  const record = value as Partial<ClusterRecord> | null;
  return (
    typeof record === "object" &&
    record?.version === recordVersion &&
    typeof record.owner === "string" &&
    /^\w+$/.test(record.owner) &&
    Array.isArray(record.plan?.nodes) &&
    typeof record.placement?.stateDirectory === "string"
  );
}
