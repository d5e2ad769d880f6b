// Takes a cluster on machines down.
import { existsSync } from "node:fs";
import { createSteps } from "../../progress/steps.ts";
import type { UpOptions } from "../backend.ts";
import { clusterFolder, forgetDemo, lockCluster } from "../state/cluster-folder.ts";
import { readClusterRecord } from "../state/cluster-record.ts";
import { takeDown } from "./take-down.ts";
import type { VagrantBackendOptions } from "./vagrant-options.ts";

/** See Backend.down. What was begun is finished whatever the signal says: half a removal helps nobody. */
export async function down(
  name: string,
  { root, env }: VagrantBackendOptions,
  { progress, timeoutMs }: UpOptions,
): Promise<{ removed: string[] }> {
  const folder = clusterFolder(root, name);
  if (!existsSync(folder)) {
    forgetDemo(root, name);
    return { removed: [] };
  }
  const steps = createSteps({ sink: progress, timeoutMs });
  const claim = await lockCluster(folder, name);
  try {
    const removed = await steps.step({ id: "down", title: `Cluster ${name} is taken down` }, async (context) => {
      const state = readClusterRecord(folder);
      const record = state.kind === "present" ? state.record : undefined;
      const things = await takeDown({ folder, claim, record, env });
      context.detail(`${things.length} ${things.length === 1 ? "thing" : "things"} removed`);
      return things;
    });
    forgetDemo(root, name);
    return { removed };
  } finally {
    claim.release();
  }
}
