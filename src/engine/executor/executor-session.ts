// What every executor of the agent's own has to keep of its conversation with the agent: updates until they are known to
// be on the agent's disk, and tasks until an update of theirs is (docs/executor-http-api.md, "Disconnections").
import { randomUUID } from "node:crypto";
import { uuidToBase64 } from "../../mesos/ids.ts";
import type { TaskInfo, TaskStatus } from "../../mesos/types.ts";
import type { ExecutorCall, ExecutorEvent } from "../agent/executor-messages.ts";
import type { Clock } from "../common/clock.ts";
import type { ExecutorAssignment } from "../containerizer/assignment.ts";
import { AgentConnection } from "./agent-connection.ts";

export interface ExecutorSessionOptions {
  assignment: ExecutorAssignment;
  clock: Clock;
  /** Told of every event; of ACKNOWLEDGED once the session has taken it in. */
  onEvent: (event: ExecutorEvent) => void;
  /** The agent is out of reach for good, or goes on refusing the executor. */
  onLost: (reason: string) => void;
}

/** A status without what the session adds to every one. */
export type NewStatus = Omit<TaskStatus, "source" | "executor_id" | "timestamp" | "uuid">;

export class ExecutorSession {
  readonly #options: ExecutorSessionOptions;
  readonly #connection: AgentConnection;
  /** By UUID, oldest first: told again with every SUBSCRIBE until the agent has them on its disk. */
  readonly #unacknowledged = new Map<string, TaskStatus>();
  /** Those of which the agent has acknowledged nothing yet. */
  readonly #unknownTasks = new Map<string, TaskInfo>();

  constructor(options: ExecutorSessionOptions) {
    this.#options = options;
    const { assignment, clock, onLost } = options;
    this.#connection = new AgentConnection({
      agent: assignment.agent,
      subscribeCall: () => this.#subscribeCall(),
      onEvent: (event) => this.#handle(event),
      onLost,
      recoveryTimeoutMs: assignment.checkpoint ? assignment.recoveryTimeoutMs : 0,
      clock,
    });
  }

  /** Whether the agent has every update. */
  get allAcknowledged(): boolean {
    return this.#unacknowledged.size === 0;
  }

  /** A task has arrived. */
  take(task: TaskInfo): void {
    this.#unknownTasks.set(task.task_id.value, task);
  }

  update(given: NewStatus): void {
    const { assignment, clock } = this.#options;
    const uuid = uuidToBase64(randomUUID());
    const status: TaskStatus = {
      ...(given as TaskStatus),
      source: "SOURCE_EXECUTOR",
      executor_id: { value: assignment.executorId },
      timestamp: clock.nowMs() / 1000,
      uuid,
    };
    this.#unacknowledged.set(uuid, status);
    this.#connection.send(this.#call({ type: "UPDATE", update: { status } }));
  }

  close(): void {
    this.#connection.close();
  }

  #handle(event: ExecutorEvent): void {
    if (event.type === "ACKNOWLEDGED") {
      this.#unacknowledged.delete(event.acknowledged.uuid);
      this.#unknownTasks.delete(event.acknowledged.task_id.value);
    }
    this.#options.onEvent(event);
  }

  #subscribeCall(): ExecutorCall {
    return this.#call({
      type: "SUBSCRIBE",
      subscribe: {
        unacknowledged_tasks: [...this.#unknownTasks.values()],
        unacknowledged_updates: [...this.#unacknowledged.values()].map((status) => ({ status })),
      },
    });
  }

  #call<C>(call: C): C & { framework_id: { value: string }; executor_id: { value: string } } {
    const { frameworkId, executorId } = this.#options.assignment;
    return { framework_id: { value: frameworkId }, executor_id: { value: executorId }, ...call };
  }
}
