// Which program runs a task's container, and what has to be there first: docker's image, or the unpacked one for runc.
import { readFileSync } from "node:fs";
import { basename } from "node:path";
import type { ContainerInfo } from "../../mesos/types.ts";
import type { AgentFlags } from "../agent/flags.ts";
import { containerDirectory, runcRoot } from "../agent/paths.ts";
import type { Clock } from "../common/clock.ts";
import {
  containerName,
  type ContainerRuntime,
  type DockerRuntime,
  type PosixRuntime,
  type RuncRuntime,
} from "./assignment.ts";
import { mayMakeCgroups, removeEmptyCgroups } from "./cgroups.ts";
import { removeContainerDirectory } from "./container-directory.ts";
import type { ContainerNote } from "./container-note.ts";
import { executorContainerName } from "./docker-executor.ts";
import { findProgram } from "./find-program.ts";
import { ImageStore } from "./image-store.ts";
import { CommandFailure, runCommand } from "./run-command.ts";

export interface RuntimesOptions {
  flags: AgentFlags;
  env: NodeJS.ProcessEnv;
  clock: Clock;
  uid: number;
}

export interface PrepareRequest {
  container: ContainerInfo | undefined;
  containerId: string;
  user: string | undefined;
  /** For a container inside another one: where to keep what belongs to it. */
  directory?: string;
}

/** A task, or an executor, is to run as somebody whom the machine does not know. */
export class UserError extends Error {
  constructor(user: string) {
    super(`Failed to chown directory to '${user}': No such user '${user}'`);
    this.name = "UserError";
  }
}

export class Runtimes {
  readonly #options: RuntimesOptions;
  readonly #images: ImageStore;

  constructor(options: RuntimesOptions) {
    this.#options = options;
    this.#images = new ImageStore(imageStoreDirectory(options.flags.docker_registry), options.env);
  }

