// What is remembered of tasks besides the core's state, for whoever asks about them; not of more than there are or were
// of late.
import type { TaskStatus } from "../../mesos/types.ts";
import type { SchedulerState } from "../core/state.ts";

/** Whoever has ended an instance may still ask how its task ended. */
const KEPT_OF_GONE = 100;

export class TaskNotes {
  readonly #state: SchedulerState;
  /** By instance. */
  readonly #statuses = new Map<string, TaskStatus>();
  /** By task. */
  readonly #acceptedMs = new Map<string, number>();

  constructor(state: SchedulerState) {
    this.#state = state;
  }

  /** The newest status of that instance's task, or of its last one. */
  statusOf(instance: string): TaskStatus | undefined {
    return this.#statuses.get(instance);
  }

  /** When ACCEPT was sent for that task, on the clock that `accepted` was told of. */
  acceptedAtMs(taskId: string): number | undefined {
    return this.#acceptedMs.get(taskId);
  }

  /** To be told before the core is, which forgets tasks that have ended. */
  updated(status: TaskStatus): void {
    const instance = this.#state.byTask.get(status.task_id.value)?.id;
    if (instance === undefined) return;
    // The oldest come first.
    this.#statuses.delete(instance);
    this.#statuses.set(instance, status);
  }

  accepted(taskIds: readonly string[], nowMs: number): void {
    for (const taskId of taskIds) this.#acceptedMs.set(taskId, nowMs);
  }

  /** To be asked after every change: drops what belongs to no task that there is, and all but the newest of what was. */
  forget(): void {
    const { instances, byTask } = this.#state;
    let surplus = this.#statuses.size - instances.size - KEPT_OF_GONE;
    if (surplus > 0)
      for (const id of this.#statuses.keys()) if (!instances.has(id) && surplus-- > 0) this.#statuses.delete(id);
    if (this.#acceptedMs.size > byTask.size)
      for (const id of this.#acceptedMs.keys()) if (!byTask.has(id)) this.#acceptedMs.delete(id);
  }
}
