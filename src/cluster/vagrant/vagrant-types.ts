// What a plan says of a cluster on machines of Vagrant's: the Vagrantfile makes machines of this, field by field.

/** By Vagrant's own names. The machines of `docker` are containers, which have neither systemd nor Docker. */
export const VAGRANT_PROVIDERS = ["virtualbox", "libvirt", "parallels", "vmware_desktop", "docker"] as const;
export type VagrantProvider = (typeof VAGRANT_PROVIDERS)[number];

/** What the plan needs to know of the host, found out beforehand by the backend and kept with the cluster's state. */
export interface VagrantPlacement {
  provider: VagrantProvider;
  /** Absolute path of an archive with the embedded engine, to be sent to virtual machines. */
  engineArchive?: string | undefined;
  /** For machines that are containers: their image, and what of the host's they see: images, the engine, node. */
  container?: { image: string; imageStore: string; engine: string; node: string } | undefined;
}

export interface VagrantPlan {
  provider: VagrantProvider;
  box: string;
  boxVersion?: string | undefined;
  /** In the order in which they are to be brought up. */
  machines: PlanMachine[];
}

/** A machine, complete. */
export interface PlanMachine {
  /** `mesos-master`, `mesos-agent`, `mesos-agent-2`, …: also its host name. */
  name: string;
  address: string;
  /** Megabytes. */
  memory: number;
  cpus: number;
  /** Names of the plan's nodes that are on it. */
  nodes: string[];
  /** Files of the host that it is sent before it is provisioned. */
  uploads: { from: string; to: string }[];
  /** Scripts of scripts/provision with their arguments, to be run as root in this order, any number of times. */
  commands: string[][];
  /** Of machines that are containers. */
  container?: MachineContainer | undefined;
}

export interface MachineContainer {
  /** Unique on the daemon. Never begins with `mesos-`, which agents take for their own. */
  name: string;
  image: string;
  /** Without their CAP_ prefix. */
  capabilities: string[];
  securityOptions: string[];
  volumes: string[];
  labels: Record<string, string>;
}
