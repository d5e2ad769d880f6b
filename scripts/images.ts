// `mesos-up images list|build|load|save`: the images of clusters in Docker, on machines that reach no registry above all.
import type { ImageKind, ShelfOptions } from "../src/backends/docker/images/image-shelf.ts";
import type { StepContext } from "../src/progress/events.ts";
import { createSteps } from "../src/progress/steps.ts";
import { runAtTheEdge, type CommandResult, type Edge } from "./edge.ts";
import { readClusterSpec, type CommonOptions } from "./options.ts";

export function listImages(options: CommonOptions): Promise<never> {
  return atTheShelf(options, "Images are looked for", async (shelf, context) => {
    const images = await (await import("../src/backends/docker/images/image-shelf.ts")).listImages(shelf);
    context.detail(`${images.length}`);
    const lines = images.map(({ reference, size, created }) => `${reference}  ${size} MB  ${created}`);
    return { json: { ok: true, images }, text: lines.join("\n") || "The Docker daemon has none of ours." };
  });
}

export function buildImages(kinds: ImageKind[], options: CommonOptions): Promise<never> {
  return atTheShelf(options, "Images are made", async (shelf, context) => {
    const { buildImage, MADE_ON_THE_SPOT } = await import("../src/backends/docker/images/image-shelf.ts");
    const spec = await readClusterSpec(options);
    const built: { reference: string; made: boolean }[] = [];
    for (const kind of kinds.length === 0 ? MADE_ON_THE_SPOT : kinds) built.push(await buildImage(kind, spec, shelf));
    context.detail(built.map(({ reference }) => reference).join(", "));
    const lines = built.map(({ reference, made }) => `${reference}  ${made ? "made" : "was there already"}`);
    return { json: { ok: true, images: built }, text: lines.join("\n") };
  });
}

export function loadImages(archive: string, options: CommonOptions): Promise<never> {
  return atTheShelf(options, "Images are loaded", async (shelf, context) => {
    const images = await (await import("../src/backends/docker/images/image-shelf.ts")).loadImages(archive, shelf);
    context.detail(images.join(", "));
    return { json: { ok: true, images }, text: images.join("\n") };
  });
}

/** Without names, all that the daemon has of ours. */
export function saveImages(archive: string, names: string[], options: CommonOptions): Promise<never> {
  return atTheShelf(options, "Images are saved", async (shelf, context) => {
    const shelves = await import("../src/backends/docker/images/image-shelf.ts");
    const images = names.length > 0 ? names : (await shelves.listImages(shelf)).map(({ reference }) => reference);
    await shelves.saveImages(images, archive, shelf);
    context.detail(archive);
    return { json: { ok: true, archive, images }, text: images.join("\n") };
  });
}

function atTheShelf(
  options: CommonOptions,
  title: string,
  work: (shelf: ShelfOptions, context: StepContext) => Promise<CommandResult>,
): Promise<never> {
  return runAtTheEdge(options, (edge: Edge) => {
    const steps = createSteps({ sink: edge.progress, signal: edge.signal, timeoutMs: edge.timeoutMs });
    return steps.step({ id: "images", title }, (context) => work({ env: process.env, context }, context));
  });
}
