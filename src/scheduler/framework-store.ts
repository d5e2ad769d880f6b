// What a scheduler must not forget: under which ID the master knows it, its apps and their instances. Written before the
// calls that depend on it, so that a scheduler that was killed goes on where it was instead of launching twice.
import { mkdir, open, readFile, rename, rm } from "node:fs/promises";
import type { FileHandle } from "node:fs/promises";
import { dirname } from "node:path";
import { MesosUpError } from "../errors.ts";
import type { Changes } from "./core/inputs.ts";

/** Values in JSON by their keys, as the core names them. */
export interface FrameworkStore {
  /** Everything that is stored, undefined if nothing is. */
  load(): Promise<Changes | undefined>;
  /** Stores all of the changes or none; undefined removes a key. Takes the values before it returns. */
  write(changes: Changes): Promise<void>;
  /** Forgets everything. */
  clear(): Promise<void>;
  /** Frees what is held open. */
  close(): Promise<void>;
}

/** Keeps it for as long as the process lives. */
export class MemoryFrameworkStore implements FrameworkStore {
  #text: string | undefined;

  load(): Promise<Changes | undefined> {
    return Promise.resolve(this.#text === undefined ? undefined : (JSON.parse(this.#text) as Changes));
  }

  write(changes: Changes): Promise<void> {
    const stored = this.#text === undefined ? {} : (JSON.parse(this.#text) as Changes);
    this.#text = JSON.stringify({ ...stored, ...changes });
    return Promise.resolve();
  }

  clear(): Promise<void> {
    this.#text = undefined;
    return Promise.resolve();
  }

  close(): Promise<void> {
    return Promise.resolve();
  }
}

/** A journal is written anew when it is longer than this and than four times what it holds. */
const COMPACT_BYTES = 256 * 1024;

/**
 * Keeps it in a file of JSON lines: the first has everything, each further one what changed. A line that a kill or a full
 * disk has cut short counts as never written. What was written is on the disk itself (fdatasync), so that it outlives a
 * power failure as well.
 */
export class FileFrameworkStore implements FrameworkStore {
  readonly #file: string;
  readonly #sync: (handle: FileHandle) => Promise<void>;
  #handle: FileHandle | undefined;
  /** Each key's value as text, so that nothing is held twice and nothing changes under way. */
  #values = new Map<string, string>();
  #bytes = 0;
  #valueBytes = 0;

  /** `sync` has the disk keep what was written to a file; only a test has reason to give another one. */
  constructor(file: string, { sync = toDisk }: { sync?: (handle: FileHandle) => Promise<void> } = {}) {
    this.#file = file;
    this.#sync = sync;
  }

  async load(): Promise<Changes | undefined> {
    let text: string;
    try {
      text = await readFile(this.#file, "utf8");
    } catch (cause) {
      if ((cause as NodeJS.ErrnoException).code === "ENOENT") return undefined;
      throw this.#unusable("read", cause);
    }
    const lines = text.split("\n");
    // After the last newline there is nothing, or a line that was cut short.
    lines.pop();
    const stored: Changes = {};
    for (const line of lines) Object.assign(stored, this.#parse(line));
    if (lines.length === 0) throw this.#unusable("read", new Error("it is damaged"));
    for (const [key, value] of Object.entries(stored)) {
      if (value === null) delete stored[key];
      else this.#remember(key, JSON.stringify(value));
    }
    return stored;
  }

  async write(changes: Changes): Promise<void> {
    const texts = Object.entries(changes).map(([key, value]): [string, string | undefined] => [
      key,
      value === undefined ? undefined : JSON.stringify(value),
    ]);
    const line = `{${texts.map(([key, text]) => `${JSON.stringify(key)}:${text ?? "null"}`).join(",")}}\n`;
    for (const [key, text] of texts) this.#remember(key, text);
    try {
      if (this.#handle === undefined || this.#bytes > Math.max(COMPACT_BYTES, 4 * this.#valueBytes))
        await this.#rewrite();
      else {
        await this.#handle.appendFile(line);
        await this.#sync(this.#handle);
        this.#bytes += Buffer.byteLength(line);
      }
    } catch (cause) {
      // What part of the line is there nobody knows: the next write begins the file anew.
      await this.close();
      throw this.#unusable("written", cause);
    }
  }

  async clear(): Promise<void> {
    await this.close();
    this.#values.clear();
    this.#valueBytes = 0;
    await rm(this.#file, { force: true });
  }

  async close(): Promise<void> {
    const handle = this.#handle;
    this.#handle = undefined;
    await handle?.close();
  }

  /** The whole in one line, in place of what there was. */
  async #rewrite(): Promise<void> {
    await this.close();
    const temporary = `${this.#file}.new`;
    const whole = `{${[...this.#values].map(([key, value]) => `${JSON.stringify(key)}:${value}`).join(",")}}\n`;
    const folder = dirname(this.#file);
    await mkdir(folder, { recursive: true });
    // Its lines go on where this one ends, under its new name too.
    this.#handle = await open(temporary, "w", 0o600);
    await this.#handle.writeFile(whole);
    await this.#sync(this.#handle);
    await rename(temporary, this.#file);
    this.#bytes = Buffer.byteLength(whole);
    await using names = await open(folder, "r");
    await this.#sync(names);
  }

  #remember(key: string, value: string | undefined): void {
    this.#valueBytes -= this.#values.get(key)?.length ?? 0;
    if (value === undefined) this.#values.delete(key);
    else {
      this.#values.set(key, value);
      this.#valueBytes += value.length;
    }
  }

  #parse(line: string): Changes {
    try {
      const changes = JSON.parse(line) as unknown;
      if (typeof changes === "object" && changes !== null && !("frameworkId" in changes)) return changes as Changes;
    } catch {
      // Said below.
    }
    throw this.#unusable("read", new Error("it is damaged"));
  }

  #unusable(what: "read" | "written", cause: unknown): MesosUpError {
    const reason = cause instanceof Error ? cause.message : String(cause);
    return new MesosUpError(`What the scheduler must remember cannot be ${what} in ${this.#file}: ${reason}.`, {
      code: "FRAMEWORK_STORE_UNUSABLE",
      hint: "Make the file readable and writable, or remove it; then a new framework is registered.",
      cause,
    });
  }
}

function toDisk(handle: FileHandle): Promise<void> {
  return handle.datasync();
}