  /** --docker names runc: containers with images are made here, without a daemon. */
  get usesRunc(): boolean {
    return basename(this.#options.flags.docker) === "runc";
  }

  get dockerSocket(): string {
    return this.#options.flags.docker_socket;
  }

  /** The image that the executor of such a task runs from, in a container of its own; undefined: beside the agent. */
  executorImage(container: ContainerInfo | undefined): string | undefined {
    const { containerizers, docker_mesos_image } = this.#options.flags;
    const inDocker = container?.type === "DOCKER" && containerizers.split(",").includes("docker") && !this.usesRunc;
    return inDocker ? docker_mesos_image : undefined;
  }

  /** The docker client with the options that come before its command. Podman knows no -H, and needs none. */
  get dockerClient(): string[] {
    const { docker, docker_socket } = this.#options.flags;
    return basename(docker).startsWith("podman") ? [docker] : [docker, "-H", `unix://${docker_socket}`];
  }

  /**
   * Makes sure that the container can be started.
   * @throws Error in Mesos's words if no containerizer takes it, or its image cannot be had
   */
  async prepare({ container, containerId, user, directory: given }: PrepareRequest): Promise<ContainerRuntime> {
    const enabled = this.#options.flags.containerizers.split(",");
    const directory = given ?? containerDirectory(this.#options.flags.runtime_dir, containerId);
    const mesosImage = container?.type === "MESOS" ? container.mesos?.image?.docker?.name : undefined;
    if (container?.type === "DOCKER" && enabled.includes("docker")) {
      const image = container.docker?.image ?? "";
      const forcePull = container.docker?.force_pull_image === true;
      if (this.usesRunc) return this.#runc("DOCKER", image, { directory, forcePull });
      await this.#pull(image, forcePull);
      const runtime: DockerRuntime = {
        kind: "docker",
        client: this.dockerClient,
        directory,
        stopTimeoutMs: this.#options.flags.docker_stop_timeout,
      };
      return runtime;
    }
    if (container?.type !== "DOCKER" && enabled.includes("mesos")) {
      if (mesosImage === undefined) return this.#posix(user);
      const provided = this.#options.flags.image_providers?.toLowerCase().split(",") ?? [];
      if (!provided.includes("docker")) throw new Error("Unsupported container image type: DOCKER");
      const forcePull = container?.mesos?.image?.cached === false;
      return this.#runc("MESOS", mesosImage, { directory, forcePull });
    }
    throw new Error(
      `None of the enabled containerizers (${enabled.join(", ")}) could create a container for the provided ` +
        "TaskInfo/ExecutorInfo message",
    );
  }

  /** Removes what is left of a container. `orderly`: its executor said that it had ended. */
  async remove(note: ContainerNote, { orderly }: { orderly: boolean }): Promise<void> {
    const { flags, env, clock } = this.#options;
    const { runtime, containerId } = note;
    if (runtime.kind === "runc" && !orderly) await deleteRunc(runtime, containerId, env);
    if (runtime.kind === "docker") {
      const [program = "docker", ...prefix] = runtime.client;
      const names = [containerName(containerId)];
      if (flags.docker_mesos_image !== undefined) names.push(executorContainerName(containerId));
      const docker = (...args: string[]): Promise<unknown> =>
        runCommand(program, [...prefix, ...args, ...names], { env }).catch(() => {}); // They are not there.
      if (!orderly) await docker("kill");
      clock.after(flags.docker_remove_delay, () => void docker("rm", "--force", "--volumes"));
    }
    await removeContainerDirectory(note.directory ?? containerDirectory(flags.runtime_dir, containerId), env);
  }

  /** Whether docker answers; in the words with which a real agent refuses to start. @throws Error */
  async checkDocker(): Promise<void> {
    const { containerizers } = this.#options.flags;
    if (!containerizers.split(",").includes("docker") || this.usesRunc) return;
    const command = [...this.dockerClient, "ps", "-a"];
    const [program = "docker", ...args] = command;
    try {
      await runCommand(program, args, { env: this.#options.env });
    } catch (error) {
      const reason = error instanceof CommandFailure ? error.shortMessage : (error as Error).message;
      throw new Error(`Collect failed: Failed to run '${command.join(" ")}': ${reason}`, { cause: error });
    }
  }

  /** What is shared by all containers, and needed by none any more. */
  close(): void {
    const { cgroups_hierarchy, cgroups_root } = this.#options.flags;
    removeEmptyCgroups(cgroups_hierarchy, cgroups_root);
  }

  #posix(user: string | undefined): PosixRuntime {
    const { uid, flags } = this.#options;
    if (user === undefined || uid !== 0 || !flags.switch_user) return { kind: "posix" };
    const row = readFileSync("/etc/passwd", "utf8")
      .split("\n")
      .map((line) => line.split(":"))
      .find(([name]) => name === user);
    if (row === undefined) throw new UserError(user);
    const ids = { uid: Number(row[2]), gid: Number(row[3]) };
    return ids.uid === uid ? { kind: "posix" } : { kind: "posix", user: ids };
  }

  async #pull(image: string, force: boolean): Promise<void> {
    const { env } = this.#options;
    const [program = "docker", ...prefix] = this.dockerClient;
    if (!force) {
      const here = await runCommand(program, [...prefix, "image", "inspect", "--format", "{{.Id}}", image], {
        env,
      }).catch(() => undefined);
      if (here !== undefined) return;
    }
    await runCommand(program, [...prefix, "pull", image], { env });
  }

  async #runc(
    containerType: RuncRuntime["containerType"],
    reference: string,
    { directory, forcePull }: { directory: string; forcePull: boolean },
  ): Promise<RuncRuntime> {
    const { flags, env, uid } = this.#options;
    const program = findProgram(this.usesRunc ? flags.docker : "runc", env);
    if (program === undefined) throw new Error(`Failed to find '${this.usesRunc ? flags.docker : "runc"}' on PATH`);
    const image = await this.#images.take(reference, { forcePull });
    return {
      kind: "runc",
      containerType,
      program,
      root: runcRoot(flags.runtime_dir),
      directory,
      imageRootfs: image.rootfs,
      image: image.config,
      cgroupParent: mayMakeCgroups(flags.cgroups_hierarchy, uid) ? flags.cgroups_root : undefined,
      owner: flags.cgroups_root,
      asRoot: uid === 0,
    };
  }
}

/** --docker_registry may be an address, as in Mesos; a folder is the image store itself. */
function imageStoreDirectory(registry: string): string {
  return registry.startsWith("file://") ? registry.slice("file://".length) : registry;
}

async function deleteRunc({ program, root }: RuncRuntime, containerId: string, env: NodeJS.ProcessEnv): Promise<void> {
  // It may never have come to be, or be gone already.
  await runCommand(program, ["--root", root, "delete", "--force", containerId], { env }).catch(() => {});
}
