// `mesos-up down`: removes everything that `up` made.
import { clusterFolder } from "../src/backends/state/cluster-folder.ts";
import { backendFor } from "./backends.ts";
import { runAtTheEdge } from "./edge.ts";
import { readClusterSpec, type CommonOptions } from "./options.ts";
import { releaseSchedulers } from "./schedulers.ts";

export function down(options: CommonOptions): Promise<never> {
  return runAtTheEdge(options, async (edge) => {
    const spec = await readClusterSpec(options);
    await releaseSchedulers(clusterFolder(process.cwd(), spec.name));
    const { removed } = await (await backendFor(spec)).down(spec.name, edge);
    const text =
      removed.length === 0
        ? `There is nothing of cluster ${spec.name} to remove.`
        : `Cluster ${spec.name} is gone. Removed:\n${removed.map((thing) => `  ${thing}`).join("\n")}`;
    return { json: { ok: true, name: spec.name, removed }, text };
  });
}
