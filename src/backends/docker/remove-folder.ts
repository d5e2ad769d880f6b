// Removes the folders of agents on the daemon's machine, which need not be this one, and which they have written to as root.
import { rm } from "node:fs/promises";
import { dirname, join, relative } from "node:path";
import { DOCKER_LABELS, DOCKER_PROJECT } from "../../cluster/docker/labels.ts";
import { MesosUpError } from "../../errors.ts";
import { isLocal } from "./daemon/daemon-address.ts";
import { DaemonRefusal } from "./daemon/daemon-errors.ts";
import type { Daemon } from "./daemon/daemon.ts";

/** Folders above that are empty by then go, too: the daemon makes them for agents on a machine that has none of the cluster's. */
const script = 'rm -rf "$1/nodes" && { rmdir "$1" "${1%/*}" 2>/dev/null || true; }';

/**
 * `folder` is the cluster's. By this user where that will do, else by a container of an image that the daemon has; without one,
 * another machine's are left. @throws MesosUpError FOLDER_NOT_REMOVED; what the file system or the daemon says
 */
export async function removeAgentFolders(folder: string, daemon: Daemon, image: string | undefined): Promise<void> {
  const refused = isLocal(daemon.address) ? await removeHere(join(folder, "nodes")) : undefined;
  if (refused === "gone") return;
  const isGone = image !== undefined && (await removeThere(folder, daemon, image));
  if (!isGone && refused !== undefined) throw refused;
}

/** Why this user cannot, or that it is gone. */
async function removeHere(nodes: string): Promise<Error | "gone"> {
  return await rm(nodes, { recursive: true, force: true }).then(
    () => "gone",
    (error: unknown) => error as Error,
  );
}

/** False where there is neither the folder nor the image: no agent has ever run. */
async function removeThere(folder: string, daemon: Daemon, image: string): Promise<boolean> {
  const project = dirname(dirname(folder));
  const body = {
    Image: image,
    Entrypoint: ["sh", "-c", script, "sh", join("/project", relative(project, folder))],
    Cmd: [],
    Labels: { [DOCKER_LABELS.project]: DOCKER_PROJECT, [DOCKER_LABELS.state]: folder },
    // Not made where it is missing, unlike with Binds.
    HostConfig: { Mounts: [{ Type: "bind", Source: project, Target: "/project" }] },
  };
  const Id = await daemon.json<{ Id: string }>("POST", "/containers/create", { body }).then(
    (created) => created.Id,
    (error: unknown) => (isAbsence(error) ? undefined : Promise.reject(error as Error)),
  );
  if (Id === undefined) return false;
  try {
    await daemon.bytes("POST", `/containers/${Id}/start`);
    const { StatusCode } = await daemon.json<{ StatusCode: number }>("POST", `/containers/${Id}/wait`);
    if (StatusCode !== 0) throw notRemoved(folder);
    return true;
  } finally {
    await daemon.remove(`/containers/${Id}?force=1&v=1`);
  }
}

function isAbsence(error: unknown): boolean {
  return error instanceof DaemonRefusal && (error.status === 404 || /source path does not exist/i.test(error.reason));
}

function notRemoved(folder: string): MesosUpError {
  return new MesosUpError(`The agents' folders in ${folder} on the Docker daemon's machine could not be removed.`, {
    code: "FOLDER_NOT_REMOVED",
    hint: "See there what holds them (`mount`, `lsof`), then run the same `mesos-up down` again, or remove them by hand.",
  });
}
