// A Mesos master in a container of its own address, with its replicated log on a volume that outlives it.
import type { PlanNode } from "../plan-types.ts";
import type { DockerScene } from "./docker-scene.ts";
import type { NodeContainer } from "./docker-types.ts";

/** Where a master keeps everything, inside. */
export const MASTER_DIRECTORY = "/var/lib/mesos";

export function masterContainer(
  { prefix, publish }: DockerScene,
  { name, port, args }: PlanNode,
  ip: string,
): Omit<NodeContainer, "labels"> {
  return {
    name: `${prefix}-${name}`,
    image: "mesos",
    network: "cluster",
    ip,
    published: publish([port]),
    // Images differ in their entrypoint: what is run is the plan's to say.
    entrypoint: ["mesos-master"],
    command: args,
    environment: {},
    mounts: [{ kind: "volume", volume: `${prefix}-${name}`, path: MASTER_DIRECTORY }],
    capabilities: [],
    privileged: false,
    hostPids: false,
    hostCgroups: false,
    // As the first process of its container, a real one does not hear SIGTERM; nothing is lost by a kill.
    stopTimeoutSecs: 2,
  };
}
