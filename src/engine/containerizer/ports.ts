// Port mappings of a task's container.
import type { ContainerInfo, PortMapping, TaskInfo } from "../../mesos/types.ts";

/** The mappings of a container, wherever its type of network keeps them. */
export function portMappingsOf(container: ContainerInfo | undefined): PortMapping[] {
  const inNetworks = (container?.network_infos ?? []).flatMap((network) => network.port_mappings ?? []);
  return [...(container?.docker?.port_mappings ?? []), ...inNetworks];
}

/** The host's port that leads to a port of the container; the same number where none is mapped. */
export function publishedPort(task: TaskInfo, containerPort: number): number {
  const mapping = portMappingsOf(task.container).find((one) => one.container_port === containerPort);
  return mapping?.host_port ?? containerPort;
}
