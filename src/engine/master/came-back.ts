// What an agent that is connected again is told, and what frameworks are told of their tasks on it.
import type { Task } from "../protocol.ts";
import type { MasterContext } from "./context.ts";
import { type Agent, tasksOf } from "./state.ts";
import { masterStatus } from "./task-format.ts";
import { forward, hasEnded } from "./tasks.ts";

/** Tells the agent what it should have and did not report, and what must be killed. */
export function reconcileKnown(
  agent: Agent,
  reported: readonly Task[],
  timeout: { total_ping_timeout_seconds: number },
): void {
  const name = (task: Task): string => `${task.framework_id.value} ${task.task_id.value}`;
  const names = new Set(reported.map(name));
  const unknown = tasksOf(agent).filter((task) => !names.has(name(task)));
  agent.link?.send({
    type: "REREGISTERED",
    reregistered: {
      agent_id: { value: agent.id },
      ...timeout,
      unknown_tasks: unknown.map(({ framework_id, task_id }) => ({ framework_id, task_id })),
    },
  });
  for (const task of reported) {
    if (hasEnded(task.state) || !agent.killed.has(name(task))) continue;
    const { framework_id, task_id } = task;
    agent.link?.send({ type: "KILL_TASK", kill_task: { framework_id, task_id } });
  }
}

/** Tells the agent what a framework is by now, or that it is over. */
export function tellFramework(master: MasterContext, agent: Agent, frameworkId: string): void {
  const framework = master.state.frameworks.get(frameworkId);
  if (framework) agent.link?.send({ type: "UPDATE_FRAMEWORK", update_framework: { framework: framework.info } });
  else if (master.state.completedFrameworks.has(frameworkId))
    agent.link?.send({ type: "SHUTDOWN_FRAMEWORK", shutdown_framework: { framework_id: { value: frameworkId } } });
}

/** Frameworks had been told that these tasks are lost or out of reach, or would have been had they asked. */
export function tellReachable(master: MasterContext, agent: Agent, message: string): void {
  for (const task of tasksOf(agent)) {
    const framework = master.state.frameworks.get(task.framework_id.value);
    if (!framework) continue;
    const parts = {
      ...{ taskId: task.task_id.value, agentId: agent.id, executorId: task.executor_id?.value, task },
      ...{ state: task.status_update_state ?? task.state, reason: "REASON_AGENT_REREGISTERED", message },
    };
    forward(framework, masterStatus(master, parts));
  }
}
