// Brings a cluster up, or mends one that is there.
import type { ClusterSpec } from "../../cluster/spec.ts";
import { createSteps } from "../../progress/steps.ts";
import type { UpOptions, UpResult } from "../backend.ts";
import { clusterFolder, lockCluster } from "../state/cluster-folder.ts";
import { readClusterRecord, requireReadable } from "../state/cluster-record.ts";
import { bringUp } from "./bring-up.ts";
import type { LocalOptions } from "./local-options.ts";
import { mend } from "./mend.ts";
import type { UpRun } from "./up-run.ts";

/** See Backend.up. */
export async function up(spec: ClusterSpec, options: LocalOptions, limits: UpOptions): Promise<UpResult> {
  const folder = clusterFolder(options.root, spec.name);
  const run: UpRun = {
    spec,
    folder,
    options,
    steps: createSteps({ sink: limits.progress, signal: limits.signal, timeoutMs: limits.timeoutMs }),
    signal: limits.signal,
    beforeTakingBack: limits.beforeTakingBack,
  };
  const lock = await lockCluster(folder, spec.name);
  try {
    const record = requireReadable(readClusterRecord(folder), spec.name);
    return await (record === undefined ? bringUp(run, lock) : mend(run, record));
  } finally {
    lock.release();
  }
}
