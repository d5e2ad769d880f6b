// Persistent volumes: folders of the agent that outlive their tasks, shown to a task in its sandbox or container
// (docs/persistent-volume.md).
import { existsSync, lstatSync, mkdirSync, readlinkSync, rmSync, symlinkSync } from "node:fs";
import { dirname, join, resolve, sep } from "node:path";
import { MesosUpError } from "../../errors.ts";
import { diskOf, isVolume } from "../../mesos/operations.ts";
import { reservationRole } from "../../mesos/reservations.ts";
import type { Resource, TaskInfo, Volume } from "../../mesos/types.ts";

/** A volume cannot be shown where its task wants it. */
export class VolumeError extends MesosUpError {
  constructor(message: string) {
    super(message, { code: "VOLUME_UNUSABLE", hint: "Give the volume a container_path that is free in the sandbox." });
  }
}

/** The folder of a volume; as in Mesos, the roles in a role's name do not become folders. */
export function volumePath(workDir: string, volume: Resource): string {
  const role = (reservationRole(volume) ?? "*").replaceAll("/", " ");
  return join(workDir, "volumes", "roles", role, diskOf(volume)?.persistence?.id ?? "");
}

export function createVolume(workDir: string, volume: Resource): void {
  mkdirSync(volumePath(workDir, volume), { recursive: true });
}

/** Its content goes with it. */
export function destroyVolume(workDir: string, volume: Resource): void {
  rmSync(volumePath(workDir, volume), { recursive: true, force: true });
}

/** The volumes among resources: their folders, and where in a sandbox they are to appear. */
export function volumesIn(
  workDir: string,
  sandbox: string,
  resources: readonly Resource[] = [],
): { path: string; link: string }[] {
  return resources.filter(isVolume).map((volume) => {
    const link = join(sandbox, diskOf(volume)?.volume?.container_path ?? "");
    return { path: resolve(volumePath(workDir, volume)), link };
  });
}

/** Links a volume into a sandbox. @throws VolumeError if something else is there, or if that is no place in the sandbox */
export function linkVolume(sandbox: string, { path, link }: { path: string; link: string }): void {
  if (!link.startsWith(`${sandbox}${sep}`)) throw new VolumeError(`Container path '${link}' is outside of the sandbox`);
  if (isLinkTo(link, path)) return;
  if (existsSync(link))
    throw new VolumeError(`Failed to symlink persistent volume '${path}' to '${link}': File exists`);
  mkdirSync(dirname(link), { recursive: true });
  symlinkSync(path, link);
}

/** The sandbox keeps no trace of the volume, and the volume stays as it is. */
export function unlinkVolume({ path, link }: { path: string; link: string }): void {
  if (isLinkTo(link, path)) rmSync(link);
}

function isLinkTo(link: string, target: string): boolean {
  try {
    return lstatSync(link).isSymbolicLink() && readlinkSync(link) === target;
  } catch {
    return false; // There is nothing.
  }
}

/** A task with an image sees only what is mounted into its container: its volumes become volumes of the container. */
export function mountVolumes(
  task: TaskInfo,
  { workDir, sandboxDirectory }: { workDir: string; sandboxDirectory: string },
): TaskInfo {
  const { container, resources = [] } = task;
  const volumes = resources.filter(isVolume);
  const hasImage = container?.docker !== undefined || container?.mesos?.image !== undefined;
  if (!container || !hasImage || volumes.length === 0) return task;
  const mounted = volumes.map((volume): Volume => {
    const { container_path: path = "", mode = "RW" } = diskOf(volume)?.volume ?? {};
    const container_path = path.startsWith("/") ? path : join(sandboxDirectory, path);
    return { container_path, host_path: resolve(volumePath(workDir, volume)), mode };
  });
  return { ...task, container: { ...container, volumes: [...(container.volumes ?? []), ...mounted] } };
}
