// Files that several tasks fetch, kept by the agent; two tasks that want the same one at once share one transfer.
import { createHash } from "node:crypto";
import { mkdir, readdir, rm, stat, utimes } from "node:fs/promises";
import { join } from "node:path";

export interface FetcherCacheOptions {
  directory: string;
  /** --fetcher_cache_size. */
  limitBytes: number;
}

export class FetcherCache {
  readonly #options: FetcherCacheOptions;
  readonly #underWay = new Map<string, Promise<string>>();

  constructor(options: FetcherCacheOptions) {
    this.#options = options;
  }

  /** The path of the cached file, brought first if it is not there. @throws what `bring` throws */
  async take(uri: string, bring: (path: string) => Promise<void>): Promise<string> {
    const known = this.#underWay.get(uri);
    if (known !== undefined) return known;
    const taken = this.#take(uri, bring).finally(() => this.#underWay.delete(uri));
    this.#underWay.set(uri, taken);
    return taken;
  }

  async #take(uri: string, bring: (path: string) => Promise<void>): Promise<string> {
    const { directory } = this.#options;
    const path = join(directory, createHash("sha256").update(uri).digest("hex"));
    await mkdir(directory, { recursive: true });
    const present = await stat(path).catch(() => undefined);
    if (present === undefined) {
      await bring(path);
      await this.#makeRoom(path);
    } else {
      await utimes(path, new Date(), present.mtime);
    }
    return path;
  }

  /** Removes what was longest not used. */
  async #makeRoom(newest: string): Promise<void> {
    const { directory, limitBytes } = this.#options;
    const names = (await readdir(directory)).filter((name) => !name.endsWith(".fetching"));
    const files = await Promise.all(
      names.map(async (name) => ({ path: join(directory, name), ...pick(await stat(join(directory, name))) })),
    );
    let total = files.reduce((sum, file) => sum + file.size, 0);
    for (const file of files.sort((a, b) => a.atimeMs - b.atimeMs)) {
      if (total <= limitBytes) return;
      if (file.path === newest) continue;
      await rm(file.path, { force: true });
      total -= file.size;
    }
  }
}

const pick = ({ size, atimeMs }: { size: number; atimeMs: number }): { size: number; atimeMs: number } => ({
  size,
  atimeMs,
});
