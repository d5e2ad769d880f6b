// New executors: their place in the book, their sandbox, what is kept of them on disk, and their container.
import { randomUUID } from "node:crypto";
import type { ExecutorInfo, FrameworkInfo, TaskInfo } from "../../mesos/types.ts";
import { type Executor, newExecutor, newTask } from "./book.ts";
import { writeCheckpoint } from "./checkpoint.ts";
import type { AgentContext } from "./context.ts";
import { assignmentFor, makeSandbox } from "./launches.ts";
import {
  executorDirectories,
  executorInfoFile,
  frameworkDirectories,
  frameworkInfoFile,
  taskInfoFile,
  virtualSandbox,
} from "./paths.ts";

/** Puts a new executor into the book, with its sandbox and, where its framework wants that, its checkpoints. */
export function createExecutor(
  agent: AgentContext,
  framework: FrameworkInfo,
  { info, isCommand }: { info: ExecutorInfo; isCommand: boolean },
): Executor {
  const { options, book } = agent;
  const { work_dir } = options.flags;
  const frameworkId = framework.id?.value ?? "";
  const containerId = randomUUID();
  const key = agent.runKey({ frameworkId, containerId, info });
  for (const path of [...frameworkDirectories(work_dir, key), ...executorDirectories(work_dir, key)])
    agent.garbage.unschedule(path);
  const directory = makeSandbox(work_dir, key);
  options.files.attach(directory, directory);
  options.files.attach(directory, virtualSandbox(key));
  const executor = newExecutor({ info, frameworkId, containerId, directory, isCommand });
  book.framework(framework).executors.set(info.executor_id.value, executor);
  if (framework.checkpoint === true) {
    writeCheckpoint(frameworkInfoFile(work_dir, key.agentId, frameworkId), framework);
    writeCheckpoint(executorInfoFile(work_dir, key), { info, isCommand });
  }
  return executor;
}

export function checkpointTask(agent: AgentContext, executor: Executor, task: TaskInfo): void {
  const { options, book } = agent;
  if (book.frameworks.get(executor.frameworkId)?.info.checkpoint !== true) return;
  writeCheckpoint(
    taskInfoFile(options.flags.work_dir, agent.runKey(executor), task.task_id.value),
    newTask(task, executor),
  );
}

/** Starts the container of an executor; `task` is a command task's. Rejects where that fails. */
export function launchContainer(
  agent: AgentContext,
  framework: FrameworkInfo,
  { executor, task }: { executor: Executor; task: TaskInfo | undefined },
): Promise<void> {
  const { flags, address, env, containers, log } = agent.options;
  const key = agent.runKey(executor);
  const role =
    task?.resources?.[0]?.allocation_info?.role ?? executor.info.resources?.[0]?.allocation_info?.role ?? "*";
  const { info, directory: sandbox } = executor;
  const assignment = assignmentFor({ flags, address, key, executor: info, sandbox, framework, role, env });
  const user = task?.command?.user ?? executor.info.command?.user ?? framework.user;
  log.info(`Launching container ${key.containerId} for executor '${key.executorId}' of framework ${key.frameworkId}`);
  return containers.launch({ assignment, executor: executor.info, task, user });
}
