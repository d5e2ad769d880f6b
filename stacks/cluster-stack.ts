// A planned cluster as a stack of CDK for Terraform. No logic: what is decided, the plan decides.
import { DockerProvider } from "@cdktf/provider-docker/lib/provider/index.js";
import { LocalBackend, TerraformOutput, TerraformStack } from "cdktf";
import type { Construct } from "constructs";
import type { ClusterPlan } from "../src/cluster/plan-types.ts";
import { ClusterImages } from "./constructs/cluster-images.ts";
import { ClusterNetwork } from "./constructs/cluster-network.ts";
import { ClusterVolumes } from "./constructs/cluster-volumes.ts";
import { literal, literals } from "./constructs/literal.ts";
import { Agents, Masters, ZookeeperEnsemble } from "./constructs/node-groups.ts";
import { RegistryMirrorConstruct } from "./constructs/registry-mirror.ts";

export interface ClusterStackOptions {
  plan: ClusterPlan;
  /** The daemon, as DOCKER_HOST names it. Absent: what the provider finds for itself. */
  host?: string | undefined;
}

export class ClusterStack extends TerraformStack {
  constructor(scope: Construct, { plan, host }: ClusterStackOptions) {
    super(scope, plan.name);
    const { docker, stateDirectory } = plan;
    if (docker === undefined) throw new TypeError(`The plan of ${plan.name} is not one for Docker.`);
    new LocalBackend(this, { path: literal(`${stateDirectory}/terraform/terraform.tfstate`) });
    new DockerProvider(this, "docker", { ...(host !== undefined && { host: literal(host) }) });

    const shared = {
      network: new ClusterNetwork(this, "network", docker.network),
      volumes: new ClusterVolumes(this, "volumes", docker),
    };
    const mirror = new RegistryMirrorConstruct(this, "mirror", docker, shared);
    const around = { ...shared, images: new ClusterImages(this, "images", docker.images, mirror.containers) };
    new ZookeeperEnsemble(this, plan, around);
    new Masters(this, plan, around);
    new Agents(this, plan, around);

    new TerraformOutput(this, "zookeeper_url", { value: literal(plan.zookeeper.url) }).overrideLogicalId("zookeeper");
    new TerraformOutput(this, "master_urls", { value: literals(plan.masters) }).overrideLogicalId("masters");
    new TerraformOutput(this, "agent_urls", { value: literals(plan.agents) }).overrideLogicalId("agents");
  }
}
