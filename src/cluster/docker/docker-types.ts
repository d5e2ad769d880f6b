// What a plan says of a cluster in Docker: its network, volumes, images, and for every node the container it runs in.
// The stacks translate this into resources of Terraform, field by field.

/**
 * `host`: a Docker daemon on this machine, whose networks the machine reaches. Agents run on the host's network, bound to
 * the gateway of the cluster's network: executors in containers of their own reach them there, and outlive them.
 * `bridge`: a daemon in a virtual machine (Docker Desktop), elsewhere, or without root. Every port is published, and a
 * task ends when its agent's container does.
 */
export type DockerForm = "host" | "bridge";

/** What the plan needs to know of the daemon, found out beforehand by the backend and kept with the cluster's state. */
export interface DockerPlacement {
  form: DockerForm;
  /** A /24 or larger that nothing else on the daemon's machine uses, and its first address. */
  network: { subnet: string; gateway: string };
  /** Path of the daemon's socket on the daemon's machine. */
  socket: string;
  /** Bridge form: the address that ports are published on, and the name or address that they are reached at. */
  publish: { bind: string; hostname: string };
  cgroups: 1 | 2;
  /** The daemon is an ordinary user's. */
  rootless?: boolean | undefined;
  images: PlacedImages;
  /** Bridge form: addresses that agents of these names have already; others are given free ones, in order. */
  agents?: Record<string, string>;
}

export interface PlacedImages {
  zookeeper: PlacedImage;
  mesos: PlacedImage;
  /** Only where the spec wants a registry mirror. */
  mirror?: PlacedImage | undefined;
}

/** Where an image comes from: it is there already, it is pulled unless it is there, or it is built. */
export type PlacedImage =
  | { kind: "present" | "pull"; reference: string }
  | {
      kind: "built";
      /** Its tag says what it is built from: a reference that is there already is not built again. */
      reference: string;
      /** Absolute path of the folder with the Dockerfile. */
      context: string;
      /** Relative to `context`. Default: Dockerfile. */
      dockerfile?: string | undefined;
      buildArgs: Record<string, string>;
      /** `linux/amd64` or `linux/arm64`. Default: the daemon's. */
      platform?: string | undefined;
      labels: Record<string, string>;
    };

/** A container, complete. */
export interface NodeContainer {
  /** Unique on the daemon. Never begins with `mesos-`, which agents take for their own. */
  name: string;
  image: keyof PlacedImages;
  /** `host`: the daemon's machine's own network. */
  network: "host" | "cluster";
  /** On the cluster's network. */
  ip?: string | undefined;
  /** Ports of the daemon's machine that lead to the same ports of the container. */
  published: { bind: string; port: number }[];
  /** Absent: the image's own. */
  entrypoint?: string[] | undefined;
  /** Empty: the image's own. */
  command: string[];
  environment: Record<string, string>;
  mounts: ContainerMount[];
  /** With their CAP_ prefix. */
  capabilities: string[];
  privileged: boolean;
  /** Sees the processes of the machine. */
  hostPids: boolean;
  /** Sees the cgroups of the machine under the names that they have there. */
  hostCgroups: boolean;
  healthcheck?: Healthcheck | undefined;
  /** Nothing that comes after it can do without it. */
  waitUntilHealthy?: boolean | undefined;
  /** From the signal to the kill. */
  stopTimeoutSecs: number;
  labels: Record<string, string>;
}

/** A volume by its name, or a path of the daemon's machine, which the daemon makes where it is missing. */
export type ContainerMount =
  { kind: "volume"; volume: string; path: string } | { kind: "bind"; source: string; path: string };

/** Durations as Docker writes them: `5s`. */
export interface Healthcheck {
  test: string[];
  interval: string;
  timeout: string;
  startPeriod: string;
  retries: number;
}

/** The Docker side of a plan, apart from the containers of its nodes. */
export interface DockerPlan {
  form: DockerForm;
  /** How the names of everything that the cluster has in Docker begin, and of nothing else. */
  prefix: string;
  network: { name: string; subnet: string; gateway: string; labels: Record<string, string> };
  volumes: { name: string; labels: Record<string, string> }[];
  images: PlacedImages;
  /** A registry that keeps what it hands on from another one. */
  mirror?: RegistryMirror | undefined;
}

export interface RegistryMirror {
  /** What images are pulled through: `127.0.0.1:5000`. */
  address: string;
  /** What agents are given as --docker_registry. */
  url: string;
  container: NodeContainer;
}
