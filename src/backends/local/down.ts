// Takes a cluster down, whatever is left of it. Where nothing is, it says so and makes nothing.
import { existsSync } from "node:fs";
import { createSteps } from "../../progress/steps.ts";
import type { UpOptions } from "../backend.ts";
import { clusterFolder, forgetDemo, lockCluster } from "../state/cluster-folder.ts";
import { readClusterRecord } from "../state/cluster-record.ts";
import type { LocalOptions } from "./local-options.ts";
import { findOwnedProcesses } from "./processes/ownership.ts";
import { takeDown } from "./take-down.ts";

/** See Backend.down. A half-done take-down is worse than a late one: only the wait for the folder heeds the signal. */
export async function down(name: string, options: LocalOptions, limits: UpOptions): Promise<{ removed: string[] }> {
  const folder = clusterFolder(options.root, name);
  const steps = createSteps({ sink: limits.progress });
  limits.signal.throwIfAborted();
  return await steps.step({ id: "down", title: `Cluster ${name} is taken down` }, async (context) => {
    const removed = await remove(folder, name, options.env);
    forgetDemo(options.root, name);
    if (removed.length === 0) context.skip("there is nothing of it");
    else context.detail(`${removed.length} things removed`);
    return { removed };
  });
}

async function remove(folder: string, name: string, env: NodeJS.ProcessEnv): Promise<string[]> {
  if (!existsSync(folder) && findOwnedProcesses({ owner: undefined, folder }).length === 0) return [];
  const claim = await lockCluster(folder, name);
  try {
    const state = readClusterRecord(folder);
    return await takeDown({ folder, claim, record: state.kind === "present" ? state.record : undefined, env });
  } finally {
    claim.release();
  }
}
