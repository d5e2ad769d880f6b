// What the tasks of an app have written and write, and where they are.
import type { HttpClient } from "../src/client/http.ts";
import type { ControlClient } from "../src/scheduler/control/client.ts";
import type { InstanceView } from "../src/scheduler/core/view.ts";
import { instanceUnknown } from "../src/scheduler/instance-unknown.ts";
import { appOf, nothingRuns, withScheduler, type AppOptions } from "./apps.ts";
import { readConnection } from "./connection.ts";
import type { CommandResult, Edge } from "./edge.ts";

export interface LogOptions extends AppOptions {
  stderr?: boolean;
  follow?: boolean;
  lines: number;
}

const BYTES_PER_LINE = 400;

/** The end of what the tasks of an app, or of one instance, have written; with `follow` also what they go on to write. */
export function taskLogs(target: string, options: LogOptions): Promise<never> {
  return withScheduler(appOf(target), options, async (client, edge) => {
    const [{ HttpClient: Client }, { FilesClient, findSandbox }] = await Promise.all([
      import("../src/client/http.ts"),
      import("../src/client/files.ts"),
    ]);
    await using http = new Client(await readConnection(options));
    if (options.follow === true) return await followLogs(target, client, { options, edge, http });
    const tasks = await tasksOf(target, client);
    const logs = await Promise.all(
      tasks.map(async ({ id, agentUrl, taskId, frameworkId }) => {
        const sandbox = await findSandbox(http, agentUrl, { frameworkId, taskId });
        const text = await new FilesClient(http, agentUrl).tail(
          `${sandbox ?? ""}/${options.stderr === true ? "stderr" : "stdout"}`,
          options.lines * BYTES_PER_LINE,
        );
        return { instance: id, taskId, lines: text.trimEnd().split("\n").slice(-options.lines) };
      }),
    );
    const text = logs.flatMap(({ instance, lines }) => lines.map((line) => `${instance}  ${line}`)).join("\n");
    return { json: { ok: true, logs }, text };
  });
}

interface Following {
  options: LogOptions;
  edge: Edge;
  http: HttpClient;
}

const LOOK_AGAIN_MS = 1000;

/** Until Ctrl-C; tasks that follow others are read from their beginning. */
async function followLogs(target: string, client: ControlClient, following: Following): Promise<CommandResult> {
  const { edge, options } = following;
  const { systemClock } = await import("../src/client/clock.ts");
  const read = new Set<string>();
  const readers: Promise<void>[] = [];
  const failures: unknown[] = [];
  for (let first = true; failures.length === 0; first = false) {
    const tasks = await tasksOf(target, client, first ? "some" : "any").catch((error: unknown) => {
      if (edge.signal.aborted) return [];
      throw error;
    });
    for (const task of tasks.filter(({ taskId }) => !read.has(taskId))) {
      read.add(task.taskId);
      const lastBytes = first ? options.lines * BYTES_PER_LINE : Number.MAX_SAFE_INTEGER;
      readers.push(followTask(task, { ...following, lastBytes }).catch((error: unknown) => void failures.push(error)));
    }
    await systemClock.sleep(LOOK_AGAIN_MS, edge.signal).catch(() => undefined);
    if (edge.signal.aborted) return { json: undefined, text: "", streamed: true };
  }
  throw failures[0];
}

async function followTask(
  task: Task,
  { options, edge, http, lastBytes }: Following & { lastBytes: number },
): Promise<void> {
  const [{ FilesClient, findSandbox }, { systemClock: clock }, { MesosApiError }] = await Promise.all([
    import("../src/client/files.ts"),
    import("../src/client/clock.ts"),
    import("../src/errors.ts"),
  ]);
  const { id: instance, taskId, agentUrl, frameworkId } = task;
  const { signal } = edge;
  const sandbox = await findSandbox(http, agentUrl, { frameworkId, taskId, signal });
  if (sandbox === undefined) return;
  const file = `${sandbox}/${options.stderr === true ? "stderr" : "stdout"}`;
  try {
    for await (const lines of new FilesClient(http, agentUrl).follow(file, { lastBytes, clock, signal }))
      for (const line of lines)
        process.stdout.write(
          (options.json ? JSON.stringify({ instance, taskId, line }) : `${instance}  ${line}`) + "\n",
        );
  } catch (error) {
    // The agent has removed the sandbox of a task that ended long ago.
    if (!(error instanceof MesosApiError && error.status === 404)) throw error;
  }
}

export interface Task {
  id: string;
  taskId: string;
  agentUrl: string;
  containerId: string | undefined;
  frameworkId: string;
}

/** @throws MesosUpError INSTANCE_UNKNOWN; NOTHING_RUNS if there is no task though some is wanted */
export async function tasksOf(target: string, client: ControlClient, wanted: "some" | "any" = "some"): Promise<Task[]> {
  const { framework } = await client.status();
  const { instances } = await client.app(appOf(target));
  if (target !== appOf(target) && !instances.some(({ id }) => id === target)) throw instanceUnknown(target);
  const isMeant = ({ id }: InstanceView) => target === appOf(target) || id === target;
  const tasks = instances.filter(isMeant).flatMap(({ id, taskId, agentUrl, containerId }) => {
    const frameworkId = framework.id ?? "";
    return taskId === undefined || agentUrl === undefined ? [] : [{ id, taskId, agentUrl, containerId, frameworkId }];
  });
  if (tasks.length === 0 && wanted === "some") throw nothingRuns(target);
  return tasks;
}
