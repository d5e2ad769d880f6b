// Images that are to be made anew the next time.
import { DaemonRefusal } from "../daemon/daemon-errors.ts";
import type { Daemon } from "../daemon/daemon.ts";
import { engineRepository } from "./engine-image.ts";
import { imagesOf, splitReference } from "./listed-images.ts";
import { zookeeperRepository } from "./zookeeper-image.ts";

const madeOnTheSpot: readonly string[] = [engineRepository, zookeeperRepository];

/**
 * Removes those of the images that mesos-up makes, and of those that are made on the spot earlier ones too, which would be taken
 * in their place. Others are left alone: they may have come from where this machine no longer reaches. `kept` are those that
 * containers use. @throws MesosUpError DOCKER_UNREACHABLE, DaemonRefusal
 */
export async function forgetImages(
  references: readonly string[],
  daemon: Daemon,
): Promise<{ removed: string[]; kept: string[] }> {
  const found = await Promise.all(references.map((reference) => madeLike(reference, daemon)));
  const removed: string[] = [];
  const kept: string[] = [];
  for (const reference of new Set(found.flat())) {
    const gone = await remove(reference, daemon);
    if (gone !== undefined) (gone ? removed : kept).push(reference);
  }
  return { removed, kept };
}

async function madeLike(reference: string, daemon: Daemon): Promise<string[]> {
  // Podman has a name always begin with a registry's.
  const [repository] = splitReference(reference.replace(/^(localhost|docker\.io)\//, ""));
  if (!repository.startsWith("mesos-up/")) return [];
  if (!madeOnTheSpot.includes(repository)) return [reference];
  return (await imagesOf(daemon, { reference: repository })).map((image) => image.reference);
}

/** Undefined where there was none any more. */
async function remove(reference: string, daemon: Daemon): Promise<boolean | undefined> {
  try {
    return (await daemon.remove(`/images/${reference}`)) || undefined;
  } catch (error) {
    if (error instanceof DaemonRefusal && error.status === 409) return false;
    throw error;
  }
}
