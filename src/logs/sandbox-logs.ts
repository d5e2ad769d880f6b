// stdout and stderr of tasks, as the agents' /state leads to them.
import type { HttpClient } from "../client/http.ts";
import { OperatorClient, type AgentState, type ExecutorSummary } from "../client/operator.ts";
import { MesosUpError } from "../errors.ts";
import { filesLog } from "./files-log.ts";
import type { NamedLog } from "./named-log.ts";

/** Of tasks that have ended, the latest ones: their sandboxes go in time. */
const ENDED_TASKS = 50;

/** @throws MesosApiError, UnreachableError */
export async function sandboxLogs(
  agentUrl: string,
  { http, ended, signal }: { http: HttpClient; ended: boolean; signal: AbortSignal },
): Promise<NamedLog[]> {
  const state = await new OperatorClient(http, agentUrl).agentState(signal);
  return sandboxesOf(state, ended).flatMap(({ folder, task, aliases }) =>
    ["stdout", "stderr"].map((stream): NamedLog => {
      const path = `${folder}/${stream}`;
      const absent = new MesosUpError(`The task ${task} has no ${stream} in its sandbox.`, {
        code: "LOG_ABSENT",
        hint: "Its sandbox may have been removed, or its executor writes elsewhere.",
      });
      return { name: `${task} ${stream}`, kind: "task", aliases, log: filesLog({ http, url: agentUrl, path, absent }) };
    }),
  );
}

export interface Sandbox {
  /** As /files takes it. */
  folder: string;
  task: string;
  aliases: string[];
}

/** Sandboxes of tasks that run and, if asked for, of those that have ended. */
export function sandboxesOf({ frameworks, completed_frameworks }: AgentState, ended: boolean): Sandbox[] {
  const running = frameworks.flatMap(({ executors, ...framework }) =>
    executors.flatMap((executor) => tasksOf(executor, framework, executor.tasks)),
  );
  if (!ended) return running;
  const over = [...completed_frameworks, ...frameworks].flatMap(({ executors, completed_executors, ...framework }) => [
    ...completed_executors.flatMap((one) => tasksOf(one, framework, [...one.tasks, ...(one.completed_tasks ?? [])])),
    ...executors.flatMap((one) => tasksOf(one, framework, one.completed_tasks ?? [])),
  ]);
  return [...over.slice(-ENDED_TASKS), ...running];
}

function tasksOf(
  { id, directory, type }: ExecutorSummary,
  framework: Record<string, unknown>,
  tasks: readonly { id: string; name?: string }[],
): Sandbox[] {
  // The default executor gives each task of its own a folder within its sandbox; others share theirs.
  const nested = type === "DEFAULT";
  const shared = !nested && tasks.length > 1;
  return (shared ? tasks.slice(0, 1) : tasks).map((task) => ({
    folder: nested ? `${directory}/tasks/${task.id}` : directory,
    task: shared ? id : task.id,
    aliases: [
      ...new Set([task.name ?? task.id, task.id, ...tasks.map((one) => one.id), id, String(framework["name"])]),
    ],
  }));
}
