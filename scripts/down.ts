// `mesos-up down`: removes everything that `up` made.
import { backendFor } from "./backends.ts";
import { runAtTheEdge } from "./edge.ts";
import { readClusterSpec, type CommonOptions } from "./options.ts";

export function down(options: CommonOptions): Promise<never> {
  return runAtTheEdge(options, async (edge) => {
    const spec = await readClusterSpec(options);
    const { removed } = await (await backendFor(spec)).down(spec.name, edge);
    const text =
      removed.length === 0
        ? `There is nothing of cluster ${spec.name} to remove.`
        : `Cluster ${spec.name} is gone. Removed:\n${removed.map((thing) => `  ${thing}`).join("\n")}`;
    return { json: { ok: true, name: spec.name, removed }, text };
  });
}
