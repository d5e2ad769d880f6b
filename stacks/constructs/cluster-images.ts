// The images of a cluster: there already, pulled or built. Terraform never deletes one.
import { Image, type ImageBuild } from "@cdktf/provider-docker/lib/image/index.js";
import type { ITerraformDependable } from "cdktf";
import { Construct } from "constructs";
import type { PlacedImage, PlacedImages } from "../../src/cluster/docker/docker-types.ts";
import { literal, literalValues } from "./literal.ts";

/** An image that containers are made from by its ID: they are made anew when its name comes to stand for another one. */
export class PlacedImageConstruct extends Construct {
  readonly imageId: string;

  constructor(scope: Construct, id: string, image: PlacedImage, dependsOn: ITerraformDependable[] = []) {
    super(scope, id);
    const resource = new Image(this, "image", {
      name: literal(image.reference),
      keepLocally: true,
      ...(image.kind === "built" && { buildAttribute: build(image) }),
      ...(dependsOn.length > 0 && { dependsOn }),
    });
    resource.overrideLogicalId(id);
    this.imageId = resource.imageId;
  }
}

export class ClusterImages extends Construct {
  readonly zookeeper: PlacedImageConstruct;
  readonly mesos: PlacedImageConstruct;

  /** `after`: what has to run for an image to be pulled through it. */
  constructor(scope: Construct, id: string, images: PlacedImages, after: ITerraformDependable[]) {
    super(scope, id);
    this.zookeeper = new PlacedImageConstruct(this, "zookeeper", images.zookeeper, after);
    this.mesos = new PlacedImageConstruct(this, "mesos", images.mesos, after);
  }
}

function build({ context, dockerfile, buildArgs, platform, labels }: PlacedImage & { kind: "built" }): ImageBuild {
  return {
    context: literal(context),
    ...(dockerfile !== undefined && { dockerfile: literal(dockerfile) }),
    buildArgs: literalValues(buildArgs),
    ...(platform !== undefined && { platform }),
    labels: literalValues(labels),
    // A daemon keeps the container in which a build failed, otherwise.
    forceRemove: true,
  };
}
