// The images of a cluster: there already, pulled or built. Terraform never deletes one.
import type { Container } from "@cdktf/provider-docker/lib/container/index.js";
import { Image, type ImageBuild } from "@cdktf/provider-docker/lib/image/index.js";
import { Construct } from "constructs";
import type { PlacedImage, PlacedImages } from "../../src/cluster/docker/docker-types.ts";
import { literal } from "./literal.ts";

export class ClusterImages extends Construct {
  readonly #images: { zookeeper: Image; mesos: Image; mirror: Image | undefined };

  constructor(scope: Construct, id: string, images: PlacedImages) {
    super(scope, id);
    const { zookeeper, mesos, mirror } = images;
    this.#images = {
      zookeeper: this.#add("zookeeper", zookeeper),
      mesos: this.#add("mesos", mesos),
      mirror: mirror && this.#add("mirror", mirror),
    };
  }

  /** The image's ID: a container made from it is made anew when its name comes to stand for another one. */
  idOf(image: keyof PlacedImages): string {
    const found = this.#images[image];
    if (found === undefined) throw new TypeError(`The plan has a container of the image "${image}" and no such image.`);
    return found.imageId;
  }

  /** All but the mirror's own may come through it. */
  pullThrough(mirror: Pick<Container, "fqn">): void {
    for (const image of [this.#images.zookeeper, this.#images.mesos]) image.dependsOn = [mirror.fqn];
  }

  #add(id: string, image: PlacedImage): Image {
    const resource = new Image(this, id, {
      name: literal(image.reference),
      keepLocally: true,
      ...(image.kind === "built" && { buildAttribute: build(image) }),
    });
    resource.overrideLogicalId(id);
    return resource;
  }
}

function build({ context, dockerfile, buildArgs, platform }: PlacedImage & { kind: "built" }): ImageBuild {
  return {
    context: literal(context),
    ...(dockerfile !== undefined && { dockerfile: literal(dockerfile) }),
    buildArgs: Object.fromEntries(Object.entries(buildArgs).map(([name, value]) => [name, literal(value)])),
    ...(platform !== undefined && { platform }),
  };
}
