// What a scheduler must not forget: under which ID the master knows it, and what it has launched. Written before the calls
// that depend on it, so that a scheduler that was killed finds its task again instead of launching a second one.
import { mkdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { dirname } from "node:path";
import { MesosUpError } from "../errors.ts";
import type { Placement } from "./placement.ts";

export interface StoredFramework {
  frameworkId: string;
  /** What was launched last; absent before the first launch. */
  placement?: Placement;
}

export interface FrameworkStore {
  /** Undefined if nothing is stored. */
  load(): Promise<StoredFramework | undefined>;
  save(framework: StoredFramework): Promise<void>;
  clear(): Promise<void>;
}

/** Keeps it for as long as the process lives. */
export class MemoryFrameworkStore implements FrameworkStore {
  #stored: StoredFramework | undefined;

  load(): Promise<StoredFramework | undefined> {
    return Promise.resolve(this.#stored);
  }

  save(framework: StoredFramework): Promise<void> {
    this.#stored = framework;
    return Promise.resolve();
  }

  clear(): Promise<void> {
    this.#stored = undefined;
    return Promise.resolve();
  }
}

/** Keeps it in a JSON file, which is replaced as a whole. */
export class FileFrameworkStore implements FrameworkStore {
  readonly #file: string;

  constructor(file: string) {
    this.#file = file;
  }

  async load(): Promise<StoredFramework | undefined> {
    let text: string;
    try {
      text = await readFile(this.#file, "utf8");
    } catch (cause) {
      if ((cause as NodeJS.ErrnoException).code === "ENOENT") return undefined;
      throw this.#unusable("read", cause);
    }
    try {
      const stored = JSON.parse(text) as Partial<StoredFramework> | null;
      if (typeof stored?.frameworkId === "string") return stored as StoredFramework;
    } catch {
      // Said below.
    }
    throw this.#unusable("read", new Error("it is damaged"));
  }

  async save(framework: StoredFramework): Promise<void> {
    const temporary = `${this.#file}.new`;
    try {
      await mkdir(dirname(this.#file), { recursive: true });
      await writeFile(temporary, JSON.stringify(framework, null, 2));
      await rename(temporary, this.#file);
    } catch (cause) {
      throw this.#unusable("written", cause);
    }
  }

  async clear(): Promise<void> {
    await rm(this.#file, { force: true });
  }

  #unusable(what: "read" | "written", cause: unknown): MesosUpError {
    const reason = cause instanceof Error ? cause.message : String(cause);
    return new MesosUpError(`The framework's ID cannot be ${what} in ${this.#file}: ${reason}.`, {
      code: "FRAMEWORK_STORE_UNUSABLE",
      hint: "Make the file readable and writable, or remove it; then a new framework is registered.",
      cause,
    });
  }
}
