// A machine that is a container, for Vagrant's docker provider.
import { DOCKER_LABELS, DOCKER_PROJECT } from "../docker/labels.ts";
import { stateHash } from "../machine-nodes.ts";
import type { Placement } from "../plan-types.ts";
import type { ClusterSpec } from "../spec.ts";
import type { MachineContainer, VagrantPlacement } from "./vagrant-types.ts";

/** For containers and network devices inside of the machine; not all of them, which daemons without all refuse to give. */
const CAPABILITIES = ["SYS_ADMIN", "NET_ADMIN", "SYS_PTRACE"];

export function machineContainer(
  machine: string,
  {
    spec,
    placement,
    imageStore,
  }: { spec: ClusterSpec; placement: Placement & { vagrant: VagrantPlacement }; imageStore: string },
): MachineContainer | undefined {
  const { stateDirectory, vagrant } = placement;
  if (vagrant.container === undefined) return undefined;
  return {
    name: `${machinePrefix(spec.name, stateDirectory)}-${machine}`,
    image: vagrant.container.image,
    capabilities: CAPABILITIES,
    securityOptions: ["seccomp=unconfined", "apparmor=unconfined"],
    // What an agent mounts for its tasks has to lie on a file system that may be mounted over another.
    volumes: [
      "/var/local/mesos",
      `${vagrant.container.imageStore}:${imageStore}:ro`,
      `${vagrant.container.engine}:/opt/mesos-up/engine:ro`,
      `${vagrant.container.node}:/usr/local/bin/node:ro`,
    ],
    labels: machineLabels(spec.name, stateDirectory),
  };
}

/** How the names of all machines begin that a cluster has in Docker. */
function machinePrefix(cluster: string, stateDirectory: string): string {
  return `up-${cluster}-${stateHash(stateDirectory)}`;
}

/** By these, not by names, a cluster's machines are found again. */
export function machineLabels(cluster: string, stateDirectory: string): Record<string, string> {
  return {
    [DOCKER_LABELS.project]: DOCKER_PROJECT,
    [DOCKER_LABELS.cluster]: cluster,
    [DOCKER_LABELS.role]: "machine",
    [DOCKER_LABELS.state]: stateDirectory,
  };
}
