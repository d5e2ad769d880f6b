// The commands that run in containers of tasks (LAUNCH_NESTED_CONTAINER_SESSION, docs/nested-container-and-task-group.md),
// by the ID that whoever launched one gave it.
import { join } from "node:path";
import type { CommandInfo, ContainerID, ContainerInfo } from "../../mesos/types.ts";
import { nestedContainersDirectory } from "../agent/paths.ts";
import { readCheckpoint } from "../agent/checkpoint.ts";
import type { Clock } from "../common/clock.ts";
import type { Log } from "../common/log.ts";
import type { ContainerNote } from "../containerizer/container-note.ts";
import { type Runtimes, UserError } from "../containerizer/runtimes.ts";
import { besideContainer } from "./beside-container.ts";
import { Session } from "./session.ts";

export interface SessionsOptions {
  /** The container of an executor. */
  noteOf: (containerId: string) => ContainerNote | undefined;
  runtimes: Pick<Runtimes, "prepare">;
  runtimeDir: string;
  env: NodeJS.ProcessEnv;
  clock: Clock;
  log: Log;
}

/** It cannot be launched; the message is Mesos's. */
export class SessionRefusal extends Error {}

const HEARTBEAT_INTERVAL_MS = 30_000;

const HEARTBEAT = {
  type: "CONTROL" as const,
  control: { type: "HEARTBEAT" as const, heartbeat: { interval: { nanoseconds: HEARTBEAT_INTERVAL_MS * 1e6 } } },
};

/** How many that ended in one container can still be asked about. */
const REMEMBERED = 1000;

/** Those of one executor's container, living and ended, by their whole ID. */
interface OfContainer {
  living: Map<string, Session>;
  ended: Map<string, number>;
}

/** As Mesos writes it: "root.nested.nested". */
export function containerPath({ value, parent }: ContainerID): string {
  return parent === undefined ? value : `${containerPath(parent)}.${value}`;
}

export class Sessions {
  readonly #options: SessionsOptions;
  readonly #containers = new Map<string, OfContainer>();
  /** IDs of those that are being launched. */
  readonly #launching = new Set<string>();

  constructor(options: SessionsOptions) {
    this.#options = options;
  }

  /** Undefined if there is one with that ID. @throws SessionRefusal */
  async launch(
    id: ContainerID & { parent: ContainerID },
    { command, container }: { command: CommandInfo; container: ContainerInfo | undefined },
  ): Promise<Session | undefined> {
    const { log, env } = this.#options;
    const path = containerPath(id);
    const root = rootOf(id);
    this.#requireRoot(root);
    const of = this.#containers.get(root);
    if (of?.living.has(path) === true || of?.ended.has(path) === true || this.#launching.has(path)) return undefined;
    if (container?.type === "DOCKER") throw new SessionRefusal("The provided ContainerInfo is not supported");
    const note = this.#noteOf(id.parent);
    if (note === undefined) throw new SessionRefusal(`Parent container ${containerPath(id.parent)} does not exist`);
    this.#launching.add(path);
    try {
      const user = note.runtime.kind === "posix" ? await this.#userOf(id, command, note) : undefined;
      // It may be gone by now, and nothing would end what is launched in it.
      this.#requireRoot(root);
      const terminal = container?.tty_info !== undefined;
      const runs = complete(command);
      const beside = besideContainer({ note, command: runs, terminal, sessionId: path, user, env });
      log.info(`Launching a command in container ${path}`);
      return this.#take(root, path, new Session({ id: path, beside, terminal }));
    } finally {
      this.#launching.delete(path);
    }
  }

  /** While it runs. */
  find(id: ContainerID): Session | undefined {
    return this.#containers.get(rootOf(id))?.living.get(containerPath(id));
  }

  /** The wait status with which it ends or has ended; undefined if none is known by that ID. */
  wait(id: ContainerID): Promise<number> | undefined {
    const status = this.#containers.get(rootOf(id))?.ended.get(containerPath(id));
    return status === undefined ? this.find(id)?.ended : Promise.resolve(status);
  }

  /** Forgets one that has ended. */
  forget(id: ContainerID): void {
    this.#containers.get(rootOf(id))?.ended.delete(containerPath(id));
  }

  /** Whether there is that container of an executor, or one inside it. */
  hasContainer(id: ContainerID): boolean {
    return this.#options.noteOf(rootOf(id)) !== undefined;
  }

  /** An executor's container is gone, and all in it goes too. */
  containerGone(containerId: string): void {
    for (const session of this.#containers.get(containerId)?.living.values() ?? []) session.kill(9);
    this.#containers.delete(containerId);
  }

  /** Ends all. */
  close(): void {
    for (const containerId of [...this.#containers.keys()]) this.containerGone(containerId);
  }

  #requireRoot(root: string): void {
    if (this.#options.noteOf(root) === undefined) throw new SessionRefusal(`Root container ${root} not found`);
  }

  #take(root: string, path: string, session: Session): Session {
    const { clock, log } = this.#options;
    const of = this.#containers.get(root) ?? { living: new Map<string, Session>(), ended: new Map<string, number>() };
    this.#containers.set(root, of);
    of.living.set(path, session);
    const beats = clock.every(HEARTBEAT_INTERVAL_MS, () => session.heartbeat(HEARTBEAT));
    void session.ended.then((status) => {
      beats.cancel();
      of.living.delete(path);
      of.ended.set(path, status);
      const [oldest] = of.ended.keys();
      if (of.ended.size > REMEMBERED && oldest !== undefined) of.ended.delete(oldest);
      log.info(`The command in container ${path} has ended with wait status ${status}`);
    });
    return session;
  }

  /** Those of a group's tasks lie in notes of their executor's. */
  #noteOf(id: ContainerID): ContainerNote | undefined {
    if (id.parent === undefined) return this.#options.noteOf(id.value);
    const directory = nestedContainersDirectory(this.#options.runtimeDir, rootOf(id));
    return readCheckpoint(join(directory, id.value, "container.json")) as ContainerNote | undefined;
  }

  async #userOf({ value }: ContainerID, { user }: CommandInfo, { sandbox }: ContainerNote) {
    if (user === undefined) return undefined;
    const runtime = await this.#options.runtimes
      .prepare({ container: undefined, containerId: value, user })
      .catch((error: unknown) => {
        if (!(error instanceof UserError)) throw error;
        const nested = join(sandbox, "containers", value);
        throw new SessionRefusal(`Failed to create nested sandbox '${nested}': ${error.message}`);
      });
    return runtime.kind === "posix" ? runtime.user : undefined;
  }
}

function rootOf(id: ContainerID): string {
  return id.parent === undefined ? id.value : rootOf(id.parent);
}

/** What says nothing of what is to run ends as it does in Mesos, whose launcher complains. */
function complete(command: CommandInfo): CommandInfo {
  if (command.value !== undefined) return command;
  const words = command.shell === false ? "Executable path is not specified" : "Shell command is not specified";
  return { ...command, shell: true, value: `echo '${words}' >&2; exit 1` };
}
