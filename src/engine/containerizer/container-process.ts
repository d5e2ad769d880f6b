// What runs in a container with an image: the image's own command, folder and variables, and what the task says instead.
import { MesosUpError } from "../../errors.ts";
import type { TaskInfo } from "../../mesos/types.ts";
import type { ExecutorAssignment, RuncRuntime } from "./assignment.ts";
import { commandOf, containerEnvironment } from "./docker-arguments.ts";
import type { ImageConfig } from "./image-store.ts";

export interface ContainerProcess {
  args: string[];
  cwd: string;
  env: Record<string, string>;
}

export interface ContainerProcessOptions {
  task: TaskInfo;
  assignment: ExecutorAssignment & { runtime: RuncRuntime };
  hostname: string;
  /** Of the container's user. */
  home: string;
}

/** @throws MesosUpError if neither task nor image names a command */
export function containerProcess(options: ContainerProcessOptions): ContainerProcess {
  const { task, assignment } = options;
  const { image, containerType } = assignment.runtime;
  const isDocker = containerType === "DOCKER";
  const args = isDocker ? dockerArgs(task, image) : mesosArgs(task, image);
  if (args.length === 0) {
    throw new MesosUpError("Failed to run container: No command specified", {
      code: "CONTAINER_WITHOUT_COMMAND",
      hint: "The image names no command: give the task one.",
    });
  }
  const asked = task.container?.docker?.parameters?.find(({ key }) => key === "workdir")?.value;
  const cwd = [asked, image.WorkingDir].find((path) => path !== undefined && path !== "");
  return { args, cwd: cwd ?? (isDocker ? "/" : assignment.sandboxDirectory), env: environment(options) };
}

/** As `docker run` takes them: a task's words replace the image's Cmd, a shell also its Entrypoint. */
function dockerArgs(task: TaskInfo, image: ImageConfig): string[] {
  const { entrypoint, args } = commandOf(task.command);
  if (entrypoint !== undefined) return [entrypoint, ...args];
  return [...(image.Entrypoint ?? []), ...(args.length > 0 ? args : (image.Cmd ?? []))];
}

/** As Mesos's containerizer takes them: a task's program replaces all of the image's (docs/container-image.md). */
function mesosArgs({ command }: TaskInfo, image: ImageConfig): string[] {
  const { shell, value, arguments: words = [] } = command ?? {};
  if (value === undefined) return [...(image.Entrypoint ?? []), ...(words.length > 0 ? words : (image.Cmd ?? []))];
  return shell === false ? [value, ...words.slice(1)] : ["/bin/sh", "-c", value];
}

/** The image's variables, those that every container has, and last what Mesos and the task say. */
function environment({ task, assignment, hostname, home }: ContainerProcessOptions): Record<string, string> {
  const { image, containerType } = assignment.runtime;
  const ofImage = (image.Env ?? []).map((entry) => {
    const equals = entry.indexOf("=");
    return equals < 0 ? ([entry, ""] as const) : ([entry.slice(0, equals), entry.slice(equals + 1)] as const);
  });
  const ofExecutor = Object.entries(assignment.environment).filter(([name]) => /^(MESOS|LIBPROCESS)_/.test(name));
  return {
    PATH: "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
    HOSTNAME: hostname,
    HOME: home,
    ...Object.fromEntries(ofImage),
    ...(containerType === "MESOS" ? Object.fromEntries(ofExecutor) : {}),
    ...containerEnvironment(task, assignment),
  };
}
