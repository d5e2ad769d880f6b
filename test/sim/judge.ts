// What must hold at every moment of a simulation, judged by what really runs and by what the scheduler was told.
import { parseUserDurationMs } from "../../src/mesos/duration.ts";
import type { SchedulerCall } from "../../src/mesos/scheduler-api.ts";
import type { TaskStatus } from "../../src/mesos/types.ts";
import type { AppSpec } from "../../src/scheduler/app-spec.ts";
import type { AgentTask, SimulatedAgent, Truth } from "./agent.ts";
import type { World } from "./world.ts";

const OUT_OF_SIGHT = new Set(["TASK_UNREACHABLE", "TASK_UNKNOWN"]);

export class Judge implements Truth {
  readonly violations: string[] = [];
  /** When a task last started or ended. */
  quietSinceMs = 0;
  readonly #world: World;
  readonly #specOf: (instance: string) => AppSpec | undefined;
  /** Tasks that run, by instance. */
  readonly #alive = new Map<string, Map<string, AgentTask>>();
  /** When the scheduler was first told, without having been told otherwise since, that a task is out of sight. */
  readonly #outOfSightMs = new Map<string, number>();
  readonly #everOutOfSight = new Set<string>();
  readonly #writtenOff = new Set<string>();
  readonly #released = new Set<string>();
  /** Deliveries of an update less acknowledgements of it, within one life of the scheduler. */
  readonly #unacknowledged = new Map<string, number>();

  constructor(world: World, specOf: (instance: string) => AppSpec | undefined) {
    this.#world = world;
    this.#specOf = specOf;
  }

  /** Never more tasks of an instance than the unreachable policy of its app allows. */
  taskStarted(agent: SimulatedAgent, task: AgentTask): void {
    const taskId = task.info.task_id.value;
    const instance = taskId.replace(/\.[^.]*$/, "");
    this.#world.log(() => `${agent.name}: ${taskId} starts`);
    this.quietSinceMs = this.#world.nowMs;
    const others = this.#alive.get(instance) ?? new Map<string, AgentTask>();
    this.#alive.set(instance, others);
    for (const other of others.keys()) this.#judgeSecond(instance, other, taskId);
    others.set(taskId, task);
  }

  taskEnded(agent: SimulatedAgent, task: AgentTask): void {
    const taskId = task.info.task_id.value;
    this.#world.log(() => `${agent.name}: ${taskId} ends as ${task.state}`);
    this.quietSinceMs = this.#world.nowMs;
    this.#alive.get(taskId.replace(/\.[^.]*$/, ""))?.delete(taskId);
  }

  /** A user wants fewer tasks of the app, or none: those that go out of sight are nobody's any more. */
  release(app: string): void {
    for (const [instance, tasks] of this.#alive)
      if (instance.replace(/\.\d+$/, "") === app) for (const taskId of tasks.keys()) this.#released.add(taskId);
  }

  /** The scheduler hears of a task. */
  told(status: TaskStatus): void {
    const taskId = status.task_id.value;
    this.#world.log(() => `← ${taskId} ${status.state} ${status.reason ?? ""} ${status.uuid ?? ""}`);
    if (!OUT_OF_SIGHT.has(status.state)) {
      // Once another task could take its place it is surplus, be it back in sight.
      if (this.#mayBeReplaced(taskId)) this.#writtenOff.add(taskId);
      this.#outOfSightMs.delete(taskId);
    } else {
      this.#everOutOfSight.add(taskId);
      if (!this.#outOfSightMs.has(taskId)) this.#outOfSightMs.set(taskId, this.#world.nowMs);
    }
    if (status.uuid !== undefined)
      this.#unacknowledged.set(status.uuid, (this.#unacknowledged.get(status.uuid) ?? 0) + 1);
  }

  /** Every update acknowledged once, and nothing acknowledged that was not said. */
  called(call: SchedulerCall): void {
    if (call.type !== "ACKNOWLEDGE") return;
    const { uuid } = call.acknowledge;
    const left = (this.#unacknowledged.get(uuid) ?? 0) - 1;
    if (left < 0) this.violations.push(`${this.#at()} ${uuid} is acknowledged more often than it was told`);
    this.#unacknowledged.set(uuid, left);
  }

  schedulerDied(): void {
    this.#unacknowledged.clear();
  }

  #judgeSecond(instance: string, first: string, second: string): void {
    // Its app was removed, or changed since.
    if (this.#specOf(instance) === undefined) return;
    const released = this.#released.has(first) && this.#everOutOfSight.has(first);
    if (released || this.#writtenOff.has(first) || this.#mayBeReplaced(first)) return;
    this.violations.push(`${this.#at()} ${second} starts while ${first} runs`);
  }

  #mayBeReplaced(taskId: string): boolean {
    const replaceAfter = this.#specOf(taskId.replace(/\.[^.]*$/, ""))?.unreachable.replace_after ?? "never";
    const sinceMs = this.#outOfSightMs.get(taskId);
    if (replaceAfter === "never" || sinceMs === undefined) return false;
    return this.#world.nowMs - sinceMs >= parseUserDurationMs(replaceAfter);
  }

  #at(): string {
    return (this.#world.nowMs / 1000).toFixed(3);
  }
}
