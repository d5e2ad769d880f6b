// A cluster that is here, as a command means to look at it.
import type { ListingBackend, NodeStatus } from "../src/backends/backend.ts";
import type { ClusterPlan } from "../src/cluster/plan-types.ts";
import type { ClusterSpec } from "../src/cluster/spec.ts";
import { MesosUpError } from "../src/errors.ts";
import { backendFor } from "./backends.ts";
import { readClusterSpec, type CommonOptions } from "./options.ts";

export interface OwnCluster {
  spec: ClusterSpec;
  backend: ListingBackend;
  plan: ClusterPlan;
  nodes: NodeStatus[];
}

/** @throws MesosUpError CLUSTER_UNKNOWN, STATE_DAMAGED */
export async function requireOwnCluster(options: CommonOptions): Promise<OwnCluster> {
  const spec = await readClusterSpec(options);
  const backend = await backendFor(spec);
  const found = await backend.status(spec.name);
  if (found !== undefined) return { spec, backend, ...found };
  throw new MesosUpError(`There is no cluster ${spec.name} here.`, {
    code: "CLUSTER_UNKNOWN",
    hint: "`npx mesos-up up` brings one up; `--master zk://…` looks at one that runs elsewhere.",
  });
}
