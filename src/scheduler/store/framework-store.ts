// What a scheduler must not forget: under which ID the master knows it, its apps and their instances. Written before the
// calls that depend on it, so that a scheduler that was killed goes on where it was instead of launching twice.
import type { Changes } from "../core/inputs.ts";

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
