// Processes of executors and of what they have started, by the sandbox that their agent told each of them.
import { environmentOf, identify, processIds, type ProcessIdentity } from "../../state/process-identity.ts";

/** By the ID of the container that the sandbox is of; this process is never among them. */
export function executorProcesses(folder: string): Map<string, ProcessIdentity[]> {
  const found = new Map<string, ProcessIdentity[]>();
  for (const pid of processIds()) {
    const id = pid === process.pid ? undefined : containerOf(environmentOf(pid), folder);
    const identity = id === undefined ? undefined : identify(pid);
    if (id !== undefined && identity !== undefined) found.set(id, [...(found.get(id) ?? []), identity]);
  }
  return found;
}

/** Sandboxes are …/runs/<container ID>, those of nested containers below their parent's. */
function containerOf(environment: string[], folder: string): string | undefined {
  for (const variable of environment) {
    const path = /^MESOS_(?:DIRECTORY|SANDBOX)=(.*)$/.exec(variable)?.[1];
    if (path?.startsWith(`${folder}/`) === true) return /\/runs\/([^/]+)/.exec(path)?.[1];
  }
  return undefined;
}
