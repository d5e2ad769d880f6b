// The archive of an export: every piece without secrets, and a manifest of what is in it and what is not.
import { randomBytes } from "node:crypto";
import { constants } from "node:fs";
import { access, link, lstat, mkdir, mkdtemp, open, rename, rm, stat, writeFile } from "node:fs/promises";
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
  for (const { content } of pieces) redactor.learn(content.kind === "json" ? content.value : content.text);
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
 * Refuses a file that is there already, and a folder that cannot be written to, before anything is asked.
 * @throws ConfigError EXPORT_NOT_WRITTEN
 */
export async function requireFree(file: string): Promise<void> {
  try {
    await access(dirname(file), constants.W_OK);
    if (await lstat(file).catch(() => undefined)) throw Object.assign(new Error("taken"), { code: "EEXIST" });
  } catch (cause) {
    throw notWritten(file, cause);
  }
}

/**
 * Writes the archive beside its place, for its owner's eyes only, and moves it there when it is whole; gives its size in
 * bytes. All is in one folder of that name. A file that has come to be there is left as it is, and no part of an archive stays.
 * @throws ConfigError EXPORT_NOT_WRITTEN
 */
export async function writeArchive(file: string, root: string, files: ReadonlyMap<string, string>): Promise<number> {
  const part = `${file}.${randomBytes(4).toString("hex")}.part`;
  try {
    await (await open(part, "wx", 0o600)).close();
    await pack(part, root, files);
    const { size } = await stat(part);
    await moveTo(file, part);
    return size;
  } catch (cause) {
    throw notWritten(file, cause);
  } finally {
    await rm(part, { force: true });
  }
}

async function pack(part: string, root: string, files: ReadonlyMap<string, string>): Promise<void> {
  const { create } = await import("tar");
  const folder = await mkdtemp(join(tmpdir(), "mesos-up-export-"));
  try {
    for (const [path, text] of files) {
      await mkdir(dirname(join(folder, root, path)), { recursive: true });
      await writeFile(join(folder, root, path), text);
    }
    await create({ gzip: true, file: part, cwd: folder, portable: true }, [root]);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** A link takes nobody's place, as a mere move would. Where there are no links, a file of that name is made to move onto. */
async function moveTo(file: string, part: string): Promise<void> {
  try {
    await link(part, file);
  } catch (error) {
    if (isTaken(error)) throw error;
    await (await open(file, "wx", 0o600)).close();
    await rename(part, file).catch(async (cause: unknown) => {
      await rm(file);
      throw cause;
    });
  }
}

const isTaken = (error: unknown): boolean => (error as NodeJS.ErrnoException).code === "EEXIST";

function notWritten(file: string, cause: unknown): ConfigError {
  const why = isTaken(cause) ? "it is there already" : cause instanceof Error ? cause.message : String(cause);
  return new ConfigError(`${file} cannot be written: ${why}.`, {
    code: "EXPORT_NOT_WRITTEN",
    hint: isTaken(cause)
      ? "Name another file, or remove that one."
      : "Name a file in a folder that you may write to and that has room for it.",
    cause,
  });
}
