// Ending tasks: KILL is said until the end is heard of, since neither calls nor updates are sure to arrive.
import type { Instance, KillReason } from "./instance.ts";
import { killAgainMs } from "./pace.ts";
import type { Turn } from "./turn.ts";

/** Ends the instance's task, for that reason; without a task, an instance that is to go goes at once. */
export function kill(turn: Turn, instance: Instance, reason: KillReason): void {
  const { task } = instance;
  if (task === undefined) {
    if (reason === "scale") turn.removeInstance(instance);
    return;
  }
  // Whoever waits for the agent of a task that is out of sight may wait for ever; should it come back, it is surplus.
  if (reason === "scale" && instance.state === "unreachable") {
    turn.removeInstance(instance);
    return;
  }
  instance.killFor = instance.killFor === "scale" ? "scale" : reason;
  if (instance.state === "unreachable") {
    turn.instanceChanged(instance);
    return;
  }
  turn.enter(instance, "killing");
  killTask(turn, task.taskId, task.agentId);
}

/** Begins to end a task, be it an instance's or surplus. */
export function killTask(turn: Turn, taskId: string, agentId: string | undefined): void {
  if (!turn.state.kills.has(taskId)) turn.state.kills.set(taskId, { agentId, attempt: 0, nextMs: turn.nowMs });
}

/** To be asked after everything else of a turn. */
export function sendKills(turn: Turn): void {
  const { state, nowMs, env } = turn;
  if (!state.subscribed) return;
  for (const [taskId, kill] of state.kills) {
    // A KILL that overtakes the ACCEPT would find no task.
    if (state.unanswered.has(taskId)) continue;
    if (kill.nextMs <= nowMs) {
      kill.nextMs = nowMs + killAgainMs(kill.attempt++, env.random);
      const agent = kill.agentId === undefined ? {} : { agent_id: { value: kill.agentId } };
      turn.call({ type: "KILL", kill: { task_id: { value: taskId }, ...agent } });
    }
    turn.wakeAt(kill.nextMs);
  }
}
