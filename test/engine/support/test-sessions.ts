// Sessions in the containers of a test's agent: what they run are real processes.
import { silentLog } from "../../../src/engine/common/log.ts";
import { Sessions } from "../../../src/engine/sessions/sessions.ts";
import type { TestAgent } from "./agent-harness.ts";

export function sessionsOf({ clock, containers, workDir }: TestAgent): Sessions {
  return new Sessions({
    ...{ clock, log: silentLog, env: process.env, runtimeDir: workDir },
    noteOf: (containerId) => containers.get(containerId),
    runtimes: { prepare: () => Promise.resolve({ kind: "posix" }) },
  });
}
