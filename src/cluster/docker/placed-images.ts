// Which image each program comes in, as far as the cluster file alone says it.
import { DEFAULT_MESOS_VERSION, mesosPackage } from "../mesos-package.ts";
import type { ClusterSpec } from "../spec.ts";
import type { PlacedImage } from "./docker-types.ts";
import { hashOf } from "./hash.ts";
import { DOCKER_LABELS, DOCKER_PROJECT } from "./labels.ts";

export const DEFAULT_ZOOKEEPER_IMAGE = "zookeeper:3.9";
export const DEFAULT_MIRROR_IMAGE = "registry:2";
const DEFAULT_BASE_IMAGE = "ubuntu:24.04";

/** The recipe that a package of Mesos is installed by. */
export interface PackageRecipe {
  /** Absolute path of the folder with the Dockerfile. */
  context: string;
  /** The Dockerfile's text: another text makes another image. */
  dockerfile: string;
  /** Of the daemon, as Debian calls it. */
  architecture: "amd64" | "arm64";
}

/** The image of ZooKeeper: the file's, or the official one. */
export function zookeeperImage({ images }: Pick<ClusterSpec, "images">): PlacedImage {
  return { kind: "pull", reference: images?.zookeeper ?? DEFAULT_ZOOKEEPER_IMAGE };
}

/** The image of Mesos: the file's, or one that is built from a package. */
export function mesosImage({ images }: Pick<ClusterSpec, "images">, recipe: PackageRecipe): PlacedImage {
  if (typeof images?.mesos === "string") return { kind: "pull", reference: images.mesos };
  const { context, dockerfile, architecture } = recipe;
  const { address, sha256 = "" } = mesosPackage({ images });
  const named = images?.mesos ?? {};
  const buildArgs = {
    BASE_IMAGE: named.base ?? DEFAULT_BASE_IMAGE,
    MESOS_PACKAGE_URL: address.replaceAll("{arch}", architecture),
    MESOS_PACKAGE_VERSION: named.version ?? (named.package === undefined ? DEFAULT_MESOS_VERSION : ""),
    MESOS_PACKAGE_SHA256: sha256,
  };
  return {
    kind: "built",
    reference: `mesos-up/mesos:${hashOf([buildArgs, dockerfile, architecture])}`,
    context,
    buildArgs,
    platform: `linux/${architecture}`,
    // Clusters share it: it is the project's, not one cluster's.
    labels: { [DOCKER_LABELS.project]: DOCKER_PROJECT },
  };
}

/** The image of the registry mirror, where the file wants a mirror. */
export function mirrorImage({ images, docker }: Pick<ClusterSpec, "images" | "docker">): PlacedImage | undefined {
  if (docker?.registry_mirror === undefined) return undefined;
  return { kind: "pull", reference: images?.mirror ?? DEFAULT_MIRROR_IMAGE };
}
