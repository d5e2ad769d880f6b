// A Mesos agent in a container, which launches its tasks as containers beside its own, through the daemon's socket.
import type { PlanNode } from "../plan-types.ts";
import type { Flags } from "../spec.ts";
import type { DockerScene } from "./docker-scene.ts";
import type { NodeContainer } from "./docker-types.ts";

/** Where the daemon's socket is found inside. */
const SOCKET = "/var/run/docker.sock";

/** What an agent needs to look after processes and cgroups of the machine, short of all privileges. */
const CAPABILITIES = ["CAP_NET_ADMIN", "CAP_SYS_ADMIN", "CAP_SYS_PTRACE"];

/** Flags of agents that only this way of placing them has. */
export function agentFlags({ docker, images }: DockerScene): Flags {
  return {
    // The socket's path inside, which Mesos also takes for its path outside when it starts executors in containers.
    docker_socket: docker.form === "host" ? docker.socket : SOCKET,
    // Executors in containers of their own outlive the agent's container. An agent reaches them on the host's network only.
    docker_mesos_image: docker.form === "host" ? images.mesos.reference : undefined,
  };
}

export function agentContainer(
  { spec, prefix, docker, publish }: DockerScene,
  { name, port, args, directories }: PlanNode,
  ip: string,
): Omit<NodeContainer, "labels"> {
  const onHost = docker.form === "host";
  const privileged = spec.docker?.privileged ?? false;
  const directory = directories.work.slice(0, directories.work.lastIndexOf("/"));
  return {
    name: `${prefix}-${name}`,
    image: "mesos",
    network: onHost ? "host" : "cluster",
    ...(!onHost && { ip }),
    published: publish([port]),
    entrypoint: ["mesos-agent"],
    command: args,
    environment: {},
    mounts: [
      // The daemon takes the path of a sandbox for one of its machine's: it has to be the same inside and outside.
      { kind: "bind", source: directory, path: directory },
      { kind: "bind", source: docker.socket, path: onHost ? docker.socket : SOCKET },
      { kind: "bind", source: "/sys/fs/cgroup", path: "/sys/fs/cgroup" },
    ],
    capabilities: privileged ? [] : CAPABILITIES,
    privileged,
    hostPids: true,
    hostCgroups: docker.cgroups === 2,
    stopTimeoutSecs: 5,
  };
}
