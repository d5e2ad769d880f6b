// The cluster as its leading master sees it.
import type { HttpClient } from "../../client/http.ts";
import { OperatorClient } from "../../client/operator.ts";
import { acceptsSubscribe } from "../../client/readiness.ts";
import { systemClock } from "../../client/clock.ts";
import { isTerminal } from "../../mesos/task-state.ts";
import type { TaskState } from "../../mesos/types.ts";
import { ask, type AskOptions } from "../ask.ts";
import type { ClusterTasks, LeaderFacts, TaskFacts } from "../facts.ts";

/** As GET_TASKS has it (master.proto, Response.GetTasks). */
interface GetTasks {
  get_tasks: Partial<Record<"tasks" | "unreachable_tasks" | "orphan_tasks", WireTask[]>>;
}

interface WireTask {
  task_id: { value: string };
  framework_id: { value: string };
  agent_id: { value: string };
  state: string;
  status_update_state?: string;
}

interface GetFrameworks {
  get_frameworks: {
    frameworks?: {
      framework_info: { id: { value: string }; name: string };
      active: boolean;
      connected: boolean;
      recovered?: boolean;
    }[];
  };
}

export async function leaderFacts(
  url: string,
  { http, options, mayChange }: { http: HttpClient; options: AskOptions; mayChange: boolean },
): Promise<LeaderFacts> {
  const operator = new OperatorClient(http, url);
  const [agents, tasks, frameworks, subscribes] = await Promise.all([
    ask((signal) => operator.agents(signal), options),
    ask((signal) => clusterTasks(operator, signal), options),
    ask(async (signal) => {
      const { get_frameworks } = await operator.call<GetFrameworks>("GET_FRAMEWORKS", {}, signal);
      return (get_frameworks.frameworks ?? []).map(({ framework_info, active, connected, recovered }) => ({
        ...{ id: framework_info.id.value, name: framework_info.name, active, connected, recovered: recovered ?? false },
      }));
    }, options),
    mayChange ? ask((signal) => subscribed(http, url, signal), options) : undefined,
  ]);
  return { url, agents, tasks, frameworks, subscribes };
}

/** Longer than an update takes to be acknowledged by a framework that hears it. */
const ACKNOWLEDGED_WITHIN_MS = 300;

async function clusterTasks(operator: OperatorClient, signal: AbortSignal): Promise<ClusterTasks> {
  const look = async () => {
    const { get_tasks } = await operator.call<GetTasks>("GET_TASKS", {}, signal);
    return {
      running: (get_tasks.tasks ?? []).map(taskFacts),
      unreachable: (get_tasks.unreachable_tasks ?? []).map(taskFacts),
      orphans: (get_tasks.orphan_tasks ?? []).map(taskFacts),
    };
  };
  const tasks = await look();
  const waiting = tasks.running.filter(isWaiting);
  if (waiting.length === 0) return { ...tasks, waiting };
  // One that has just been sent is no finding.
  await systemClock.sleep(ACKNOWLEDGED_WITHIN_MS, signal);
  const { running } = await look();
  const still = (task: TaskFacts): boolean =>
    running.some((one) => one.id === task.id && one.framework === task.framework && isSameUpdate(one, task));
  return { ...tasks, waiting: waiting.filter(still) };
}

/**
 * A task that has ended stays among the others until its framework has acknowledged that; of one that goes on, the agent
 * tells its state at once and sends the update only when the one before it is acknowledged.
 */
function isWaiting({ state, updateState }: TaskFacts): boolean {
  return isTerminal(state as TaskState) || (updateState !== undefined && updateState !== state);
}

function isSameUpdate(one: TaskFacts, other: TaskFacts): boolean {
  return one.state === other.state && one.updateState === other.updateState;
}

async function subscribed(http: HttpClient, url: string, signal: AbortSignal): Promise<true> {
  await acceptsSubscribe(http, url, { signal, clock: systemClock });
  return true;
}

function taskFacts({ task_id, framework_id, agent_id, state, status_update_state }: WireTask): TaskFacts {
  return {
    ...{ id: task_id.value, framework: framework_id.value, agent: agent_id.value, state },
    updateState: status_update_state,
  };
}
