// What the containers of one cluster have in common, for each of them to be described with.
import type { AssignedPorts } from "../assign-ports.ts";
import { stateHash, zookeeperUrl } from "../machine-nodes.ts";
import type { Placement } from "../plan-types.ts";
import type { ClusterSpec } from "../spec.ts";
import { dockerAddresses, type DockerAddresses } from "./docker-addresses.ts";
import type { DockerPlacement, NodeContainer, PlacedImages } from "./docker-types.ts";
import { hashOf } from "./hash.ts";
import { dockerLabels, type Labelled } from "./labels.ts";
import { mirroredImages, registryMirror, type PlacedMirror } from "./registry-mirror.ts";

export type InDocker = Placement & { docker: DockerPlacement };

export interface DockerScene {
  spec: ClusterSpec;
  docker: DockerPlacement;
  stateDirectory: string;
  /** How the names of everything begin that the cluster has in Docker. */
  prefix: string;
  addresses: DockerAddresses;
  ports: AssignedPorts;
  /** zk://… as it is reached from the containers. */
  zkUrl: string;
  images: PlacedImages;
  mirror: PlacedMirror | undefined;
}

export type Unlabelled = Omit<NodeContainer, "labels">;

/** @throws ConfigError SUBNET_INVALID */
export function dockerScene(spec: ClusterSpec, placement: InDocker, ports: AssignedPorts): DockerScene {
  const { docker, stateDirectory, slot } = placement;
  const prefix = dockerPrefix(spec.name, stateDirectory);
  const addresses = dockerAddresses(spec, docker);
  const mirror = registryMirror({ spec, docker, prefix, ip: addresses.mirror, slot });
  const servers = ports.zookeeper.map(({ client }, i) => ({ address: addresses.zookeeper[i] ?? "", port: client }));
  return {
    ...{ spec, docker, stateDirectory, prefix, addresses, ports, mirror },
    zkUrl: zookeeperUrl(servers, spec),
    images: mirroredImages(docker.images, mirror?.plan),
  };
}

/** Where something in a container is reached from the user's machine. */
export function reachedAt({ docker }: DockerScene, listensOn: string): string {
  return docker.form === "host" ? listensOn : docker.publish.hostname;
}

/** Ports that lead into a container from outside of the cluster's network, where that is not reached itself. */
export function published({ docker }: DockerScene, port: number): NodeContainer["published"] {
  return docker.form === "host" ? [] : [{ bind: docker.publish.bind, port }];
}

export function labelled(
  { spec, stateDirectory }: DockerScene,
  role: Labelled["role"],
  node: string,
  container: Unlabelled,
): NodeContainer {
  const labels = dockerLabels({ cluster: spec.name, stateDirectory, role, node, hash: hashOf(container) });
  return { ...container, labels };
}

/** How the names of everything begin that a cluster has in Docker: another folder's cluster of that name has others. */
function dockerPrefix(cluster: string, stateDirectory: string): string {
  return `up-${cluster}-${stateHash(stateDirectory)}`;
}
