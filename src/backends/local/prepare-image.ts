// Makes an image one that the cluster's agents can launch: in the image store, and in Docker where Docker runs it.
import { basename } from "node:path";
import type { ClusterPlan } from "../../cluster/plan-types.ts";
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

/** Brings an image of the store to what runs containers for this plan; where that is runc, it is there already. */
export async function offerImage(
  image: StoredImage,
  plan: ClusterPlan,
  { env, context }: PrepareImageOptions,
): Promise<void> {
  const { containerProgram: program } = plan;
  const runtime = program === undefined ? undefined : basename(program);
  if (program === undefined || (runtime !== "docker" && runtime !== "podman")) return;
  await offerToDocker(image, program, { env, context });
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
