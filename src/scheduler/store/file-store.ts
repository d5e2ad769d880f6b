// What a scheduler must not forget, in a file of this machine.
import { mkdir, open, readFile, rename, rm } from "node:fs/promises";
import type { FileHandle } from "node:fs/promises";
import { dirname } from "node:path";
import { MesosUpError } from "../../errors.ts";
import type { Changes } from "../core/inputs.ts";
import type { FrameworkStore } from "./framework-store.ts";
import { Journal } from "./journal.ts";

/**
 * Keeps it in a file of JSON lines: the first has everything, each further one what changed. A line that a kill or a full
 * disk has cut short counts as never written. What was written is on the disk itself (fdatasync), so that it outlives a
 * power failure as well.
 */
export class FileFrameworkStore implements FrameworkStore {
  readonly #file: string;
  readonly #sync: (handle: FileHandle) => Promise<void>;
  readonly #journal = new Journal();
  #handle: FileHandle | undefined;

  /** `sync` has the disk keep what was written to a file; only a test has reason to give another one. */
  constructor(file: string, { sync = toDisk }: { sync?: (handle: FileHandle) => Promise<void> } = {}) {
    this.#file = file;
    this.#sync = sync;
  }

  async load(): Promise<Changes | undefined> {
    try {
      return this.#journal.read(await readFile(this.#file, "utf8"));
    } catch (cause) {
      if ((cause as NodeJS.ErrnoException).code === "ENOENT") return undefined;
      throw this.#unusable("read", cause);
    }
  }

  async write(changes: Changes): Promise<void> {
    const line = this.#journal.change(changes);
    try {
      if (this.#handle === undefined || this.#journal.isLong) await this.#rewrite();
      else {
        await this.#handle.appendFile(line);
        await this.#sync(this.#handle);
        this.#journal.written(Buffer.byteLength(line), "added");
      }
    } catch (cause) {
      // What part of the line is there nobody knows: the next write begins the file anew.
      await this.close();
      throw this.#unusable("written", cause);
    }
  }

  async clear(): Promise<void> {
    await this.close();
    this.#journal.clear();
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
    const whole = this.#journal.whole();
    const folder = dirname(this.#file);
    await mkdir(folder, { recursive: true });
    // Its lines go on where this one ends, under its new name too.
    this.#handle = await open(temporary, "w", 0o600);
    await this.#handle.writeFile(whole);
    await this.#sync(this.#handle);
    await rename(temporary, this.#file);
    this.#journal.written(Buffer.byteLength(whole), "anew");
    await using names = await open(folder, "r");
    await this.#sync(names);
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
