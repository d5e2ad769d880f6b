// Takes a cluster down, whatever is left of it, whichever backend made it. Where nothing is, it says so and makes nothing.
import { existsSync } from "node:fs";
import { createSteps } from "../progress/steps.ts";
import type { UpOptions } from "./backend.ts";
import { clusterFolder, forgetDemo, lockCluster } from "./state/cluster-folder.ts";
import { readClusterRecord } from "./state/cluster-record.ts";
import type { TakeDownOptions } from "./take-down.ts";

export interface DownHow {
  root: string;
  /** Whether there is anything of a cluster whose folder is gone: somebody may have removed that by hand. */
  isLeft: (folder: string) => boolean | Promise<boolean>;
  /** Removes it; resolves with what was removed, for people to read. */
  takeDown: (cluster: TakeDownOptions) => Promise<string[]>;
}

/** See Backend.down. A half-done take-down is worse than a late one: only the wait for the folder heeds the signal. */
export async function downCluster(
  name: string,
  { progress, signal }: UpOptions,
  how: DownHow,
): Promise<{ removed: string[] }> {
  const folder = clusterFolder(how.root, name);
  const steps = createSteps({ sink: progress });
  signal.throwIfAborted();
  return await steps.step({ id: "down", title: `Cluster ${name} is taken down` }, async (context) => {
    const removed = await remove(folder, name, how);
    forgetDemo(how.root, name);
    if (removed.length === 0) context.skip("there is nothing of it");
    else context.detail(`${removed.length} ${removed.length === 1 ? "thing" : "things"} removed`);
    return { removed };
  });
}

async function remove(folder: string, name: string, { isLeft, takeDown }: DownHow): Promise<string[]> {
  if (!existsSync(folder) && !(await isLeft(folder))) return [];
  const claim = await lockCluster(folder, name);
  try {
    const state = readClusterRecord(folder);
    return await takeDown({ folder, claim, record: state.kind === "present" ? state.record : undefined });
  } finally {
    claim.release();
  }
}
