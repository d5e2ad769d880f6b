// What bringing a cluster up begins with, whichever backend does it: its folder is locked, and what is recorded of it read.
import type { ClusterSpec } from "../cluster/spec.ts";
import { MesosUpError } from "../errors.ts";
import { createSteps, type Steps } from "../progress/steps.ts";
import type { Backend, UpOptions, UpResult } from "./backend.ts";
import type { Claim } from "./state/claim.ts";
import { clusterFolder, lockCluster } from "./state/cluster-folder.ts";
import { readClusterRecord, requireReadable, type ClusterRecord } from "./state/cluster-record.ts";

/** A cluster that nobody else works on meanwhile. */
export interface LockedCluster {
  spec: ClusterSpec;
  folder: string;
  /** Held on the folder. */
  lock: Claim;
  /** Undefined where there is no such cluster yet. */
  before: ClusterRecord | undefined;
  steps: Steps;
  limits: UpOptions;
}

/** @throws MesosUpError CLUSTER_BUSY, STATE_DAMAGED, CLUSTER_CHANGED where it is another backend's; what `up` throws */
export async function upCluster(
  spec: ClusterSpec,
  { kind, root }: { kind: Backend["kind"]; root: string },
  limits: UpOptions,
  up: (cluster: LockedCluster) => Promise<UpResult>,
): Promise<UpResult> {
  const folder = clusterFolder(root, spec.name);
  const steps = createSteps({ sink: limits.progress, signal: limits.signal, timeoutMs: limits.timeoutMs });
  const lock = await lockCluster(folder, spec.name);
  try {
    const before = requireReadable(readClusterRecord(folder), spec.name);
    if (before !== undefined && before.backend !== kind) throw otherBackend(before);
    return await up({ spec, folder, lock, before, steps, limits });
  } finally {
    lock.release();
  }
}

function otherBackend({ plan: { name }, backend }: ClusterRecord): MesosUpError {
  return new MesosUpError(`The cluster ${name} is there already, of the ${backend} backend.`, {
    code: "CLUSTER_CHANGED",
    hint: `Take it down first: \`mesos-up down --name ${name} --backend ${backend}\`, or bring the new one up under another --name.`,
  });
}
