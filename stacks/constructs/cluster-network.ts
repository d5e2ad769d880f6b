// The network of a cluster, with the addresses that the plan gives out.
import { Network } from "@cdktf/provider-docker/lib/network/index.js";
import { Construct } from "constructs";
import type { DockerPlan } from "../../src/cluster/docker/docker-types.ts";
import { labelBlocks } from "./literal.ts";

export class ClusterNetwork extends Construct {
  readonly network: Network;

  constructor(scope: Construct, id: string, { name, subnet, gateway, labels }: DockerPlan["network"]) {
    super(scope, id);
    this.network = new Network(this, "network", {
      name,
      driver: "bridge",
      ipamConfig: [{ subnet, gateway }],
      labels: labelBlocks(labels),
      // Podman names its driver of addresses there.
      lifecycle: { ignoreChanges: ["ipam_options"] },
    });
    this.network.overrideLogicalId("cluster");
  }
}
