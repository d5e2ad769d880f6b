// Images of this machine that other machines can be sent: Docker's, or those of the image store.
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { MesosUpError } from "../../errors.ts";
import { findProgram } from "../find-program.ts";
import { ImageStore } from "../local/images/index.ts";
import { isPath } from "../local/images/import-image.ts";
import { runCommand, type CommandOptions } from "../local/kit/command.ts";
import type { PrepareImageOptions } from "../local/prepare-image.ts";

export interface SendableImage {
  reference: string;
  /** Docker's, by which it is seen whether a machine has this very image. */
  id: string;
  description: string;
  /** Gives the path of an archive that `docker load` reads, which is gone afterwards. */
  withArchive: <T>(use: (archive: string) => Promise<T>) => Promise<T>;
}

/**
 * What a user named, if it is here: an archive, or an image of Docker's or of the store's.
 * @throws MesosUpError IMAGE_UNAVAILABLE where an archive cannot be read
 */
export async function imageAtHand(image: string, options: PrepareImageOptions): Promise<SendableImage | undefined> {
  if (isPath(image)) return await fromStore(image, options);
  // Under a digest an image can be saved, but is not found again where it was loaded.
  if (image.includes("@")) return undefined;
  const inDocker = await fromDocker(image, options);
  if (inDocker !== undefined) return inDocker;
  return (await storeOf(options).find(image)) === undefined ? undefined : await fromStore(image, options);
}

/** Made or fetched here; undefined where that cannot be done either. */
export async function imageTaken(image: string, options: PrepareImageOptions): Promise<SendableImage | undefined> {
  return await fromStore(image, options).catch((error: unknown) => {
    if (error instanceof MesosUpError) return undefined;
    throw error;
  });
}

async function fromStore(image: string, options: PrepareImageOptions): Promise<SendableImage> {
  const store = storeOf(options);
  const { reference, description } = await store.take(image);
  const id = await store.dockerId(reference);
  return { reference, id, description, withArchive: (use) => store.withArchive(reference, use) };
}

async function fromDocker(reference: string, { env, context }: PrepareImageOptions) {
  if (findProgram("docker", env) === undefined) return undefined;
  const command: CommandOptions = { environment: env, signal: context.signal };
  const look = ["image", "inspect", "--format", "{{.Id}}", reference];
  const found = await runCommand("docker", look, command).catch(() => undefined);
  context.signal.throwIfAborted();
  if (found === undefined) return undefined;
  return {
    ...{ reference, id: found.stdout.trim(), description: `${reference}, from Docker` },
    async withArchive<T>(use: (archive: string) => Promise<T>): Promise<T> {
      const folder = await mkdtemp(join(tmpdir(), "mesos-up-image-"));
      try {
        const archive = join(folder, "image.tar");
        await runCommand("docker", ["save", "--output", archive, reference], command);
        return await use(archive);
      } finally {
        await rm(folder, { recursive: true, force: true });
      }
    },
  };
}

function storeOf({ env, context }: PrepareImageOptions): ImageStore {
  return new ImageStore({ environment: env, signal: context.signal, progress: context });
}
