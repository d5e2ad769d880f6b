// Only one process at a time fills a part of the cache; the others wait, say so, and find it filled.
import { mkdir } from "node:fs/promises";
import { dirname } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

export interface LockOptions {
  /** Path of the lock; a folder of this name is there while the lock is held. */
  path: string;
  signal: AbortSignal;
  /** Called once, when another process holds the lock. */
  onWaiting: () => void;
}

const staleAfterMs = 5000;
const retryAfterMs = 100;

/** Runs `work` while holding the lock. The lock of a process that was killed is taken over after five seconds. */
export async function withLock<T>(options: LockOptions, work: () => Promise<T>): Promise<T> {
  await mkdir(dirname(options.path), { recursive: true });
  const release = await acquire(options);
  try {
    return await work();
  } finally {
    // A lock that somebody removed by hand is no reason to fail: what was done under it is done.
    await release().catch(() => undefined);
  }
}

async function acquire({ path, signal, onWaiting }: LockOptions): Promise<() => Promise<void>> {
  const { lock } = (await import("proper-lockfile")).default;
  for (let waiting = false; ; waiting = true) {
    signal.throwIfAborted();
    try {
      return await lock(path, {
        lockfilePath: path,
        realpath: false,
        stale: staleAfterMs,
        // Everything done under the lock appears by a rename, so a lock taken over by mistake costs work, not damage.
        onCompromised: () => undefined,
      });
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "ELOCKED") throw error;
    }
    if (!waiting) onWaiting();
    await sleep(retryAfterMs, undefined, { signal });
  }
}
