// Persistent volumes of an executor and its tasks: seen in its sandbox for as long as one of them has them.
import { join, relative } from "node:path";
import type { TaskInfo } from "../../mesos/types.ts";
import { type Executor, resourcesInUse } from "./book.ts";
import type { AgentContext } from "./context.ts";
import { virtualSandbox } from "./paths.ts";
import { linkVolume, unlinkVolume, VolumeError, volumesIn } from "./volumes.ts";

/** Links the volumes of an executor and its new tasks into their sandbox; gives back why one cannot be. */
export function showVolumes(
  agent: AgentContext,
  executor: Executor,
  tasks: readonly TaskInfo[],
): VolumeError | undefined {
  const { flags, files } = agent.options;
  const { directory, info } = executor;
  const resources = [...(info.resources ?? []), ...tasks.flatMap((task) => task.resources ?? [])];
  const key = agent.runKey(executor);
  try {
    for (const volume of volumesIn(flags.work_dir, directory, resources)) {
      linkVolume(directory, volume);
      for (const top of [directory, virtualSandbox(key)])
        files.attach(volume.path, join(top, relative(directory, volume.link)));
    }
  } catch (error) {
    if (error instanceof VolumeError) return error;
    throw error;
  }
  return undefined;
}

/** A task that has ended has no volumes any more; others of its executor may have the same. */
export function releaseVolumes(agent: AgentContext, executor: Executor, taskId: string): void {
  const { work_dir } = agent.options.flags;
  const task = executor.terminated.get(taskId);
  if (task === undefined) return;
  const kept = volumesIn(work_dir, executor.directory, resourcesInUse(executor)).map(({ link }) => link);
  for (const volume of volumesIn(work_dir, executor.directory, task.resources)) {
    if (kept.includes(volume.link)) continue;
    unlinkVolume(volume);
    const shown = relative(executor.directory, volume.link);
    for (const top of [executor.directory, virtualSandbox(agent.runKey(executor))])
      agent.options.files.detach(join(top, shown));
  }
}
