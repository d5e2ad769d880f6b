// A scheduler in the foreground, which the app commands find as they find those that were left behind: at a control socket.
import { rmdirSync, rmSync } from "node:fs";
import { dirname } from "node:path";
import { writeAtomically } from "../src/backends/state/write-atomically.ts";
import type { AppEvent } from "../src/scheduler/app-event.ts";
import type { Control } from "../src/scheduler/control/server.ts";
import type { OpenScheduler } from "../src/scheduler/open-scheduler.ts";
import { findScheduler, recordFile, socketPath, type SchedulerRecord } from "./schedulers.ts";

export interface ForegroundScheduler extends AsyncDisposable {
  onOpen: (open: OpenScheduler) => Promise<void>;
  onEvent: (event: AppEvent) => void;
}

/** To be given to `runApps`; nobody finds it any more once it is disposed of. */
export function foregroundScheduler(about: Omit<SchedulerRecord, "socket" | "foreground">): ForegroundScheduler {
  const { stateDirectory, app } = about;
  const file = recordFile(stateDirectory, app);
  let control: Control | undefined;
  return {
    async onOpen(open) {
      // On a cluster of others, one that was left behind may have the name already.
      if ((await findScheduler(stateDirectory, app)) !== undefined) return;
      const { serveControl } = await import("../src/scheduler/control/server.ts");
      const socket = await socketPath(stateDirectory, app);
      const nothing = () => undefined;
      control = await serveControl({
        open: () => open,
        socket,
        foreground: true,
        onRelease: nothing,
        onStopped: nothing,
      });
      writeAtomically(file, JSON.stringify({ ...about, socket, foreground: true }, null, 2) + "\n");
    },
    onEvent: (event) => control?.tell(event),
    async [Symbol.asyncDispose]() {
      if (control === undefined) return;
      rmSync(file, { force: true });
      await control[Symbol.asyncDispose]();
      removeEmpty(dirname(file));
      removeEmpty(stateDirectory);
    },
  };
}

function removeEmpty(folder: string): void {
  try {
    rmdirSync(folder);
  } catch {
    // Others have something in it.
  }
}
