// The image store: an OCI image layout beside the file systems that were unpacked from it, shared by agents and by whoever
// fills it. `DIR/oci/index.json` names images by reference; `DIR/unpacked/<manifest digest>/` is an OCI runtime bundle.
import { mkdir, mkdtemp, readFile, rename, rm, stat } from "node:fs/promises";
import { dirname, join } from "node:path";
import { MesosUpError } from "../../errors.ts";
import { CommandFailure, runCommand } from "./run-command.ts";

/** The part of an OCI image configuration that says how to run it. */
export interface ImageConfig {
  Entrypoint?: string[];
  Cmd?: string[];
  Env?: string[];
  WorkingDir?: string;
  User?: string;
  ExposedPorts?: Record<string, unknown>;
}

export interface StoredImage {
  reference: string;
  /** Hex digits of the manifest's SHA-256. */
  digest: string;
  config: ImageConfig;
  /** Complete and not to be written to. */
  rootfs: string;
}

/** The image cannot be had; `message` tells what was tried, in the form Mesos uses for its docker pull. */
export class ImageUnavailableError extends MesosUpError {
  constructor(message: string, cause: unknown) {
    super(message, {
      code: "IMAGE_UNAVAILABLE",
      hint: "Put the image into the image store first, or name one that a registry within reach has.",
      cause,
    });
  }
}

interface Descriptor {
  mediaType?: string;
  digest: string;
  annotations?: Record<string, string>;
  platform?: { os?: string; architecture?: string };
}

const REFERENCE_ANNOTATION = "org.opencontainers.image.ref.name";

export class ImageStore {
  readonly #directory: string;
  readonly #env: NodeJS.ProcessEnv;

  /** `env` is what skopeo and umoci are found and run with. */
  constructor(directory: string, env: NodeJS.ProcessEnv) {
    this.#directory = directory;
    this.#env = env;
  }

  /**
   * The image ready to run: looked up, else copied from its registry, and unpacked if it was not yet.
   * @throws ImageUnavailableError
   */
  async take(reference: string, options: { forcePull?: boolean } = {}): Promise<StoredImage> {
    const known = options.forcePull === true ? undefined : await this.#find(reference);
    const manifest = known ?? (await this.#pull(reference));
    const digest = hexOf(manifest.digest);
    const { config } = await this.#blob<{ config: Descriptor }>(manifest);
    const image = await this.#blob<{ config?: ImageConfig }>(config);
    const rootfs = await this.#unpacked(reference, digest);
    return { reference, digest, config: image.config ?? {}, rootfs };
  }

  async #find(reference: string): Promise<Descriptor | undefined> {
    const names = new Set(spellings(reference));
    const index = await readJson<{ manifests?: Descriptor[] }>(join(this.#directory, "oci", "index.json"));
    return index?.manifests?.find((one) => names.has(one.annotations?.[REFERENCE_ANNOTATION] ?? ""));
  }

  async #pull(reference: string): Promise<Descriptor> {
    const layout = join(this.#directory, "oci");
    await mkdir(this.#directory, { recursive: true });
    const command = ["skopeo", "copy", `docker://${reference}`, `oci:${layout}:${reference}`];
    try {
      await runCommand("skopeo", ["--insecure-policy", ...command.slice(1)], { env: this.#env });
    } catch (error) {
      const reason = error instanceof CommandFailure ? error.shortMessage : (error as Error).message;
      throw new ImageUnavailableError(`Failed to run '${command.join(" ")}': ${reason}`, error);
    }
    const pulled = await this.#find(reference);
    if (pulled === undefined)
      throw new ImageUnavailableError(`Image '${reference}' was copied but not found`, undefined);
    return pulled;
  }

  async #blob<T>(descriptor: Descriptor): Promise<T> {
    const [algorithm = "", hex = ""] = descriptor.digest.split(":");
    return JSON.parse(await readFile(join(this.#directory, "oci", "blobs", algorithm, hex), "utf8")) as T;
  }

  /** Unpacks beside the final place and renames: whoever comes second finds it done. */
  async #unpacked(reference: string, digest: string): Promise<string> {
    const bundle = join(this.#directory, "unpacked", digest);
    const rootfs = join(bundle, "rootfs");
    if (await exists(rootfs)) return rootfs;
    await mkdir(dirname(bundle), { recursive: true });
    const draft = await mkdtemp(`${bundle}.`);
    try {
      const rootless = process.getuid?.() === 0 ? [] : ["--rootless"];
      const image = `${join(this.#directory, "oci")}:${reference}`;
      await runCommand("umoci", ["unpack", ...rootless, "--image", image, join(draft, "bundle")], { env: this.#env });
      await rename(join(draft, "bundle"), bundle);
    } catch (error) {
      if (!(await exists(rootfs))) {
        throw new ImageUnavailableError(`Failed to unpack image '${reference}': ${(error as Error).message}`, error);
      }
    } finally {
      await rm(draft, { recursive: true, force: true });
    }
    return rootfs;
  }
}

/** Names under which one image may be stored: with and without the parts that Docker lets people leave out. */
export function spellings(reference: string): string[] {
  const short = reference.replace(/^(docker\.io\/)?(library\/)?/, "");
  const tagged = /[:@][^/]*$/.test(short) ? short : `${short}:latest`;
  return [...new Set([reference, short, tagged, `docker.io/${tagged}`, `docker.io/library/${tagged}`])];
}

const hexOf = (digest: string): string => digest.slice(digest.indexOf(":") + 1);

async function readJson<T>(path: string): Promise<T | undefined> {
  try {
    return JSON.parse(await readFile(path, "utf8")) as T;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw error;
  }
}

async function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}
