// The image store in the cache: an OCI layout, and the file systems unpacked from it. Agents read it (their --docker_registry)
// and this fills it.
//   <cache>/images/{oci/,unpacked/<manifest digest>/{rootfs/,config.json}}
import { randomUUID } from "node:crypto";
import { existsSync } from "node:fs";
import { mkdir, rename, rm } from "node:fs/promises";
import { basename, join } from "node:path";
import { MesosUpError } from "../../../errors.ts";
import { runCommand } from "../kit/command.ts";
import type { KitProgress } from "../kit/fetch-packages.ts";
import { DAY_MS, forgetUnused, pathsIn } from "../kit/forget.ts";
import { cacheError } from "../kit/kit-errors.ts";
import { withLock } from "../kit/lock.ts";
import { findInFolders } from "../../find-program.ts";
import { defaultCacheDirectory, describeMachine, type Machine } from "../kit/machine.ts";
import type { ProgramName } from "../kit/recipes.ts";
import { resolveRuntime } from "../kit/runtime.ts";
import { comparedWithDocker, loadArchive } from "./docker-image.ts";
import { importArchive, importByReference, isPath } from "./import-image.ts";
import {
  adoptImage,
  type Descriptor,
  findImage,
  hexOf,
  readConfig,
  readConfigDigest,
  referenceAnnotation,
  usedDigests,
} from "./layout.ts";
import { dockerSocket } from "../container-runtime.ts";
import { makeNginxImage, nginxRevision } from "./nginx-image.ts";

export interface ImageStoreOptions {
  environment: NodeJS.ProcessEnv;
  signal: AbortSignal;
  /** By default $XDG_CACHE_HOME/mesos-up. */
  cacheDirectory?: string;
  machine?: Machine;
  progress?: KitProgress;
}

export interface StoredImage {
  reference: string;
  /** Hexadecimal digits of the manifest's SHA-256. */
  digest: string;
  /** For people: "nginx 1.22.1-9+deb12u10, Debian GNU/Linux 12 (bookworm)". */
  description: string;
  /** An OCI runtime bundle. */
  bundle: string;
}

/** What the demo runs. */
export const nginxReference = "mesos-up/nginx:local";

const descriptionAnnotation = "org.mesos-up.description";
const recipeAnnotation = "org.mesos-up.recipe";

const archivePrefix = ".archive-";

export class ImageStore {
  /** What an agent's --docker_registry takes. */
  readonly directory: string;
  readonly #cacheDirectory: string;
  readonly #options: ImageStoreOptions;

