// Which images a cluster's containers are made of: those that its file names, else what can be had best: from the daemon,
// from a registry, made on the spot.
import type { PlacedImage, PlacedImages } from "../../../cluster/docker/docker-types.ts";
import { DEFAULT_ZOOKEEPER_IMAGE, mesosImage, mirrorImage } from "../../../cluster/docker/placed-images.ts";
import type { ClusterSpec } from "../../../cluster/spec.ts";
import { MesosUpError } from "../../../errors.ts";
import type { Daemon } from "../daemon/daemon.ts";
import type { DaemonFacts } from "../daemon/describe-daemon.ts";
import { engineImage } from "./engine-image.ts";
import { imagesOf } from "./listed-images.ts";
import { ensureMade, hasImage, type MakingOptions } from "./made-image.ts";
import { packageRecipe } from "./package-recipe.ts";
import { zookeeperImage, zookeeperRepository, zookeeperRevision } from "./zookeeper-image.ts";

/** How long a registry may take to be found out of reach, where there is something to do without it. */
const REGISTRY_PATIENCE_MS = 10_000;

export interface ChoiceOptions extends MakingOptions {
  facts: DaemonFacts;
}

/** All that can be at hand is, once this resolves. @throws MesosUpError IMAGE_UNAVAILABLE */
export async function chooseImages(spec: ClusterSpec, options: ChoiceOptions): Promise<PlacedImages> {
  const { images = {} } = spec;
  const zookeeper = images.zookeeper === undefined ? chooseZooKeeper(options) : named(images.zookeeper, options.daemon);
  const mesos = typeof images.mesos === "string" ? named(images.mesos, options.daemon) : chooseMesos(spec, options);
  const wantedMirror = mirrorImage(spec);
  const mirror = wantedMirror && (await named(wantedMirror.reference, options.daemon));
  const [one, other] = await Promise.allSettled([zookeeper, mesos]);
  if (one.status === "rejected") throw one.reason;
  if (other.status === "rejected") throw other.reason;
  return { zookeeper: one.value, mesos: other.value, ...(mirror !== undefined && { mirror }) };
}

async function named(reference: string, daemon: Daemon): Promise<PlacedImage> {
  return { kind: (await hasImage(daemon, reference)) ? "present" : "pull", reference };
}

async function chooseZooKeeper(options: ChoiceOptions): Promise<PlacedImage> {
  const { daemon, signal, progress } = options;
  if (await hasImage(daemon, DEFAULT_ZOOKEEPER_IMAGE, signal)) return present(DEFAULT_ZOOKEEPER_IMAGE);
  const made = await newestZooKeeper(daemon, signal);
  if (made !== undefined) return present(made);
  const refused = await pull(DEFAULT_ZOOKEEPER_IMAGE, options);
  if (refused === undefined) return present(DEFAULT_ZOOKEEPER_IMAGE);
  refuseStrangeMachines("ZooKeeper's image", options, refused);
  progress.note(
    `${DEFAULT_ZOOKEEPER_IMAGE} cannot be pulled; an image of ZooKeeper is made of this machine's packages`,
  );
  const recipe = await zookeeperImage(options);
  await ensureMade(recipe, options);
  return present(recipe.reference);
}

async function chooseMesos(spec: ClusterSpec, options: ChoiceOptions): Promise<PlacedImage> {
  const { daemon, signal, progress, facts } = options;
  if (spec.engine === "embedded") return embedded(options);
  const built = mesosImage(spec, packageRecipe(facts.architecture));
  if (built.kind !== "built" || (await hasImage(daemon, built.reference, signal))) return present(built.reference);
  if (spec.engine === "mesos" || spec.images?.mesos !== undefined) return built;
  const base = built.buildArgs["BASE_IMAGE"] ?? "";
  const refused = (await hasImage(daemon, base, signal)) ? undefined : await pull(base, options);
  if (refused === undefined) return built;
  progress.note(`${base} cannot be pulled, so no image of Mesos can be built; the embedded engine's stands in`);
  return embedded(options);
}

async function embedded(options: ChoiceOptions): Promise<PlacedImage> {
  refuseStrangeMachines("The embedded engine's image", options);
  const recipe = engineImage(options.env);
  await ensureMade(recipe, options);
  return present(recipe.reference);
}

/** Resolves with why it could not be pulled; undefined once the daemon has it. */
async function pull(reference: string, { daemon, signal, progress }: ChoiceOptions): Promise<unknown> {
  const limit = new AbortController();
  const patience = setTimeout(() => limit.abort(new Error("the registry does not answer")), REGISTRY_PATIENCE_MS);
  try {
    await daemon.follow(`/images/create?fromImage=${encodeURIComponent(reference)}`, {
      signal: AbortSignal.any([signal, limit.signal]),
      onMessage: ({ status }) => {
        // It answers: from here on it may take its time.
        clearTimeout(patience);
        progress.progress(`${reference}: ${status ?? "pulling"}`);
      },
    });
    return undefined;
  } catch (error) {
    signal.throwIfAborted();
    return error;
  } finally {
    clearTimeout(patience);
  }
}

/** One that was loaded, made elsewhere, will do; one of another recipe will not. */
async function newestZooKeeper(daemon: Daemon, signal: AbortSignal): Promise<string | undefined> {
  const label = `${zookeeperRevision.name}=${zookeeperRevision.value}`;
  const [latest] = await imagesOf(daemon, { reference: zookeeperRepository, label, signal });
  return latest?.reference;
}

function present(reference: string): PlacedImage {
  return { kind: "present", reference };
}

/** What is made of this machine's programs does not run on a daemon of another architecture. */
function refuseStrangeMachines(what: string, { facts }: ChoiceOptions, cause?: unknown): void {
  const own = process.arch === "x64" ? "amd64" : process.arch;
  if (own === facts.architecture) return;
  throw new MesosUpError(
    `${what} would be made for ${own}, but the Docker daemon's machine is ${facts.architecture}.`,
    {
      code: "IMAGE_UNAVAILABLE",
      hint: "Let the daemon reach a registry, or name images that it has in the cluster file (images: …).",
      ...(cause === undefined ? {} : { cause }),
    },
  );
}
