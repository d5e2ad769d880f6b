// Brings a cluster up, or mends one that is there.
import type { ClusterSpec } from "../../cluster/spec.ts";
import type { UpOptions, UpResult } from "../backend.ts";
import { upCluster } from "../up-cluster.ts";
import { bringUp } from "./bring-up.ts";
import type { LocalOptions } from "./local-options.ts";
import { mend } from "./mend.ts";

/** See Backend.up. */
export async function up(spec: ClusterSpec, options: LocalOptions, limits: UpOptions): Promise<UpResult> {
  return await upCluster(spec, { kind: "local", root: options.root }, limits, async (cluster) => {
    const run = { ...cluster, options };
    return await (cluster.before === undefined ? bringUp(run) : mend(run, cluster.before));
  });
}
