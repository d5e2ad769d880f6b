// A Mesos agent in a container, which launches its tasks as containers beside its own, through the daemon's socket.
import { nodeDirectory } from "../machine-nodes.ts";
import { agentNode } from "../mesos-nodes.ts";
import type { PlanNode } from "../plan-types.ts";
import type { AgentSpec, Flags } from "../spec.ts";
import { labelled, published, reachedAt, type DockerScene, type Unlabelled } from "./docker-scene.ts";

/** What an agent needs to look after processes and cgroups of the machine, short of all privileges. */
const CAPABILITIES = ["CAP_NET_ADMIN", "CAP_SYS_ADMIN", "CAP_SYS_PTRACE"];

export interface AgentInDocker {
  name: string;
  agent: AgentSpec;
  /** Among all agents. */
  index: number;
}

export function agentInDocker(scene: DockerScene, { name, agent, index }: AgentInDocker): PlanNode {
  const { prefix, addresses, ports, zkUrl, stateDirectory, mirror } = scene;
  const listensOn = addresses.agents[index] ?? "";
  const { port = 0, tasks } = ports.agents[index] ?? {};
  const directory = nodeDirectory(stateDirectory, name);
  const address = reachedAt(scene, listensOn);
  const where = { name, address, listensOn, port, zkUrl, directory };
  const node = agentNode({
    ...where,
    agent,
    taskPorts: tasks,
    cgroupsRoot: `${prefix}-${name}`,
    containerProgram: "docker",
    imageStore: mirror?.plan.url,
    placed: placedFlags(scene),
  });
  return { ...node, container: labelled(scene, "agent", name, container(scene, node, { listensOn, directory })) };
}

/** Flags of agents that only this way of placing them has. */
function placedFlags({ docker, images }: DockerScene): Flags {
  return {
    // Mesos takes the socket's path for the same inside and outside when it starts executors in containers.
    docker_socket: docker.socket,
    // They outlive the agent's container. An agent reaches them on the host's network only.
    docker_mesos_image: docker.form === "host" ? images.mesos.reference : undefined,
  };
}

function container(
  scene: DockerScene,
  { name, port, program, args }: PlanNode,
  { listensOn, directory }: { listensOn: string; directory: string },
): Unlabelled {
  const { spec, prefix, docker } = scene;
  const onHost = docker.form === "host";
  const privileged = spec.docker?.privileged ?? false;
  return {
    name: `${prefix}-${name}`,
    image: "mesos",
    network: onHost ? "host" : "cluster",
    ...(!onHost && { ip: listensOn }),
    published: published(scene, port),
    entrypoint: [program],
    command: args,
    environment: {},
    mounts: [
      // The daemon takes the path of a sandbox for one of its machine's: it has to be the same inside and outside.
      sameInside(directory),
      sameInside(docker.socket),
      sameInside("/sys/fs/cgroup"),
    ],
    capabilities: privileged ? [] : CAPABILITIES,
    privileged,
    // A daemon without root has no right to show them (mount proc: operation not permitted).
    hostPids: docker.rootless !== true,
    hostCgroups: docker.cgroups === 2,
    stopTimeoutSecs: 5,
  };
}

function sameInside(path: string): Unlabelled["mounts"][number] {
  return { kind: "bind", source: path, path };
}
