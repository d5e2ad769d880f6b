// The images that clusters in Docker are made of, as `mesos-up images` shows, makes and moves them.
import { createReadStream, createWriteStream, existsSync } from "node:fs";
import { rm } from "node:fs/promises";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { mesosImage } from "../../../cluster/docker/placed-images.ts";
import type { PlacedImage } from "../../../cluster/docker/docker-types.ts";
import type { ClusterSpec } from "../../../cluster/spec.ts";
import { MesosUpError } from "../../../errors.ts";
import type { StepContext } from "../../../progress/events.ts";
import { offerToDocker, takeImage } from "../../local/prepare-image.ts";
import { daemonAddress } from "../daemon/daemon-address.ts";
import { DaemonRefusal } from "../daemon/daemon-errors.ts";
import { Daemon } from "../daemon/daemon.ts";
import { diskFull, oneLine } from "../daemon/known-failures.ts";
import { describeDaemon } from "../daemon/describe-daemon.ts";
import { engineImage } from "./engine-image.ts";
import { imagesOf } from "./listed-images.ts";
import { ensureMade } from "./made-image.ts";
import { packageRecipe } from "./package-recipe.ts";
import { zookeeperImage } from "./zookeeper-image.ts";

export const IMAGE_KINDS = ["engine", "zookeeper", "nginx", "mesos"] as const;
export type ImageKind = (typeof IMAGE_KINDS)[number];

/** Those that are made without any registry. */
export const MADE_ON_THE_SPOT: readonly ImageKind[] = ["engine", "zookeeper", "nginx"];

const NGINX = "mesos-up/nginx:local";

export interface ShelfOptions {
  env: NodeJS.ProcessEnv;
  context: StepContext;
}

export interface ShelvedImage {
  reference: string;
  /** Megabytes. */
  size: number;
  /** ISO 8601 */
  created: string;
}

/** What the daemon has of ours, newest first. */
export async function listImages({ env, context }: ShelfOptions): Promise<ShelvedImage[]> {
  const found = await imagesOf(daemonOf(env), { reference: "mesos-up/*", signal: context.signal });
  return found.map(({ reference, bytes, createdAtMs }) => ({
    reference,
    size: Math.round(bytes / 1e6),
    created: new Date(createdAtMs).toISOString(),
  }));
}

/** Makes the daemon have it; resolves with its name, and whether it had to be made. */
export async function buildImage(
  kind: ImageKind,
  spec: ClusterSpec,
  { env, context }: ShelfOptions,
): Promise<{ reference: string; made: boolean }> {
  const daemon = daemonOf(env);
  const { signal } = context;
  const making = { daemon, env, signal, progress: context };
  if (kind === "nginx") {
    const image = await takeImage(NGINX, { env, context });
    return { reference: NGINX, made: await offerToDocker(image, "docker", { env, context }) };
  }
  if (kind === "mesos") return await buildMesos(spec, daemon, context);
  const recipe = kind === "engine" ? engineImage(env) : await zookeeperImage(making);
  return { reference: recipe.reference, made: await ensureMade(recipe, making) };
}

/** Reads images out of an archive; resolves with their names. @throws MesosUpError IMAGE_ARCHIVE_UNUSABLE */
export async function loadImages(archive: string, { env, context }: ShelfOptions): Promise<string[]> {
  const names: string[] = [];
  if (!existsSync(archive)) throw unusable(archive, "read", new Error("there is no such file."));
  try {
    await daemonOf(env).follow("/images/load?quiet=1", {
      body: createReadStream(archive),
      signal: context.signal,
      onMessage: ({ stream = "" }) => {
        const name = /^Loaded image(?: ID)?: (.*)$/m.exec(stream)?.[1];
        if (name !== undefined) names.push(name);
      },
    });
  } catch (error) {
    context.signal.throwIfAborted();
    if (error instanceof MesosUpError && !isRefusedContent(error) && error.cause === undefined) throw error;
    throw unusable(archive, "read", error);
  }
  if (names.length === 0) throw unusable(archive, "read", new Error("it holds no image."));
  return names;
}

