// The archive of an export: every piece without secrets, and a manifest of what is in it and what is not.
import { mkdir, mkdtemp, open, rm, stat, unlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { ConfigError } from "../errors.ts";
import { isMissing, type Gathered, type Missing, type Piece } from "./pieces.ts";
import { Redactor } from "./redact.ts";

export interface Manifest {
  cluster: string;
  /** ISO 8601 */
  made: string;
  by: Record<string, string>;
  contents: { file: string; what: string; bytes: number; note?: string }[];
  missing: Missing[];
  /** How many values were taken out. */
  secretsRemoved: number;
}

/**
 * Every file of the archive by its path, the manifest first. Pure. `known`: documents whose secrets may stand in it too, as
 * the user's environment, out of which apps get theirs.
 */
export function composed(
  gathered: readonly Gathered[],
  about: Pick<Manifest, "cluster" | "made" | "by">,
  known: readonly unknown[],
): { manifest: Manifest; files: Map<string, string> } {
  const redactor = new Redactor();
  const pieces = gathered.filter((one): one is Piece => !isMissing(one));
  for (const one of known) redactor.learn(one);
  for (const { content } of pieces) if (content.kind === "json") redactor.learn(content.value);
  const files = new Map<string, string>();
  const contents = pieces.map(({ file: wanted, what, content, note }) => {
    const file = unused(wanted, files);
    const text = content.kind === "json" ? lines(redactor.json(content.value)) : redactor.text(content.text);
    files.set(file, text);
    return { file, what, bytes: Buffer.byteLength(text), ...(note !== undefined && { note }) };
  });
  const missing = gathered.filter(isMissing);
  const { cluster, ...made } = redactor.json({ ...about, contents, missing }) as Omit<Manifest, "secretsRemoved">;
  const manifest: Manifest = { cluster, ...made, secretsRemoved: redactor.removed };
  return { manifest, files: new Map([["MANIFEST.json", lines(manifest)], ...files]) };
}

/** The path, or one like it that no other piece has. */
function unused(file: string, files: ReadonlyMap<string, string>): string {
  for (let number = 2, path = file; ; number++) {
    if (!files.has(path)) return path;
    path = file.replace(/(?=\.\w+$)/, `-${number}`);
  }
}

const lines = (value: unknown): string => `${JSON.stringify(value, null, 2)}\n`;

/**
 * Makes the archive's file, which nobody else may read, before anything is asked; the second call fills it.
 * @throws ConfigError EXPORT_NOT_WRITTEN
 */
export async function reserve(file: string): Promise<void> {
  try {
    await (await open(file, "wx", 0o600)).close();
  } catch (cause) {
    const isThere = (cause as NodeJS.ErrnoException).code === "EEXIST";
    throw new ConfigError(`${file} cannot be written: ${isThere ? "it is there already" : (cause as Error).message}.`, {
      code: "EXPORT_NOT_WRITTEN",
      hint: isThere ? "Name another file, or remove that one." : "Name a file in a folder that you may write to.",
      cause,
    });
  }
}

/** Fills a file that was reserved; gives its size in bytes. All is in one folder of that name. */
export async function writeArchive(file: string, root: string, files: ReadonlyMap<string, string>): Promise<number> {
  const { create } = await import("tar");
  const folder = await mkdtemp(join(tmpdir(), "mesos-up-export-"));
  try {
    for (const [path, text] of files) {
      await mkdir(dirname(join(folder, root, path)), { recursive: true });
      await writeFile(join(folder, root, path), text);
    }
    await create({ gzip: true, file, cwd: folder, portable: true }, [root]);
    return (await stat(file)).size;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** Of an export that came to nothing. */
export async function forget(file: string): Promise<void> {
  await unlink(file).catch(() => undefined);
}
