// Where a cluster would be put that nobody has looked for a place for yet: on an ordinary daemon of this machine.
import type { Placement } from "../plan-types.ts";
import type { ClusterSpec } from "../spec.ts";
import { gatewayOf } from "./docker-addresses.ts";
import { mesosImage, mirrorImage, zookeeperImage, type PackageRecipe } from "./placed-images.ts";

export const DEFAULT_SOCKET = "/var/run/docker.sock";
const DEFAULT_SUBNET = "172.30.0.0/24";

export interface Surroundings {
  /** Absolute path of the cluster's folder. */
  stateDirectory: string;
  /** The daemon is in a virtual machine, as Docker Desktop has it. */
  desktop: boolean;
  recipe: PackageRecipe;
}

/** @throws ConfigError SUBNET_INVALID */
export function defaultDockerPlacement(
  spec: ClusterSpec,
  { stateDirectory, desktop, recipe }: Surroundings,
): Placement & Required<Pick<Placement, "docker">> {
  const subnet = spec.docker?.subnet ?? DEFAULT_SUBNET;
  return {
    stateDirectory,
    slot: 0,
    containerProgram: undefined,
    imageStore: "",
    docker: {
      form: desktop ? "bridge" : "host",
      network: { subnet, gateway: gatewayOf(subnet) },
      socket: DEFAULT_SOCKET,
      publish: { bind: spec.bind, hostname: spec.bind },
      cgroups: 2,
      images: { zookeeper: zookeeperImage(spec), mesos: mesosImage(spec, recipe), mirror: mirrorImage(spec) },
    },
  };
}
