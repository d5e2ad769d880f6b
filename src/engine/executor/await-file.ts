// Waits for a file that another program writes when it has got somewhere.
import { existsSync, watch } from "node:fs";
import { dirname } from "node:path";

/** Resolves when the file is there, or when `over` has settled, whichever is first. Its folder must exist. */
export async function awaitFile(file: string, over: Promise<unknown>): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    const watcher = watch(dirname(file));
    const stop = (): void => {
      watcher.close();
      resolve();
    };
    watcher.on("change", () => {
      if (existsSync(file)) stop();
    });
    watcher.on("error", reject);
    void over.then(stop, stop);
    // It may have been written before anybody watched.
    if (existsSync(file)) stop();
  });
}
