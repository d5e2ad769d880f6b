// What frameworks find in the data of TASK_RUNNING: the parts of `docker inspect` that they read, for a container of runc.
import type { TaskInfo } from "../../mesos/types.ts";
import { containerName, type ExecutorAssignment } from "../containerizer/assignment.ts";
import { portMappingsOf } from "../containerizer/ports.ts";

/** Base64 of the JSON. */
export function describeContainer(given: {
  task: TaskInfo;
  assignment: ExecutorAssignment;
  pid: number;
  address: string | undefined;
}): string {
  const { task, assignment, pid, address } = given;
  const ports = portMappingsOf(task.container).map(({ container_port, host_port, protocol }) => [
    `${container_port}/${(protocol ?? "tcp").toLowerCase()}`,
    [{ HostIp: assignment.agent.ip, HostPort: String(host_port) }],
  ]);
  const described = {
    Id: assignment.containerId,
    Name: `/${containerName(assignment.containerId)}`,
    State: { Status: "running", Running: true, Pid: pid },
    Config: { Image: task.container?.docker?.image ?? task.container?.mesos?.image?.docker?.name ?? "" },
    HostConfig: { NetworkMode: (task.container?.docker?.network ?? "HOST").toLowerCase() },
    Mounts: [{ Type: "bind", Source: assignment.sandbox, Destination: assignment.sandboxDirectory, RW: true }],
    NetworkSettings: { IPAddress: address ?? "", Ports: Object.fromEntries(ports) as unknown },
  };
  return Buffer.from(JSON.stringify([described])).toString("base64");
}
