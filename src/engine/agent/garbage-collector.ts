// Sandboxes and notes that nobody needs any more: removed when they are old enough, or earlier where the disk fills up
// (src/slave/gc.cpp).
import { existsSync, mkdirSync, renameSync, statSync, utimesSync } from "node:fs";
import { rm } from "node:fs/promises";
import { join } from "node:path";
import { randomUUID } from "node:crypto";
import { printDuration } from "../../mesos/duration.ts";
import type { Clock, Timer } from "../common/clock.ts";
import type { Log } from "../common/log.ts";
import { wasteDirectory } from "./paths.ts";

export interface GarbageCollectorOptions {
  clock: Clock;
  log: Log;
  workDir: string;
  /** How old a folder grows: --gc_delay. */
  delayMs: number;
  /** A folder that was scheduled is about to go, with all that is in it. */
  onRemoval: (path: string) => void;
}

export class GarbageCollector {
  readonly #options: GarbageCollectorOptions;
  readonly #log: Log;
  /** Folder → when it is to be removed, in milliseconds since the epoch. */
  readonly #due = new Map<string, number>();
  #timer: Timer | undefined;
  /** For the metrics. */
  succeeded = 0;
  failed = 0;

  constructor(options: GarbageCollectorOptions) {
    this.#options = options;
    this.#log = options.log.named("gc.cpp");
  }

  get pending(): number {
    return this.#due.size;
  }

  /** Removes a folder --gc_delay after its last change; `from: "now"` makes this moment the last change. */
  schedule(path: string, { from }: { from: "now" | "last-change" }): void {
    const { clock, delayMs } = this.#options;
    const nowMs = clock.nowMs();
    const changedMs = lastChange(path, from === "now" ? nowMs : undefined);
    if (changedMs === undefined) return;
    const dueMs = Math.min(changedMs, nowMs) + delayMs;
    this.#log.info(`Scheduling '${path}' for gc ${printDuration(dueMs - nowMs)} in the future`);
    this.#due.set(path, dueMs);
    this.#await();
  }

  /** The folder is wanted again. */
  unschedule(path: string): void {
    if (!this.#due.delete(path)) return;
    this.#log.info(`Unscheduling '${path}' from gc`);
    this.#await();
  }

  /** Removes at once what has no more than this long to wait. */
  prune(remainingMs: number): void {
    const limitMs = this.#options.clock.nowMs() + remainingMs;
    for (const [path, dueMs] of [...this.#due]) if (dueMs <= limitMs) this.#remove(path);
    this.#await();
  }

  /** Goes on where the last agent on this work_dir may have been interrupted. */
  removeWaste(): void {
    void this.#delete(wasteDirectory(this.#options.workDir));
  }

  #await(): void {
    const { clock } = this.#options;
    this.#timer?.cancel();
    this.#timer = undefined;
    if (this.#due.size === 0) return;
    const nextMs = Math.min(...this.#due.values());
    this.#timer = clock.after(Math.max(0, nextMs - clock.nowMs()), () => this.prune(0));
  }

  /** Moves the folder away first: somebody may make it anew before all that was in it is gone. */
  #remove(path: string): void {
    const { workDir, onRemoval } = this.#options;
    this.#due.delete(path);
    const waste = join(wasteDirectory(workDir), randomUUID());
    try {
      if (existsSync(path)) {
        this.#log.info(`Deleting ${path}`);
        onRemoval(path);
        mkdirSync(wasteDirectory(workDir), { recursive: true });
        renameSync(path, waste);
        void this.#delete(waste).then((deleted) => {
          if (deleted) this.#log.info(`Deleted '${path}'`);
        });
      } else {
        this.#log.info(`Skipped '${path}' which does not exist`);
      }
      this.succeeded++;
    } catch (error) {
      this.failed++;
      this.#log.warning(`Failed to delete '${path}': ${(error as Error).message}`);
    }
  }

  async #delete(path: string): Promise<boolean> {
    try {
      await rm(path, { recursive: true, force: true });
      return true;
    } catch (error) {
      this.#log.warning(`Failed to delete '${path}': ${(error as Error).message}`);
      return false;
    }
  }
}

/** In milliseconds since the epoch, after it has been set where `atMs` is given; undefined if there is no such folder. */
function lastChange(path: string, atMs: number | undefined): number | undefined {
  try {
    if (atMs !== undefined) utimesSync(path, atMs / 1000, atMs / 1000);
    return statSync(path).mtimeMs;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw error;
  }
}
