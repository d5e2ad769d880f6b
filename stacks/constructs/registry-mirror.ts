// A registry that keeps what is pulled through it.
import type { Container } from "@cdktf/provider-docker/lib/container/index.js";
import { Construct } from "constructs";
import type { DockerPlan } from "../../src/cluster/docker/docker-types.ts";
import { PlacedImageConstruct } from "./cluster-images.ts";
import { NodeContainerConstruct, type Surroundings } from "./node-container.ts";

export class RegistryMirrorConstruct extends Construct {
  /** Empty where the plan has no mirror. */
  readonly containers: Container[];

  constructor(scope: Construct, id: string, { mirror, images }: DockerPlan, around: Surroundings) {
    super(scope, id);
    if (mirror === undefined || images.mirror === undefined) {
      this.containers = [];
      return;
    }
    const { imageId } = new PlacedImageConstruct(this, "mirror", images.mirror);
    const planned = { ...mirror, imageId };
    this.containers = [new NodeContainerConstruct(this, "registry_mirror", planned, around).container];
  }
}
