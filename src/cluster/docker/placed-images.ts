// Which image each program comes in, as far as the cluster file alone says it.
import type { ClusterSpec, MesosPackageSpec } from "../spec.ts";
import type { PlacedImage } from "./docker-types.ts";
import { hashOf } from "./hash.ts";

export const DEFAULT_ZOOKEEPER_IMAGE = "zookeeper:3.9";
export const DEFAULT_MIRROR_IMAGE = "registry:2";
const DEFAULT_BASE_IMAGE = "ubuntu:24.04";
const DEFAULT_PACKAGE_VERSION = "1.11.0-0.7.1";

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
  const wanted = images?.mesos;
  return typeof wanted === "string" ? { kind: "pull", reference: wanted } : packageImage(wanted ?? {}, recipe);
}

/** The image of the registry mirror, where the file wants a mirror. */
export function mirrorImage({ images, docker }: Pick<ClusterSpec, "images" | "docker">): PlacedImage | undefined {
  if (docker?.registry_mirror === undefined) return undefined;
  return { kind: "pull", reference: images?.mirror ?? DEFAULT_MIRROR_IMAGE };
}

function packageImage(wanted: MesosPackageSpec, { context, dockerfile, architecture }: PackageRecipe): PlacedImage {
  const version = wanted.version ?? DEFAULT_PACKAGE_VERSION;
  const buildArgs = {
    BASE_IMAGE: wanted.base ?? DEFAULT_BASE_IMAGE,
    MESOS_PACKAGE_URL: wanted.package ?? clusterdPackage(version, architecture),
    MESOS_PACKAGE_VERSION: version,
    MESOS_PACKAGE_SHA256: wanted.sha256 ?? "",
  };
  return {
    kind: "built",
    reference: `mesos-up/mesos:${hashOf([buildArgs, dockerfile, architecture])}`,
    context,
    buildArgs,
    platform: `linux/${architecture}`,
  };
}

/** Where clusterd, the maintained continuation of Apache Mesos, has its package for Ubuntu 24.04. */
function clusterdPackage(version: string, architecture: string): string {
  const folder = "http://rpm.aventer.biz/Ubuntu/noble/pool/main/a/aventer-mesos";
  return `${folder}/aventer-mesos_${version}.ubuntu2404_${architecture}.deb`;
}
