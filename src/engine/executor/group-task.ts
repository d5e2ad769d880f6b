// One task of a task group, as the default executor keeps it: the container it runs in, and what is known of its health.
import type { ContainerStatus, KillPolicy, TaskInfo, TaskState, TaskStatus } from "../../mesos/types.ts";
import type { Clock } from "../common/clock.ts";
import { type Checks, emptyCheckStatus, startChecks } from "./checks.ts";
import type { NewStatus } from "./executor-session.ts";
import type { StartedTask, TaskRun } from "./task-run.ts";

const DEFAULT_GRACE_MS = 3_000;

/** LAUNCHING: its container is being made. RUNNING: told so. ENDED: its last update is made. */
type State = "LAUNCHING" | "RUNNING" | "ENDED";

export interface GroupTaskOptions {
  info: TaskInfo;
  containerId: string;
  /** Of the executor. */
  parentId: string;
  agentIp: string;
  clock: Clock;
  /** For commands of its checks. */
  environment: Record<string, string>;
  update: (status: NewStatus) => void;
  /** One failed health check too many. */
  onUnhealthy: () => void;
}

export class GroupTask {
  readonly info: TaskInfo;
  readonly containerId: string;
  state: State = "LAUNCHING";
  /** Set once it was asked to end: for how long it may take. */
  #graceMs: number | undefined;
  readonly #options: GroupTaskOptions;
  #run: TaskRun | undefined;
  #container: ContainerStatus;
  #checks: Checks | undefined;
  #healthy: boolean | undefined;
  #checkStatus: unknown;

  constructor(options: GroupTaskOptions) {
    this.#options = options;
    this.info = options.info;
    this.containerId = options.containerId;
    this.#container = { container_id: { value: options.containerId, parent: { value: options.parentId } } };
    this.#checkStatus = emptyCheckStatus(options.info);
  }

  get id(): string {
    return this.info.task_id.value;
  }

  get killed(): boolean {
    return this.#graceMs !== undefined;
  }

  /** Its container is made, and its process about to run. */
  launched(run: TaskRun): void {
    this.#run = run;
    if (this.#graceMs !== undefined) run.kill(this.#graceMs);
  }

  running({ pid, networkInfos }: StartedTask): void {
    if (this.state !== "LAUNCHING") return;
    this.state = "RUNNING";
    const { agentIp } = this.#options;
    const address = [{ ip_addresses: [{ protocol: "IPv4" as const, ip_address: agentIp }] }];
    this.#container = {
      ...this.#container,
      ...(pid === undefined ? {} : { executor_pid: pid }),
      network_infos: networkInfos ?? address,
    };
    this.update("TASK_RUNNING");
    if (!this.killed) this.#watch();
  }

  /** Nothing happens the second time. `policy` comes before the task's own. */
  kill(policy: KillPolicy | undefined): void {
    if (this.killed) return;
    const nanoseconds = (policy ?? this.info.kill_policy)?.grace_period?.nanoseconds;
    this.#graceMs = nanoseconds === undefined ? DEFAULT_GRACE_MS : nanoseconds / 1e6;
    this.#checks?.stop();
    this.#run?.kill(this.#graceMs);
  }

  /** The last update. */
  end(state: TaskState, message: string, details: Partial<TaskStatus> = {}): void {
    this.state = "ENDED";
    this.#checks?.stop();
    const { container_id } = this.#container;
    this.#container = container_id === undefined ? {} : { container_id };
    this.update(state, { message, ...details });
  }

  update(state: TaskState, details: Partial<TaskStatus> = {}): void {
    // A change of state says that there is a check, but not what its result was, as in Mesos.
    const checkStatus = details.reason === undefined ? emptyCheckStatus(this.info) : this.#checkStatus;
    this.#options.update({
      task_id: this.info.task_id,
      state,
      container_status: this.#container,
      ...(this.#healthy === undefined || state !== "TASK_RUNNING" ? {} : { healthy: this.#healthy }),
      ...(checkStatus === undefined ? {} : { check_status: checkStatus }),
      ...details,
    });
  }

  #watch(): void {
    const run = this.#run;
    if (run === undefined) return;
    const { clock, environment, onUnhealthy } = this.#options;
    this.#checks = startChecks({
      ...{ task: this.info, run, clock, environment },
      onHealth: (healthy, killing) => {
        this.#healthy = healthy;
        this.update("TASK_RUNNING", { reason: "REASON_TASK_HEALTH_CHECK_STATUS_UPDATED", healthy });
        if (killing) onUnhealthy();
      },
      onCheck: (status) => {
        this.#checkStatus = status;
        this.update("TASK_RUNNING", { reason: "REASON_TASK_CHECK_STATUS_UPDATED" });
      },
    });
  }
}
