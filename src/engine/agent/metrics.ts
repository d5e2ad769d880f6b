// /metrics/snapshot of an agent (docs/monitoring.md).
import { scalarOf } from "../../mesos/resources.ts";
import type { Clock } from "../common/clock.ts";
import type { Agent } from "./agent.ts";
import { resourcesInUse } from "./book.ts";

export interface MetricsOptions {
  agent: Agent;
  clock: Clock;
  /** Seconds since the epoch. */
  startTime: number;
  isRegistered: boolean;
}

const RESOURCES = ["cpus", "gpus", "mem", "disk"];

export function agentMetrics({ agent, clock, startTime, isRegistered }: MetricsOptions): Record<string, number> {
  const executors = agent.book.executors();
  const total = agent.info.resources ?? [];
  const used = executors.flatMap(resourcesInUse);
  const inState = (state: string): number => executors.filter((one) => one.state === state).length;
  const launched = executors.flatMap((one) => [...one.launched.values()]);
  const tasksIn = (state: string): number => launched.filter((task) => task.state === state).length;
  const ended = agent.endedTasks;
  return {
    "slave/registered": isRegistered ? 1 : 0,
    "slave/uptime_secs": clock.nowMs() / 1000 - startTime,
    "slave/recovery_errors": 0,
    "slave/frameworks_active": agent.book.frameworks.size,
    "slave/executors_registering": inState("REGISTERING"),
    "slave/executors_running": inState("RUNNING"),
    "slave/executors_terminating": inState("TERMINATING"),
    "slave/executors_terminated": inState("TERMINATED"),
    "slave/tasks_staging": tasksIn("TASK_STAGING") + executors.reduce((sum, one) => sum + one.queued.size, 0),
    "slave/tasks_starting": tasksIn("TASK_STARTING"),
    "slave/tasks_running": tasksIn("TASK_RUNNING"),
    "slave/tasks_killing": tasksIn("TASK_KILLING"),
    "slave/tasks_finished": ended.get("TASK_FINISHED") ?? 0,
    "slave/tasks_failed": ended.get("TASK_FAILED") ?? 0,
    "slave/tasks_killed": ended.get("TASK_KILLED") ?? 0,
    "slave/tasks_lost": ended.get("TASK_LOST") ?? 0,
    "slave/tasks_gone": ended.get("TASK_GONE") ?? 0,
    "gc/path_removals_failed": agent.garbage.failed,
    "gc/path_removals_pending": agent.garbage.pending,
    "gc/path_removals_succeeded": agent.garbage.succeeded,
    "slave/valid_status_updates": agent.takenUpdates,
    ...Object.fromEntries(
      RESOURCES.flatMap((name) => resourceMetrics(name, scalarOf(total, name), scalarOf(used, name))),
    ),
  };
}

function resourceMetrics(name: string, total: number, used: number): [string, number][] {
  return [
    [`slave/${name}_total`, total],
    [`slave/${name}_used`, used],
    [`slave/${name}_percent`, total === 0 ? 0 : used / total],
  ];
}