/** Writes images into an archive. @throws MesosUpError IMAGE_ARCHIVE_UNUSABLE, IMAGE_UNAVAILABLE */
export async function saveImages(references: string[], archive: string, { env, context }: ShelfOptions): Promise<void> {
  const daemon = daemonOf(env);
  for (const reference of references)
    if ((await daemon.find(`/images/${reference}/json`)) === undefined) throw missing(reference);
  const query = references.map((name) => `names=${encodeURIComponent(name)}`).join("&");
  const content = await daemon.stream("GET", `/images/get?${query}`, { signal: context.signal });
  try {
    await pipeline(content, createWriteStream(archive), { signal: context.signal });
  } catch (error) {
    await rm(archive, { force: true });
    context.signal.throwIfAborted();
    throw unusable(archive, "written", error);
  }
}

/** The daemon's own builder; what Terraform builds under that name is the same. */
async function buildMesos(spec: ClusterSpec, daemon: Daemon, context: StepContext) {
  const { signal } = context;
  const { architecture } = await describeDaemon(daemon, signal);
  const image: PlacedImage = mesosImage({ images: { mesos: packageOf(spec) } }, packageRecipe(architecture));
  if (image.kind !== "built") throw new Error("a package is always built from");
  const { reference, context: folder, buildArgs, platform } = image;
  if ((await daemon.find(`/images/${reference}/json`, { signal })) !== undefined) return { reference, made: false };
  const { create } = await import("tar");
  const query = new URLSearchParams({ t: reference, buildargs: JSON.stringify(buildArgs), rm: "1" });
  if (platform !== undefined) query.set("platform", platform);
  try {
    await daemon.follow(`/build?${query.toString()}`, {
      body: Readable.from(create({ cwd: folder, portable: true }, ["Dockerfile"])),
      signal,
      onMessage: ({ stream = "" }) => {
        const [line] = stream.trim().split("\n").slice(-1);
        if (line) context.progress(line);
      },
    });
  } catch (error) {
    if (error instanceof DaemonRefusal && error.code === "DOCKER_REFUSED") throw notBuilt(error);
    throw error;
  }
  return { reference, made: true };
}

function packageOf({ images }: ClusterSpec) {
  return typeof images?.mesos === "object" ? images.mesos : {};
}

function daemonOf(env: NodeJS.ProcessEnv): Daemon {
  return new Daemon(daemonAddress(env));
}

function missing(reference: string): MesosUpError {
  return new MesosUpError(`The Docker daemon has no image ${reference}.`, {
    code: "IMAGE_UNAVAILABLE",
    hint: "`mesos-up images list` shows what it has of ours; `mesos-up images build` makes what is missing.",
  });
}

/** What it was given is not to the daemon's liking, rather than that it has no room for it. */
function isRefusedContent(error: unknown): error is DaemonRefusal {
  return error instanceof DaemonRefusal && error.code !== diskFull.code;
}

function notBuilt(error: DaemonRefusal): MesosUpError {
  return new MesosUpError(`The image of Mesos cannot be built: ${oneLine(error.reason)}.`, {
    code: "IMAGE_NOT_BUILT",
    hint: "Check that the daemon reaches the base image's registry and the package's address (images: mesos: in the cluster file).",
    cause: error,
  });
}

function unusable(archive: string, done: "read" | "written", error: unknown): MesosUpError {
  return new MesosUpError(`${archive} cannot be ${done}: ${error instanceof Error ? error.message : String(error)}`, {
    code: "IMAGE_ARCHIVE_UNUSABLE",
    hint:
      done === "read"
        ? "Name an archive that `images save` or `docker save` wrote."
        : "Name a file that you may write, on a disk with room.",
    cause: error,
  });
}
