// A task's sandbox, through the agent's own endpoints.
import type { Probe } from "./probe.ts";
import { executorsOf } from "./state.ts";

/**
 * The folder of a command task's sandbox.
 * @throws Error when the agent does not come to know the task.
 */
export async function sandboxOf(probe: Probe, taskId: string): Promise<string> {
  let directory: string | undefined;
  await probe.comesTrue(async () => {
    const executors = executorsOf(await probe.agentState());
    directory = executors.find(({ id, source }) => id === taskId || source === taskId)?.directory;
    return directory !== undefined;
  });
  if (directory === undefined) throw new Error(`the agent's /state has no executor ${taskId}`);
  return directory;
}

/** Path and query of one of the agent's /files endpoints. */
export function filesPath(endpoint: "browse" | "read" | "download", path: string, more = ""): string {
  return `/files/${endpoint}?path=${encodeURIComponent(path)}${more}`;
}

/** The text of a file; empty where it cannot be read. */
export async function readFile(probe: Probe, path: string): Promise<string> {
  const { json } = await probe.quietly("agent", { method: "GET", path: filesPath("read", path, "&offset=0") });
  return (json as { data?: string }).data ?? "";
}
