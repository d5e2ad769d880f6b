// What an agent tells a fresh executor program about the one container it is for: a line of JSON on its standard input.
// From then on the two speak the v1 executor API, so that the executor outlives its agent.
import type { AgentFlags } from "../agent/flags.ts";
import type { ImageConfig } from "./image-store.ts";

/** How tasks are run. */
export type ContainerRuntime = PosixRuntime | DockerRuntime | RuncRuntime;

/** A plain process in a session of its own. */
export interface PosixRuntime {
  kind: "posix";
  /** Set where the task runs as somebody else. */
  user?: { uid: number; gid: number };
}

/** A container of a Docker daemon, or of Podman, through its command-line client. */
export interface DockerRuntime {
  kind: "docker";
  /** The client with the options that come before its command: `docker -H unix:///var/run/docker.sock`. */
  client: string[];
  /** Exists while the container does; the client writes the container's ID there. */
  directory: string;
  /** --docker_stop_timeout; what kill policies and the executor's grace period say comes first. */
  stopTimeoutMs: number;
}

/** A container of our own making: an OCI bundle run by runc, without a daemon. */
export interface RuncRuntime {
  kind: "runc";
  /** What the task asked for: Mesos's two kinds differ in how an image's command, folder and variables are taken. */
  containerType: "DOCKER" | "MESOS";
  program: string;
  /** runc's --root. */
  root: string;
  /** Holds this container's bundle and writable layer; removed after its end. */
  directory: string;
  /** The image's files, shared and not to be written to. */
  imageRootfs: string;
  image: ImageConfig;
  /** Below which a cgroup is made for the container; undefined where this user may not make any. */
  cgroupParent: string | undefined;
  /** What the agent's cgroups and network devices are known by: --cgroups_root. */
  owner: string;
  /** The executor's user is root, so that the kernel gives it overlay mounts, veth pairs and cgroups. */
  asRoot: boolean;
}

export interface ExecutorAssignment {
  agent: { ip: string; port: number; hostname: string; path: string };
  frameworkId: string;
  executorId: string;
  containerId: string;
  sandbox: string;
  /** Where the sandbox appears inside a container with an image: --sandbox_directory. */
  sandboxDirectory: string;
  /** Complete environment of a task that runs without an image; the MESOS_* part alone goes into containers. */
  environment: Record<string, string>;
  /** The executor waits for its agent to come back, instead of ending with it. */
  checkpoint: boolean;
  recoveryTimeoutMs: number;
  shutdownGracePeriodMs: number;
  /** CPUs are a hard limit, not only a share: --cgroups_enable_cfs. */
  enableCfs: boolean;
  runtime: ContainerRuntime;
  /** Set for the default executor, which launches the tasks of groups in containers inside its own. */
  groups?: GroupAssignment;
  /** The program runs this executor beside others: further assignments follow. */
  shared?: boolean;
}

export interface GroupAssignment {
  /** Of the agent: how containers are made, and files fetched. */
  flags: AgentFlags;
  role: string;
  /** Who tasks run as that do not say so themselves. */
  user: string;
  /** Below it lies what belongs to each container inside the executor's. */
  directory: string;
}

/** The name under which Docker, and people, find a task's container. */
export const containerName = (containerId: string): string => `mesos-${containerId}`;
