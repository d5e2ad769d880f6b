// An image that is made on the spot: where it is not there yet its files are put together and given to the daemon.
import { createReadStream } from "node:fs";
import { mkdir, mkdtemp, rm } from "node:fs/promises";
import { join } from "node:path";
import { describeMachine, defaultCacheDirectory, type Machine } from "../../local/kit/machine.ts";
import { resolveRuntime } from "../../local/kit/runtime.ts";
import type { KitProgress } from "../../local/kit/fetch-packages.ts";
import type { ProgramName } from "../../local/kit/recipes.ts";
import type { Daemon } from "../daemon/daemon.ts";
import { imagesOf, splitReference } from "./listed-images.ts";
import { RootFolder } from "./root-folder.ts";

/** Nobody waits that long between the choice of an image and the container that is made of it. */
const LONG_AGO_MS = 3_600_000;

export interface MakingOptions {
  daemon: Daemon;
  env: NodeJS.ProcessEnv;
  signal: AbortSignal;
  progress: KitProgress;
}

export interface ImageRecipe {
  /** repository:tag; the tag identifies all that the image is made of. */
  reference: string;
  /** For people: "ZooKeeper 3.8.0 on Java 17.0.21". */
  title: string;
  fill(root: RootFolder, machine: Machine): Promise<void>;
  /** Instructions of a Dockerfile: CMD, ENTRYPOINT, ENV, EXPOSE. */
  changes: string[];
}

/** Makes the daemon have the image; true if it had to be made. @throws what the daemon, the kit or the file system says */
export async function ensureMade(recipe: ImageRecipe, options: MakingOptions): Promise<boolean> {
  const { daemon, env, signal, progress } = options;
  if (await hasImage(daemon, recipe.reference, signal)) return false;
  progress.progress(`making the image of ${recipe.title}`);
  const machine = describeMachine(env);
  const parent = join(defaultCacheDirectory(env), "docker-images");
  await mkdir(parent, { recursive: true });
  const work = await mkdtemp(join(parent, "making-"));
  try {
    const root = new RootFolder(join(work, "root"), { environment: machine.environment, signal });
    await root.addBasics();
    await root.addShell(await busyboxOf(options));
    await recipe.fill(root, machine);
    await importLayer(await root.pack(), recipe, options);
    await removeOlder(daemon, recipe.reference);
    return true;
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}

export async function hasImage(daemon: Daemon, reference: string, signal?: AbortSignal): Promise<boolean> {
  return (await daemon.find(`/images/${reference}/json`, { signal })) !== undefined;
}

/**
 * Images that the recipe made before, and that no container uses: the daemon keeps those that one does. Podman puts a host before.
 * One that is quite new may be another mesos-up's, whose containers are just about to be made of it.
 */
async function removeOlder(daemon: Daemon, reference: string): Promise<void> {
  const [repository] = splitReference(reference);
  const images = await imagesOf(daemon, { reference: repository });
  const long = Date.now() - LONG_AGO_MS;
  const older = images.filter((image) => !image.reference.endsWith(reference) && image.createdAtMs < long);
  await Promise.all(older.map((image) => daemon.remove(`/images/${image.reference}`).catch(() => false)));
}

async function importLayer(archive: string, { reference, changes, title }: ImageRecipe, options: MakingOptions) {
  const { daemon, signal } = options;
  const [repo, tag] = splitReference(reference);
  const query = new URLSearchParams({ fromSrc: "-", repo, tag, message: title });
  for (const change of [...changes, `LABEL org.opencontainers.image.title="${title}"`]) query.append("changes", change);
  let id = "";
  await daemon.follow(`/images/create?${query.toString()}`, {
    body: createReadStream(archive),
    signal,
    onMessage: ({ status = "" }) => void (id = status.startsWith("sha256:") ? status : id),
  });
  // Podman does not heed the tag.
  const name = new URLSearchParams({ repo, tag }).toString();
  if (id !== "") await daemon.bytes("POST", `/images/${id}/tag?${name}`, { signal });
}

/** The program itself: what a kit names is a script that starts it. */
async function busyboxOf({ env, signal, progress }: MakingOptions): Promise<string> {
  const need: ProgramName[] = ["busybox"];
  const { programs } = await resolveRuntime({ need, environment: env, signal, progress });
  const { path = "", from } = programs.busybox ?? {};
  return from === "kit" ? join(path, "../../root/bin/busybox") : path;
}
