// What the containers of one cluster share, as each of them is described.
import type { ClusterSpec } from "../spec.ts";
import type { DockerAddresses } from "./docker-addresses.ts";
import type { DockerPlacement, NodeContainer, PlacedImages } from "./docker-types.ts";

export interface DockerScene {
  spec: ClusterSpec;
  docker: DockerPlacement;
  /** How the names of all of them begin. */
  prefix: string;
  addresses: DockerAddresses;
  images: PlacedImages;
  /** Bridge form only: the container's ports as they are published. */
  publish: (ports: number[]) => NodeContainer["published"];
}
