// An OCI image layout on disk (github.com/opencontainers/image-spec, image-layout.md): blobs by their digest, and an index that
// names images. What is added appears at once and whole: blobs first, then the index, each by a rename.
import { readFileSync } from "node:fs";
import { mkdir, readdir, readFile, rename, writeFile } from "node:fs/promises";
import { join } from "node:path";

export interface Descriptor {
  mediaType: string;
  digest: string;
  size: number;
  annotations?: Record<string, string>;
  platform?: { os?: string; architecture?: string };
}

interface Index {
  schemaVersion: 2;
  manifests: Descriptor[];
}

/** The part of an image's configuration that says what it is made of and how it runs. */
export interface ImageConfig {
  architecture?: string;
  config?: { Cmd?: string[]; Entrypoint?: string[]; Env?: string[]; Labels?: Record<string, string> };
  rootfs: { diff_ids: string[] };
}

export const referenceAnnotation = "org.opencontainers.image.ref.name";

/** Descriptors of the layout's images, none where there is no layout. */
export function readIndex(layout: string): Descriptor[] {
  try {
    return parseIndex(readFileSync(join(layout, "index.json"), "utf8"));
  } catch {
    return [];
  }
}

export function parseIndex(text: string): Descriptor[] {
  return (JSON.parse(text) as Index).manifests;
}

export function findImage(layout: string, reference: string): Descriptor | undefined {
  const names = spellings(reference);
  return readIndex(layout).find(({ annotations }) => names.includes(annotations?.[referenceAnnotation] ?? ""));
}

/** Names under which one image may be stored: with and without what Docker lets people leave out. */
export function spellings(reference: string): string[] {
  const short = reference.replace(/^(docker\.io\/)?(library\/)?/, "");
  const tagged = /[:@][^/]*$/.test(short) ? short : `${short}:latest`;
  return [...new Set([reference, short, tagged, `docker.io/${tagged}`, `docker.io/library/${tagged}`])];
}

/** The configuration that a manifest of the layout points to. */
export async function readConfig(layout: string, manifest: Descriptor): Promise<ImageConfig> {
  return readBlob<ImageConfig>(layout, await readConfigDigest(layout, manifest));
}

/** `sha256:` and hexadecimal digits. */
export async function readConfigDigest(layout: string, manifest: Descriptor): Promise<string> {
  return (await readBlob<{ config: Descriptor }>(layout, manifest.digest)).config.digest;
}

/**
 * Moves the only image of another layout, on the same file system, into this one under a reference, replacing what had that name.
 * To be called by one process at a time.
 */
export async function adoptImage(
  layout: string,
  from: string,
  image: { reference: string; annotations?: Record<string, string> },
): Promise<Descriptor> {
  const [found] = readIndex(from);
  if (found === undefined) throw new Error(`${from} holds no image`);
  const blobs = join(layout, "blobs/sha256");
  await mkdir(blobs, { recursive: true });
  const names = await readdir(join(from, "blobs/sha256"));
  await Promise.all(names.map((name) => rename(join(from, "blobs/sha256", name), join(blobs, name))));
  const adopted = { ...found, annotations: { ...image.annotations, [referenceAnnotation]: image.reference } };
  const others = readIndex(layout).filter(({ annotations }) => annotations?.[referenceAnnotation] !== image.reference);
  await writeWhole(join(layout, "oci-layout"), { imageLayoutVersion: "1.0.0" });
  await writeWhole(join(layout, "index.json"), { schemaVersion: 2, manifests: [...others, adopted] } satisfies Index);
  return adopted;
}

/** Digests of everything that the layout's images consist of. A manifest whose blob cannot be read counts alone. */
export async function usedDigests(layout: string, manifests = readIndex(layout)): Promise<Set<string>> {
  const used = new Set<string>();
  for (const { digest } of manifests) {
    used.add(digest);
    const inside = await readBlob<Partial<Contents>>(layout, digest).catch((): Partial<Contents> => ({}));
    for (const part of [inside.config ?? [], inside.layers ?? []].flat()) used.add(part.digest);
    for (const below of await usedDigests(layout, inside.manifests ?? [])) used.add(below);
  }
  return used;
}

/** What a manifest, or an index of several, refers to. */
interface Contents {
  config: Descriptor;
  layers: Descriptor[];
  manifests: Descriptor[];
}

/** Hexadecimal digits of a digest. */
export function hexOf(digest: string): string {
  return digest.slice(digest.indexOf(":") + 1);
}

async function readBlob<T>(layout: string, digest: string): Promise<T> {
  return JSON.parse(await readFile(join(layout, "blobs", ...digest.split(":")), "utf8")) as T;
}

async function writeWhole(path: string, content: unknown): Promise<void> {
  await writeFile(`${path}.new`, JSON.stringify(content));
  await rename(`${path}.new`, path);
}
