// Where an agent keeps what: sandboxes below work_dir/slaves, what it needs after a restart below work_dir/meta, and what
// concerns living containers below runtime_dir. The layout is Mesos's own (src/slave/paths.hpp).
import { readdirSync, readlinkSync } from "node:fs";
import { join } from "node:path";

export interface ExecutorKey {
  agentId: string;
  frameworkId: string;
  executorId: string;
}
export interface RunKey extends ExecutorKey {
  containerId: string;
}

/** The folder of everything a framework's executor ever ran: `runs/<container id>` are its sandboxes. */
export function executorDirectory(root: string, key: ExecutorKey): string {
  return join(frameworkDirectory(root, key), "executors", key.executorId);
}

/** Below work_dir the sandbox, below work_dir/meta the notes about it. */
export function runDirectory(root: string, key: RunKey): string {
  return join(executorDirectory(root, key), "runs", key.containerId);
}

/** Every run that an agent has notes about, with its sandbox. */
export function runsOf(workDir: string, agentId: string): (RunKey & { directory: string })[] {
  const frameworks = join(metaRoot(workDir), "slaves", agentId, "frameworks");
  return foldersIn(frameworks).flatMap((frameworkId) =>
    foldersIn(join(frameworks, frameworkId, "executors")).flatMap((executorId) =>
      foldersIn(join(frameworks, frameworkId, "executors", executorId, "runs")).map((containerId) => {
        const key = { agentId, frameworkId, executorId, containerId };
        return { ...key, directory: runDirectory(workDir, key) };
      }),
    ),
  );
}

/** The run that a container was made for, of whichever agent on this work_dir; undefined where nothing is noted of it. */
export function runOfContainer(workDir: string, containerId: string): (RunKey & { sandbox: string }) | undefined {
  const runs = agentsIn(workDir).flatMap((agentId) => runsOf(workDir, agentId));
  const run = runs.find((one) => one.containerId === containerId);
  return run && { ...run, sandbox: run.directory };
}

function foldersIn(directory: string): string[] {
  try {
    return readdirSync(directory, { withFileTypes: true }).flatMap((entry) =>
      entry.isDirectory() ? [entry.name] : [],
    );
  } catch {
    return []; // There are none.
  }
}

export const latestRunLink = (root: string, key: ExecutorKey): string =>
  join(executorDirectory(root, key), "runs", "latest");

/** The container of the newest run of an executor; undefined if it has none. */
export function latestRun(workDir: string, key: ExecutorKey): string | undefined {
  try {
    return readlinkSync(latestRunLink(workDir, key));
  } catch {
    return undefined;
  }
}

/** The same sandbox whatever the container is: /files shows it under this path as well. */
export function virtualSandbox(key: ExecutorKey): string {
  return `/frameworks/${key.frameworkId}/executors/${key.executorId}/runs/latest`;
}

export const metaRoot = (workDir: string): string => join(workDir, "meta");
export const latestAgentLink = (workDir: string): string => join(metaRoot(workDir), "slaves", "latest");

export const agentInfoFile = (workDir: string, agentId: string): string =>
  join(metaRoot(workDir), "slaves", agentId, "slave.info");

export const frameworkInfoFile = (workDir: string, agentId: string, frameworkId: string): string =>
  join(metaRoot(workDir), "slaves", agentId, "frameworks", frameworkId, "framework.info");

export const executorInfoFile = (workDir: string, key: ExecutorKey): string =>
  join(executorDirectory(metaRoot(workDir), key), "executor.info");

/** The notes about one run; `executor.sentinel` in it says that the run is over. */
const runMeta = (workDir: string, key: RunKey): string => runDirectory(metaRoot(workDir), key);

export const tasksDirectory = (workDir: string, key: RunKey): string => join(runMeta(workDir, key), "tasks");
export const taskMeta = (workDir: string, key: RunKey, taskId: string): string =>
  join(tasksDirectory(workDir, key), taskId);
export const taskInfoFile = (workDir: string, key: RunKey, taskId: string): string =>
  join(taskMeta(workDir, key, taskId), "task.info");
export const taskUpdatesFile = (workDir: string, key: RunKey, taskId: string): string =>
  join(taskMeta(workDir, key, taskId), "task.updates");

/** A folder of the agent and its counterpart with the notes about it. */
const withMeta = (workDir: string, directoryIn: (root: string) => string): string[] => [
  directoryIn(workDir),
  directoryIn(metaRoot(workDir)),
];
const frameworkDirectory = (root: string, { agentId, frameworkId }: Omit<ExecutorKey, "executorId">): string =>
  join(root, "slaves", agentId, "frameworks", frameworkId);

/** All that is kept of one run, of an executor with all its runs, of a framework, of an agent; sandboxes first. */
export const runDirectories = (workDir: string, key: RunKey): string[] =>
  withMeta(workDir, (root) => runDirectory(root, key));
export const executorDirectories = (workDir: string, key: ExecutorKey): string[] =>
  withMeta(workDir, (root) => executorDirectory(root, key));
export const frameworkDirectories = (workDir: string, key: Omit<ExecutorKey, "executorId">): string[] =>
  withMeta(workDir, (root) => frameworkDirectory(root, key));
export const agentDirectories = (workDir: string, agentId: string): string[] =>
  withMeta(workDir, (root) => join(root, "slaves", agentId));

/** The agents that ever were on this work_dir. */
export const agentsIn = (workDir: string): string[] => foldersIn(join(workDir, "slaves"));

/** What is reserved and created on the agent, whatever its ID. */
export const resourcesFile = (workDir: string): string =>
  join(metaRoot(workDir), "resources", "resources_and_operations.state");

/** What was moved out of the way to be removed. */
export const wasteDirectory = (workDir: string): string => join(workDir, "waste");

export const sentinelFile = (workDir: string, key: RunKey): string => join(runMeta(workDir, key), "executor.sentinel");

/** Everything about one container that runs: its note, and for container images the bundle and writable layer. */
export const containerDirectory = (runtimeDir: string, containerId: string): string =>
  join(runtimeDir, "containers", containerId);

/** Below it lies what belongs to the containers inside a container. */
export const nestedContainersDirectory = (runtimeDir: string, containerId: string): string =>
  join(containerDirectory(runtimeDir, containerId), "containers");

/** Where an executor of ours leaves its exit status, for an agent that is not its parent. */
export const exitStatusFile = (runtimeDir: string, containerId: string): string =>
  join(containerDirectory(runtimeDir, containerId), "status");

/** runc's own state, its --root. */
export const runcRoot = (runtimeDir: string): string => join(runtimeDir, "runc");
