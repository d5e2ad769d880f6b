// The command line of `docker run` for a task, as Mesos's docker containerizer makes it (src/docker/docker.cpp).
import { scalarOf } from "../../mesos/resources.ts";
import type { CommandInfo, ContainerInfo, TaskInfo, Volume } from "../../mesos/types.ts";
import { containerName, type ExecutorAssignment } from "./assignment.ts";
import { portMappingsOf } from "./ports.ts";

const CPU_SHARES_PER_CPU = 1024;
const MIN_CPU_SHARES = 2;
const CFS_PERIOD_US = 100_000;
const MIN_MEMORY_BYTES = 32 * 2 ** 20;
const MEGABYTE = 2 ** 20;

/** What a container may use, from a task's resources: in Mesos's words, so that Docker and runc give the same. */
export function limitsOf(
  task: Pick<TaskInfo, "resources">,
  enableCfs: boolean,
): { cpuShares?: number; cpuQuotaUs?: number; memoryBytes?: number } {
  const cpus = scalarOf(task.resources ?? [], "cpus");
  const memory = scalarOf(task.resources ?? [], "mem");
  return {
    ...(cpus > 0 ? { cpuShares: Math.max(Math.floor(cpus * CPU_SHARES_PER_CPU), MIN_CPU_SHARES) } : {}),
    ...(cpus > 0 && enableCfs ? { cpuQuotaUs: Math.floor(cpus * CFS_PERIOD_US) } : {}),
    ...(memory > 0 ? { memoryBytes: Math.max(memory * MEGABYTE, MIN_MEMORY_BYTES) } : {}),
  };
}

/** Variables that every task in a container with an image gets, its own winning over the agent's. */
export function containerEnvironment(task: TaskInfo, assignment: ExecutorAssignment): Record<string, string> {
  const own = (task.command?.environment?.variables ?? []).map(({ name, value }) => [name, value ?? ""] as const);
  return {
    MESOS_SANDBOX: assignment.sandboxDirectory,
    MESOS_CONTAINER_NAME: containerName(assignment.containerId),
    ...Object.fromEntries(own),
  };
}

/** What follows the image on the command line, and what replaces its entry point. */
export function commandOf(command: CommandInfo | undefined): { entrypoint: string | undefined; args: string[] } {
  if (command === undefined) return { entrypoint: undefined, args: [] };
  if (command.shell !== false) {
    return command.value === undefined
      ? { entrypoint: undefined, args: [] }
      : { entrypoint: "/bin/sh", args: ["-c", command.value] };
  }
  return {
    entrypoint: undefined,
    args: [...(command.value === undefined ? [] : [command.value]), ...(command.arguments ?? [])],
  };
}

/** "source:target" of a volume; relative sources lie in the sandbox. */
export function volumeText(volume: Volume, sandbox: string): string {
  const { host_path: source, container_path: target, mode } = volume;
  if (source === undefined) return target;
  return `${source.startsWith("/") ? source : `${sandbox}/${source}`}:${target}:${mode.toLowerCase()}`;
}

export interface DockerRun {
  task: TaskInfo;
  assignment: ExecutorAssignment;
  /** The client writes the container's ID there once there is one. */
  cidFile: string;
}

export function dockerRunArguments({ task, assignment, cidFile }: DockerRun): string[] {
  const container: ContainerInfo = task.container ?? { type: "DOCKER" };
  const docker = container.docker ?? { image: "" };
  const { cpuShares, cpuQuotaUs, memoryBytes } = limitsOf(task, assignment.enableCfs);
  const { entrypoint, args } = commandOf(task.command);
  const volumes = (container.volumes ?? []).map((volume) => volumeText(volume, assignment.sandbox));
  // Mesos publishes on all addresses; an agent that is not to be reached from elsewhere has tasks that are not either.
  const address = assignment.agent.ip.startsWith("127.") ? `${assignment.agent.ip}:` : "";
  const portArguments = portMappingsOf(container).map(
    ({ host_port, container_port, protocol }) =>
      `${address}${host_port}:${container_port}${protocol ? `/${protocol.toLowerCase()}` : ""}`,
  );
  return [
    "run",
    "--cidfile",
    cidFile,
    ...(docker.privileged === true ? ["--privileged"] : []),
    ...(cpuShares === undefined ? [] : ["--cpu-shares", String(cpuShares)]),
    ...(cpuQuotaUs === undefined ? [] : ["--cpu-quota", String(cpuQuotaUs)]),
    ...(memoryBytes === undefined ? [] : ["--memory", String(memoryBytes)]),
    ...Object.entries(containerEnvironment(task, assignment)).flatMap(([name, value]) => ["-e", `${name}=${value}`]),
    ...[...volumes, `${assignment.sandbox}:${assignment.sandboxDirectory}`].flatMap((volume) => ["-v", volume]),
    "--net",
    networkOf(container),
    ...(container.hostname === undefined ? [] : ["--hostname", container.hostname]),
    ...portArguments.flatMap((port) => ["-p", port]),
    ...(docker.parameters ?? []).map(({ key, value }) => `--${key}=${value}`),
    ...(entrypoint === undefined ? [] : ["--entrypoint", entrypoint]),
    "--label",
    `MESOS_TASK_ID=${task.task_id.value}`,
    "--name",
    containerName(assignment.containerId),
    docker.image,
    ...args,
  ];
}

function networkOf(container: ContainerInfo): string {
  const kind = container.docker?.network ?? "HOST";
  if (kind === "USER") return container.network_infos?.[0]?.name ?? "bridge";
  return kind.toLowerCase();
}
