// Makes an image one that the cluster's agents can launch: in the image store, and in Docker where Docker runs it.
import { basename } from "node:path";
import type { ClusterPlan } from "../../cluster/plan-types.ts";
import { MesosUpError } from "../../errors.ts";
import type { StepContext } from "../../progress/events.ts";
import { dockerSocket } from "./container-runtime.ts";
import { ImageStore, type StoredImage } from "./images/index.ts";

export interface PrepareImageOptions {
  env: NodeJS.ProcessEnv;
  context: StepContext;
}

/**
 * Takes an image by a name in the store, in Docker or in a registry, or out of an archive.
 * @throws MesosUpError IMAGE_UNAVAILABLE
 */
export function takeImage(image: string, { env, context }: PrepareImageOptions): Promise<StoredImage> {
  return new ImageStore({ environment: env, signal: context.signal, progress: context }).take(image);
}

/**
 * Brings an image of the store to what runs containers for this plan; where that is runc, it is there already.
 * @throws MesosUpError CONTAINER_RUNTIME_MISSING where no agent of the plan can run an image
 */
export async function offerImage(
  image: StoredImage,
  plan: ClusterPlan,
  { env, context }: PrepareImageOptions,
): Promise<void> {
  const { containerProgram: program } = plan;
  if (program === undefined) {
    refuseImages(plan);
    return;
  }
  if (!["docker", "podman"].includes(basename(program))) return;
  await offerToDocker(image, program, { env, context });
}

/** A real agent whose Mesos containerizer runs images has been told so with a flag. */
function refuseImages({ name, nodes }: ClusterPlan): void {
  if (nodes.some(({ args }) => args.some((arg) => arg.startsWith("--image_providers")))) return;
  throw new MesosUpError(
    `No agent of the cluster ${name} can run an image: a real Mesos has Docker or Podman do that.`,
    {
      code: "CONTAINER_RUNTIME_MISSING",
      hint: "Bring the cluster up anew where one of them works, and without `--containers runc`; or with `engine: embedded`, whose agents run images by runc too.",
    },
  );
}

/** `program` is `docker` or `podman`, or the path of one. True if it did not have the image yet. */
export async function offerToDocker(
  image: StoredImage,
  program: string,
  { env, context }: PrepareImageOptions,
): Promise<boolean> {
  const socket = basename(program) === "docker" ? dockerSocket(env) : undefined;
  const store = new ImageStore({ environment: env, signal: context.signal, progress: context });
  return await store.loadIntoDocker(image.reference, { program, ...(socket === undefined ? {} : { socket }) });
}
