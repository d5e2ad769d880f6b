// What `ps` shows: apps and their instances as they are now, in JSON.
import type { Failure, Instance, InstanceState } from "./instance.ts";
import { isAvailable } from "./instance.ts";
import { instancesOf } from "./state.ts";
import type { AppState, SchedulerState } from "./state.ts";

export interface InstanceView {
  id: string;
  state: InstanceState;
  /** Milliseconds since the epoch, as all times here. */
  sinceMs: number;
  healthy?: boolean | undefined;
  version: number;
  taskId?: string | undefined;
  agent?: string | undefined;
  agentId?: string | undefined;
  agentUrl?: string | undefined;
  address?: string | undefined;
  hostPorts: number[];
  /** Attributes of the agent, as `rack`. */
  attributes: Record<string, string>;
  containerId?: string | undefined;
  runningSinceMs?: number | undefined;
  restarts: number;
  /** When the next task is launched, of one that backs off. */
  notBeforeMs?: number | undefined;
  lastFailure?: Failure | undefined;
}

export interface AppView {
  name: string;
  version: number;
  wanted: number;
  running: number;
  /** What is under way with the app as a whole; all are ending whose framework is. */
  state: "steady" | "updating" | "rolling-back" | "ending";
  instances: InstanceView[];
}

export function appViews(state: SchedulerState): AppView[] {
  return [...state.apps.values()].map((app) => appView(state, app));
}

export function appView(state: SchedulerState, app: AppState): AppView {
  const instances = instancesOf(state, app.name);
  const checked = app.spec.health !== undefined;
  return {
    name: app.name,
    version: app.version,
    wanted: app.instances,
    running: instances.filter((one) => isAvailable(one, checked)).length,
    state: state.stopping ? "ending" : stateOf(app),
    instances: instances.map(instanceView),
  };
}

function stateOf({ removing, rollout }: AppState): AppView["state"] {
  if (removing) return "ending";
  if (rollout === undefined) return "steady";
  return rollout.state === "rolling" ? "updating" : "rolling-back";
}

function instanceView(instance: Instance): InstanceView {
  const { id, state, sinceMs, healthy, version, task, containerId, runningSinceMs, restarts } = instance;
  return {
    id,
    state,
    sinceMs,
    ...(healthy !== undefined && { healthy }),
    version,
    ...(task && {
      taskId: task.taskId,
      agent: task.agent,
      agentId: task.agentId,
      agentUrl: task.agentUrl,
      address: task.address,
    }),
    hostPorts: task?.hostPorts ?? [],
    attributes: task?.attributes ?? {},
    ...(containerId !== undefined && { containerId }),
    ...(runningSinceMs !== undefined && { runningSinceMs }),
    restarts,
    ...(state === "backing-off" && { notBeforeMs: instance.notBeforeMs }),
    ...(instance.lastFailure && { lastFailure: instance.lastFailure }),
  };
}
