// Brings an image of the store into Docker (or Podman), if it is not there already in just this form.
import { request } from "node:http";
import { basename, dirname } from "node:path";
import { isDeepStrictEqual } from "node:util";
import { CommandError, MesosUpError } from "../../../errors.ts";
import { runCommand } from "../kit/command.ts";
import { lastWords } from "../kit/kit-errors.ts";
import type { Machine } from "../kit/machine.ts";
import type { ImageConfig } from "./layout.ts";

export interface DockerOptions {
  /** `docker` or `podman`, or the path of one. */
  program: string;
  /** Path of the daemon's socket, where it has one: asking it takes a millisecond or two, the program some fifty. */
  socket?: string;
  machine: Machine;
  signal: AbortSignal;
}

/** What Docker says of an image that it has. */
interface DockerImage {
  RootFS?: { Layers?: string[] };
  Config?: ImageConfig["config"];
}

/** What Docker has under a name: this image (the same layers, command and labels), another one, or none. */
export async function comparedWithDocker(
  reference: string,
  wanted: ImageConfig,
  options: DockerOptions,
): Promise<"same" | "another" | "none"> {
  const found = await inspect(reference, options);
  if (found === undefined) return "none";
  const same =
    isDeepStrictEqual(found.RootFS?.Layers ?? [], wanted.rootfs.diff_ids) &&
    isDeepStrictEqual(found.Config?.Cmd ?? [], wanted.config?.Cmd ?? []) &&
    isDeepStrictEqual({ ...found.Config?.Labels }, { ...wanted.config?.Labels });
  return same ? "same" : "another";
}

/** @throws MesosUpError DOCKER_LOAD_FAILED */
export async function loadArchive(
  archive: string,
  reference: string,
  { program, machine, signal }: DockerOptions,
): Promise<void> {
  try {
    const command = { environment: machine.environment, signal, cwd: dirname(archive) };
    await runCommand(program, ["load", "--input", basename(archive)], command);
  } catch (error) {
    if (!(error instanceof CommandError)) throw error;
    throw new MesosUpError(`The image ${reference} could not be loaded into Docker: ${lastWords(error.output)}`, {
      code: "DOCKER_LOAD_FAILED",
      hint: `See whether \`${program} info\` works for this user and its disk has room, or choose runc as the container runtime.`,
      cause: error,
    });
  }
}

async function inspect(reference: string, options: DockerOptions): Promise<DockerImage | undefined> {
  if (options.socket !== undefined) {
    const answer = await askDaemon(options.socket, `/images/${encodeURIComponent(reference)}/json`);
    if (answer !== undefined) return answer.status === 200 ? (JSON.parse(answer.body) as DockerImage) : undefined;
  }
  const { program, machine, signal } = options;
  try {
    const command = { environment: machine.environment, signal };
    const [image] = JSON.parse(
      (await runCommand(program, ["image", "inspect", reference], command)).stdout,
    ) as DockerImage[];
    return image;
  } catch (error) {
    if (error instanceof CommandError) return undefined;
    throw error;
  }
}

function askDaemon(socketPath: string, path: string): Promise<{ status: number; body: string } | undefined> {
  return new Promise((resolve) => {
    const asking = request({ socketPath, path, timeout: 5000 }, (response) => {
      let body = "";
      response.setEncoding("utf8");
      response.on("data", (part: string) => (body += part));
      response.on("end", () => resolve({ status: response.statusCode ?? 0, body }));
      response.on("error", () => resolve(undefined));
    });
    asking.on("timeout", () => asking.destroy());
    asking.on("error", () => resolve(undefined));
    asking.end();
  });
}
