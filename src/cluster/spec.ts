// What a cluster is, as checked and completed from a cluster file (docs/cluster-file.md): field by field the file's own
// names. The schema that makes it is in cluster-schema.ts, apart, so that the default cluster needs no parser to be had.
import { ConfigError } from "../errors.ts";
import type { VagrantSpec } from "./vagrant/vagrant-spec.ts";

/** A flag of a Mesos program: `false` stands for `--no-name`. */
export type FlagValue = string | number | boolean;
/** Flags by name, put over those that the plan gives; undefined takes one of the plan's away. */
export type Flags = Record<string, FlagValue | undefined>;

export interface ClusterSpec {
  /** Lower-case letters, digits and dashes, 40 at most. */
  name: string;
  backend: "local" | "docker" | "vagrant";
  /** `auto`: the real Mesos where it is installed, else the embedded engine. */
  engine: "auto" | "embedded" | "mesos";
  /** IPv4 address that everything listens on. */
  bind: string;
  zookeeper: ZookeeperSpec;
  masters: MastersSpec;
  /** At least one; each stands for `count` agents. */
  agents: AgentSpec[];
  /** What the programs come in, where they run in containers; what is absent is chosen where the cluster is placed. */
  images?: ImagesSpec | undefined;
  /** Of the Docker backend. */
  docker?: DockerSpec | undefined;
  /** Of the Vagrant backend. */
  vagrant?: VagrantSpec | undefined;
}

export interface ImagesSpec {
  /** A reference, as in `zookeeper:3.9`. */
  zookeeper?: string | undefined;
  /** A reference, or what to build an image from. */
  mesos?: string | MesosPackageSpec | undefined;
  /** A reference: the image of the registry mirror. */
  mirror?: string | undefined;
}

/** A package of Mesos and the image that it is installed in. */
export interface MesosPackageSpec {
  /** Address of a .deb file. */
  package?: string | undefined;
  /** SHA-256 of that file, in hexadecimal. */
  sha256?: string | undefined;
  version?: string | undefined;
  /** A reference, as in `ubuntu:24.04`. */
  base?: string | undefined;
}

export interface DockerSpec {
  /** Of the cluster's network, as in `172.30.0.0/24`; absent: one that is free. */
  subnet?: string | undefined;
  /** Agents have every privilege instead of the few that they need. */
  privileged: boolean;
  registry_mirror?: { remote: string; port?: number | undefined } | undefined;
}

export interface ZookeeperSpec {
  servers: 1 | 3 | 5;
  /** Client port of the first server, the others follow; absent: chosen by the plan. */
  port?: number | undefined;
  /** Where masters meet, as in zk://host:port/mesos. */
  path: string;
}

export interface MastersSpec {
  count: 1 | 3 | 5;
  /** Port of the first master, the others follow; absent: chosen by the plan. */
  port?: number | undefined;
  /** More than half of `count`. */
  quorum: number;
  flags: Flags;
}

export interface AgentSpec {
  /** Absent: agent-1, agent-2, …; with a `count` above 1 it is followed by -1, -2, …. */
  name?: string | undefined;
  count: number;
  /** The text of --attributes, possibly empty. */
  attributes: string;
  /** The text of --resources, possibly empty; the plan adds what it leaves out. */
  resources: string;
  /** Port of the first agent, the others follow; absent: chosen by the plan. */
  port?: number | undefined;
  /** Where a container finds its sandbox. */
  sandbox_directory: string;
  containerizers: ("docker" | "mesos")[];
  flags: Flags;
}

/** All agents of a cluster together; the ports of a plan are laid out for these. */
export const MAX_AGENTS = 100;

export const DEFAULT_NAME = "demo";
export const DEFAULT_BIND = "127.0.0.1";
export const DEFAULT_ZOOKEEPER_PATH = "/mesos";
export const DEFAULT_ATTRIBUTES = "rack:r2d2;pod:demo,dev";
/**
 * What an agent offers of whatever its resources leave out, ports aside, so that none offers what this machine happens to
 * have. On a machine of its own that is what fits it.
 */
export const DEFAULT_RESOURCES = "cpus:4;mem:4096;disk:10000";
export const DEFAULT_SANDBOX_DIRECTORY = "/var/local/sandbox";
export const DEFAULT_MIRROR_REMOTE = "https://registry-1.docker.io";

/** The cluster of an empty file: one ZooKeeper server, one master, one agent. */
export function defaultClusterSpec(): ClusterSpec {
  return {
    name: DEFAULT_NAME,
    backend: "local",
    engine: "auto",
    bind: DEFAULT_BIND,
    zookeeper: { servers: 1, path: DEFAULT_ZOOKEEPER_PATH },
    masters: { count: 1, quorum: 1, flags: {} },
    agents: [
      {
        count: 1,
        attributes: DEFAULT_ATTRIBUTES,
        resources: "",
        sandbox_directory: DEFAULT_SANDBOX_DIRECTORY,
        containerizers: ["docker", "mesos"],
        flags: {},
      },
    ],
  };
}

/** Of clusters and of agents. */
export const NAME_PATTERN = /^[a-z0-9]([a-z0-9-]{0,38}[a-z0-9])?$/;
export const NAME_RULE = "must be lower-case letters, digits and dashes between them, 40 characters at most";

/**
 * The spec with what a command line says put over it.
 * @throws ConfigError CLUSTER_NAME_INVALID
 */
export function overrideSpec(
  spec: ClusterSpec,
  over: { name?: string | undefined; backend?: ClusterSpec["backend"] | undefined },
): ClusterSpec {
  const name = over.name ?? spec.name;
  if (!NAME_PATTERN.test(name)) {
    throw new ConfigError(`The cluster name "${name}" ${NAME_RULE}.`, {
      code: "CLUSTER_NAME_INVALID",
      hint: "Choose a name such as demo or my-cluster-2.",
    });
  }
  return { ...spec, name, backend: over.backend ?? spec.backend };
}

/** The smallest number of masters that is more than half of them. */
export function majority(count: number): number {
  return Math.floor(count / 2) + 1;
}

/** The names of all agents, one list an entry of `agents`. */
export function agentNames(agents: readonly Pick<AgentSpec, "name" | "count">[]): string[][] {
  let ordinal = 0;
  return agents.map(({ name, count }) =>
    Array.from({ length: count }, (_, i) => {
      ordinal++;
      if (name === undefined) return `agent-${ordinal}`;
      return count === 1 ? name : `${name}-${i + 1}`;
    }),
  );
}
