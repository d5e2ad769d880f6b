// Where agents reach this machine, to fetch what it serves.
import type { ClusterPlan } from "../src/cluster/plan-types.ts";

/** Undefined where agents are on this machine itself. */
export function contentAddressOf({ docker, vagrant }: ClusterPlan): string | undefined {
  if (docker?.form === "host") return docker.network.gateway;
  const machine = vagrant?.machines[0]?.address;
  return machine?.replace(/\d+$/, "1");
}