  constructor(options: ImageStoreOptions) {
    this.#options = options;
    this.#cacheDirectory = options.cacheDirectory ?? defaultCacheDirectory(options.environment);
    this.directory = join(this.#cacheDirectory, "images");
  }

  /** The nginx that is made of this distribution's packages, unpacked; made on first use. */
  async ensureNginx(): Promise<StoredImage> {
    const recipe = `${nginxRevision} ${process.arch}`;
    const known = () => {
      const found = findImage(this.#layout, nginxReference);
      return found?.annotations?.[recipeAnnotation] === recipe ? found : undefined;
    };
    const found =
      known() ?? (await this.#exclusively(async (staging) => known() ?? (await this.#addNginx(staging, recipe))));
    return this.#stored(found, nginxReference);
  }

  /** The image under a name that it has in the store, unpacked; undefined if the store has none of that name. */
  async find(reference: string): Promise<StoredImage | undefined> {
    const found = findImage(this.#layout, reference);
    return found === undefined ? undefined : this.#stored(found, reference);
  }

  /**
   * The image that a user named, unpacked: a path of an archive or layout, or a reference, taken from the store, else from Docker,
   * else from its registry. Where Docker has another image under the name by now, that is the one that is meant. Throws
   * IMAGE_UNAVAILABLE, telling what was tried.
   */
  async take(referenceOrPath: string): Promise<StoredImage> {
    if (referenceOrPath === nginxReference) return this.ensureNginx();
    if (!isPath(referenceOrPath) && !(await this.#isOutdated(referenceOrPath))) {
      const known = await this.find(referenceOrPath);
      if (known !== undefined) return known;
    }
    const { machine, signal } = this.#context();
    const skopeo = await this.#program("skopeo");
    const bring = isPath(referenceOrPath) ? importArchive : importByReference;
    const reference = await this.#exclusively(async (directory) => {
      const imported = await bring(referenceOrPath, { machine, skopeo, directory, signal });
      const annotations = { [descriptionAnnotation]: `${imported.reference}, ${imported.origin}` };
      await adoptImage(this.#layout, imported.layout, { reference: imported.reference, annotations });
      await this.#forgetOld();
      return imported.reference;
    });
    return this.#require(reference);
  }

  /** Makes Docker have the image of the store under its reference; false if it had it already. */
  async loadIntoDocker(reference: string, docker: { program: string; socket?: string }): Promise<boolean> {
    const options = { ...this.#context(), ...docker };
    const image = findImage(this.#layout, reference);
    if (image === undefined) throw imageMissing(reference);
    if ((await comparedWithDocker(reference, await readConfig(this.#layout, image), options)) === "same") return false;
    options.progress.progress(`loading ${reference} into Docker`);
    await this.withArchive(reference, (archive) => loadArchive(archive, reference, options));
    return true;
  }

  /** What Docker calls an image of the store that it has loaded: the digest of its configuration. */
  async dockerId(reference: string): Promise<string> {
    const image = findImage(this.#layout, reference);
    if (image === undefined) throw imageMissing(reference);
    return await readConfigDigest(this.#layout, image);
  }

  /**
   * Gives an image of the store as an archive that every version of Docker loads, which is gone afterwards. However long that
   * is used, nobody waits for the store meanwhile.
   */
  async withArchive<T>(reference: string, use: (archive: string) => Promise<T>): Promise<T> {
    const image = findImage(this.#layout, reference);
    if (image === undefined) throw imageMissing(reference);
    const { machine, signal } = this.#context();
    const skopeo = await this.#program("skopeo");
    const name = image.annotations?.[referenceAnnotation] ?? reference;
    const archive = join(this.directory, `${archivePrefix}${randomUUID()}.tar`);
    try {
      await this.#exclusively(async (staging) => {
        const command = { environment: { ...machine.environment, TMPDIR: staging }, signal, cwd: this.directory };
        const target = `docker-archive:.staging/docker.tar:${reference}`;
        await runCommand(skopeo, ["--insecure-policy", "copy", "--quiet", `oci:oci:${name}`, target], command);
        await rename(join(staging, "docker.tar"), archive);
      });
      return await use(archive);
    } finally {
      await rm(archive, { force: true });
    }
  }

  async #isOutdated(reference: string): Promise<boolean> {
    const image = findImage(this.#layout, reference);
    const { machine, signal } = this.#context();
    const program = findInFolders("docker", machine.searchPath);
    if (image === undefined || program === undefined) return false;
    const socket = dockerSocket(machine.environment);
    const docker = { program, machine, signal, ...(socket === undefined ? {} : { socket }) };
    return (await comparedWithDocker(reference, await readConfig(this.#layout, image), docker)) === "another";
  }

  async #require(reference: string): Promise<StoredImage> {
    const stored = await this.find(reference);
    if (stored === undefined) throw imageMissing(reference);
    return stored;
  }

  get #layout(): string {
    return join(this.directory, "oci");
  }

  async #addNginx(staging: string, recipe: string): Promise<Descriptor> {
    const { machine, progress, signal } = this.#context();
    const made = await makeNginxImage({
      ...{ machine, progress, signal },
      umoci: () => this.#program("umoci"),
      cacheDirectory: this.#cacheDirectory,
      directory: staging,
    });
    const description = `nginx ${made.version}, ${machine.distribution}`;
    const annotations = { [descriptionAnnotation]: description, [recipeAnnotation]: recipe };
    const adopted = await adoptImage(this.#layout, made.layout, { reference: nginxReference, annotations });
    await this.#forgetOld();
    return adopted;
  }

  /** Layers and file systems of images whose name another image has by now. */
  async #forgetOld(): Promise<void> {
    const used = new Set([...(await usedDigests(this.#layout))].map(hexOf));
    const folders = [join(this.#layout, "blobs/sha256"), join(this.directory, "unpacked")];
    await forgetUnused(folders.flatMap(pathsIn).filter((path) => !used.has(basename(path))));
  }

  /** Those of runs that were killed: they may be large, and nobody needs one for so long. */
  async #forgetArchives(): Promise<void> {
    const archives = pathsIn(this.directory).filter((path) => basename(path).startsWith(archivePrefix));
    await forgetUnused(archives, DAY_MS);
  }

  async #stored(image: Descriptor, reference: string): Promise<StoredImage> {
    const digest = hexOf(image.digest);
    const bundle = join(this.directory, "unpacked", digest);
    if (!existsSync(bundle))
      await this.#exclusively(async (staging) => {
        if (!existsSync(bundle)) await this.#unpack(image, { bundle, staging });
      });
    return { reference, digest, description: image.annotations?.[descriptionAnnotation] ?? reference, bundle };
  }

  async #unpack(image: Descriptor, { bundle, staging }: { bundle: string; staging: string }): Promise<void> {
    const { machine, progress, signal } = this.#context();
    const reference = image.annotations?.[referenceAnnotation] ?? "";
    progress.progress(`unpacking ${reference}`);
    const rootless = process.getuid?.() === 0 ? [] : ["--rootless"];
    const made = join(staging, "bundle");
    const args = ["unpack", ...rootless, "--image", `oci:${reference}`, made];
    const umoci = await this.#program("umoci");
    await runCommand(umoci, args, { environment: machine.environment, signal, cwd: this.directory });
    await mkdir(join(this.directory, "unpacked"), { recursive: true });
    await rename(made, bundle);
  }

  /** One process at a time changes the store. What is in the staging folder was left by a run that was interrupted. */
  async #exclusively<T>(work: (staging: string) => Promise<T>): Promise<T> {
    const { progress, signal } = this.#context();
    const staging = join(this.directory, ".staging");
    const path = join(this.#cacheDirectory, "locks/images.lock");
    const onWaiting = () => progress.note("Waiting for an image that is being made already");
    try {
      return await withLock({ path, signal, onWaiting }, async () => {
        await rm(staging, { recursive: true, force: true });
        await mkdir(staging, { recursive: true });
        await this.#forgetArchives();
        return work(staging).finally(() => rm(staging, { recursive: true, force: true }));
      });
    } catch (error) {
      signal.throwIfAborted();
      throw cacheError(this.#cacheDirectory, error);
    }
  }

  async #program(name: ProgramName): Promise<string> {
    const { machine, progress, signal } = this.#context();
    const { environment } = this.#options;
    const cacheDirectory = this.#cacheDirectory;
    const { programs } = await resolveRuntime({ need: [name], environment, cacheDirectory, machine, progress, signal });
    return programs[name]?.path ?? name;
  }

  #context(): { machine: Machine; progress: KitProgress; signal: AbortSignal } {
    const { machine, environment, progress, signal } = this.#options;
    return {
      machine: machine ?? describeMachine(environment),
      progress: progress ?? { progress: () => undefined, note: () => undefined },
      signal,
    };
  }
}

function imageMissing(reference: string): MesosUpError {
  return new MesosUpError(`The image store has no image ${reference}.`, {
    code: "IMAGE_UNAVAILABLE",
    hint: "Name one that it has, or the path of an archive to take it from.",
  });
}
