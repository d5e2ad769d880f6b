// What a cluster file says of a cluster's machines.
import type { VagrantProvider } from "./vagrant-types.ts";

export interface VagrantSpec {
  /** Absent: one that this machine has. */
  provider?: VagrantProvider | undefined;
  box: string;
  /** Absent: the newest. */
  box_version?: string | undefined;
  /** The first three numbers of every address: masters from .10 down, agents from .11 up. */
  network: string;
  masters: MachineSize;
  agents: MachineSize;
}

export interface MachineSize {
  /** Megabytes. */
  memory: number;
  cpus: number;
}

/** There is one for amd64 and arm64, of VirtualBox, libvirt, Parallels and VMware. */
export const DEFAULT_BOX = "bento/ubuntu-24.04";
export const DEFAULT_NETWORK = "192.168.33";
export const DEFAULT_MASTER_SIZE: MachineSize = { memory: 1024, cpus: 1 };
export const DEFAULT_AGENT_SIZE: MachineSize = { memory: 2048, cpus: 2 };

/**
 * What an agent on a machine of that size offers where its resources do not say, as one of Mesos's own would that looks at
 * its machine: every CPU, and what is left of the memory without 1 GB, or half of less than 2 GB (Containerizer::resources in
 * src/slave/containerizer/containerizer.cpp).
 */
export function fittingResources({ memory, cpus }: MachineSize): string {
  return `cpus:${cpus};mem:${memory >= 2048 ? memory - 1024 : Math.floor(memory / 2)}`;
}

export function defaultVagrantSpec(): VagrantSpec {
  return { box: DEFAULT_BOX, network: DEFAULT_NETWORK, masters: DEFAULT_MASTER_SIZE, agents: DEFAULT_AGENT_SIZE };
}
