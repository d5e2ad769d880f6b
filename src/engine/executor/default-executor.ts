// The default executor: runs task groups, each task in a container inside the executor's own, and ends a group as a whole
// (docs/nested-container-and-task-group.md, src/launcher/default_executor.cpp of Mesos).
import { randomUUID } from "node:crypto";
import type { FrameworkInfo, KillPolicy, TaskInfo } from "../../mesos/types.ts";
import type { ExecutorEvent } from "../agent/executor-messages.ts";
import type { Clock } from "../common/clock.ts";
import type { ExecutorAssignment } from "../containerizer/assignment.ts";
import { ExecutorSession } from "./executor-session.ts";
import { GroupTask } from "./group-task.ts";
import type { NestedContainers } from "./nested-containers.ts";
import { describeExit, succeeded, type TaskExit } from "./task-run.ts";

/** How long the last updates may take to be acknowledged before the executor ends all the same. */
const FAREWELL_MS = 60_000;

export interface DefaultExecutorOptions {
  assignment: ExecutorAssignment;
  containers: Pick<NestedContainers, "launch" | "environmentOf">;
  say: (line: string) => void;
  clock: Clock;
  /** There is nothing left to do: the process is to end with this status. */
  onDone: (exitCode: number) => void;
}

/**
 * SERVING: takes groups. LEAVING: its tasks have ended, or are to end, and it takes no more. DONE: has told that it ends.
 */
type State = "SERVING" | "LEAVING" | "DONE";

export class DefaultExecutor {
  readonly #options: DefaultExecutorOptions;
  readonly #session: ExecutorSession;
  readonly #groups: GroupTask[][] = [];
  #framework: FrameworkInfo | undefined;
  #state: State = "SERVING";
  /** A task was killed as unhealthy: what ends from then on is told with it. */
  #unhealthy = false;
  /** Nobody is there any more to acknowledge anything. */
  #lost = false;

  constructor(options: DefaultExecutorOptions) {
    this.#options = options;
    const { assignment, clock, say } = options;
    this.#session = new ExecutorSession({
      assignment,
      clock,
      onEvent: (event) => this.#handle(event),
      onLost: (reason) => {
        say(`${reason}; shutting down`);
        this.#lost = true;
        this.#shutdown();
      },
    });
  }

  #handle(event: ExecutorEvent): void {
    if (event.type !== "HEARTBEAT") this.#options.say(`Received ${event.type} event`);
    switch (event.type) {
      case "SUBSCRIBED":
        this.#framework = event.subscribed.framework_info;
        this.#options.say(`Subscribed executor on ${event.subscribed.agent_info.hostname}`);
        return;
      case "LAUNCH_GROUP":
        this.#launch(event.launch_group.task_group.tasks);
        return;
      case "KILL":
        this.#killTask(event.kill.task_id.value, event.kill.kill_policy);
        return;
      case "ACKNOWLEDGED":
        this.#finishIfDone();
        return;
      case "SHUTDOWN":
        this.#shutdown();
        return;
      case "ERROR":
        this.#options.say(`Error: ${event.error.message}`);
        return;
      default:
        return;
    }
  }

  #launch(infos: TaskInfo[]): void {
    const { say } = this.#options;
    if (this.#state !== "SERVING") {
      say("Ignoring the launch group operation as the executor is shutting down");
      return;
    }
    const group = infos.map((info) => this.#newTask(info));
    this.#groups.push(group);
    for (const task of group) task.update("TASK_STARTING");
    for (const task of group) void this.#run(task, group);
  }

  #newTask(info: TaskInfo): GroupTask {
    const { assignment, clock, containers } = this.#options;
    const containerId = randomUUID();
    this.#session.take(info);
    const task: GroupTask = new GroupTask({
      ...{ info, containerId, clock, parentId: assignment.containerId, agentIp: assignment.agent.ip },
      environment: containers.environmentOf(info, containerId),
      update: (status) => this.#session.update(status),
      onUnhealthy: () => {
        this.#unhealthy = true;
        this.#killTask(task.id, undefined);
      },
    });
    return task;
  }

  async #run(task: GroupTask, group: GroupTask[]): Promise<void> {
    const { containers } = this.#options;
    try {
      const run = await containers.launch(task.info, task.containerId);
      task.launched(run);
      run.started.then((started) => task.running(started)).catch((error: unknown) => this.#failed(task, group, error));
      this.#exited(task, group, await run.exited);
    } catch (error) {
      this.#failed(task, group, error);
    }
  }

  #failed(task: GroupTask, group: GroupTask[], error: unknown): void {
    this.#end(task, group, { succeeded: false, message: (error as Error).message });
  }

  #exited(task: GroupTask, group: GroupTask[], exit: TaskExit): void {
    this.#end(task, group, { succeeded: succeeded(exit), message: describeExit("Command", exit) });
  }

  /** A task that ends otherwise than by itself and well takes its group with it. */
  #end(task: GroupTask, group: GroupTask[], { succeeded, message }: { succeeded: boolean; message: string }): void {
    if (task.state === "ENDED") return;
    const state = task.killed ? "TASK_KILLED" : succeeded ? "TASK_FINISHED" : "TASK_FAILED";
    task.end(state, message, this.#unhealthy ? { healthy: false } : {});
    this.#options.say(
      `Child container ${this.#options.assignment.containerId}.${task.containerId} of task '${task.id}' completed in` +
        ` state ${state}: ${message}`,
    );
    if (state !== "TASK_FINISHED") for (const other of group) this.#kill(other, undefined);
    this.#leaveIfOver();
  }

  #killTask(taskId: string, policy: KillPolicy | undefined): void {
    const task = this.#groups.flat().find((one) => one.id === taskId);
    if (task === undefined) this.#options.say(`Ignoring kill for task '${taskId}' as it is no longer active`);
    else this.#kill(task, policy);
  }

  #kill(task: GroupTask, policy: KillPolicy | undefined): void {
    if (task.state === "ENDED" || task.killed) return;
    this.#options.say(`Killing task '${task.id}'`);
    const wantsKilling = this.#framework?.capabilities?.some(({ type }) => type === "TASK_KILLING_STATE") === true;
    if (wantsKilling) task.update("TASK_KILLING", this.#unhealthy ? { healthy: false } : {});
    task.kill(policy);
  }

  #shutdown(): void {
    if (this.#state === "DONE") return;
    this.#state = "LEAVING";
    for (const task of this.#groups.flat()) this.#kill(task, undefined);
    this.#leaveIfOver();
  }

  /** Ended groups are forgotten; with the last of them the executor ends. */
  #leaveIfOver(): void {
    const living = this.#groups.filter((group) => group.some(({ state }) => state !== "ENDED"));
    this.#groups.splice(0, this.#groups.length, ...living);
    if (living.length > 0) return;
    this.#state = "LEAVING";
    this.#options.say("Terminating after 1mins");
    this.#options.clock.after(FAREWELL_MS, () => this.#finish());
    this.#finishIfDone();
  }

  #finishIfDone(): void {
    if (this.#state !== "LEAVING" || this.#groups.length > 0) return;
    if (this.#lost || this.#session.allAcknowledged) this.#finish();
  }

  #finish(): void {
    if (this.#state === "DONE") return;
    this.#state = "DONE";
    this.#session.close();
    this.#options.onDone(0);
  }
}
