// A registry beside the cluster that keeps what it hands on from another one (distribution's pull-through cache). Every
// agent has a store of images of its own for the mesos containerizer: through the mirror each image is fetched once.
import type { ClusterSpec } from "../spec.ts";
import type { DockerPlacement, NodeContainer, PlacedImage, PlacedImages, RegistryMirror } from "./docker-types.ts";

/** Stands where other containers have their node's name; no node can have it. */
export const MIRROR_NAME = "registry_mirror";

export interface PlacedMirror {
  plan: Omit<RegistryMirror, "container">;
  container: Omit<NodeContainer, "labels">;
  volume: string;
}

interface MirrorOptions {
  spec: ClusterSpec;
  docker: DockerPlacement;
  prefix: string;
  ip: string;
  slot: number;
}

/** Undefined where the spec wants none. */
export function registryMirror({ spec, docker, prefix, ip, slot }: MirrorOptions): PlacedMirror | undefined {
  const wanted = spec.docker?.registry_mirror;
  if (wanted === undefined || docker.images.mirror === undefined) return undefined;
  const port = wanted.port ?? 5000 + slot;
  const volume = `${prefix}-${MIRROR_NAME}`;
  return {
    // A daemon speaks plain HTTP to a registry on its own machine, and to no other.
    plan: { address: `127.0.0.1:${port}`, url: `http://${ip}:${port}` },
    volume,
    container: {
      name: `${prefix}-${MIRROR_NAME}`,
      image: "mirror",
      network: "cluster",
      ip,
      published: [{ bind: "127.0.0.1", port }],
      command: [],
      environment: { REGISTRY_HTTP_ADDR: `0.0.0.0:${port}`, REGISTRY_PROXY_REMOTEURL: wanted.remote },
      mounts: [{ kind: "volume", volume, path: "/var/lib/registry" }],
      capabilities: [],
      privileged: false,
      hostPids: false,
      hostCgroups: false,
      healthcheck: {
        test: ["CMD", "wget", "-q", "-O", "/dev/null", `http://127.0.0.1:${port}/v2/`],
        interval: "1s",
        timeout: "5s",
        startPeriod: "30s",
        retries: 3,
      },
      waitUntilHealthy: true,
      stopTimeoutSecs: 5,
    },
  };
}

/** The images, those that are pulled from Docker Hub by way of the mirror where there is one. */
export function mirroredImages(
  { zookeeper, mesos, mirror }: PlacedImages,
  plan: Pick<RegistryMirror, "address"> | undefined,
): PlacedImages {
  if (plan === undefined || mirror === undefined) return { zookeeper, mesos };
  return { zookeeper: throughMirror(zookeeper, plan.address), mesos: throughMirror(mesos, plan.address), mirror };
}

function throughMirror(image: PlacedImage, address: string): PlacedImage {
  if (image.kind !== "pull") return image;
  const [first = "", ...rest] = image.reference.split("/");
  if (rest.length === 0) return { kind: "pull", reference: `${address}/library/${first}` };
  // The first part is a registry's name only if it looks like a host's (reference grammar of distribution).
  const isRegistry = /[.:]/.test(first) || first === "localhost";
  return isRegistry ? image : { kind: "pull", reference: `${address}/${image.reference}` };
}
