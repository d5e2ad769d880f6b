// Which kind of run a task gets: what the agent has decided, applied to the task that it then launches.
import type { TaskInfo } from "../../mesos/types.ts";
import type { ContainerRuntime, ExecutorAssignment } from "../containerizer/assignment.ts";
import type { SandboxOutput } from "./sandbox-output.ts";
import type { TaskRun } from "./task-run.ts";
import { startDockerTask } from "./docker-run.ts";
import { type PosixRunOptions, startPosixTask } from "./posix-run.ts";
import { startRuncTask } from "./runc-run.ts";

export interface TaskStarterOptions {
  assignment: ExecutorAssignment;
  output: SandboxOutput;
  /** Of the executor's own helpers. */
  env: NodeJS.ProcessEnv;
  ownProgram: string[];
  posix?: Pick<PosixRunOptions, "signals" | "execFailure">;
}

export function taskStarter({
  assignment,
  output,
  env,
  ownProgram,
  posix,
}: TaskStarterOptions): (task: TaskInfo) => TaskRun {
  const { runtime, sandbox, environment } = assignment;
  const withRuntime = <R extends ContainerRuntime>(runtime: R): ExecutorAssignment & { runtime: R } => ({
    ...assignment,
    runtime,
  });
  return (task) => {
    switch (runtime.kind) {
      case "posix": {
        const command = task.command ?? {};
        const own = (command.environment?.variables ?? []).map(({ name, value }) => [name, value ?? ""] as const);
        const complete = { ...environment, ...Object.fromEntries(own) };
        return startPosixTask({ command, environment: complete, sandbox, runtime, output, ...posix });
      }
      case "docker":
        return startDockerTask({ task, assignment: withRuntime(runtime), output, env });
      case "runc":
        return startRuncTask({ task, assignment: withRuntime(runtime), output, env, ownProgram });
    }
  };
}
