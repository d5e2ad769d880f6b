// What the engine's master and agent say to each other: JSON records over one connection that the agent opens.
//
// The agent sends `GET AGENT_LINK_PATH` with `Upgrade: AGENT_LINK_PROTOCOL` to a master. A leading master answers 101 and
// from then on both sides send RecordIO records of JSON, in order; any other answer (307, 503) means: detect the leader
// again. The agent's first message is REGISTER or REREGISTER. A closed connection means that the other side is gone or
// does not lead any more: the agent detects the leader again and re-registers. Messages follow Mesos's own
// (src/messages/messages.proto) in meaning; real masters and agents speak another encoding and cannot take part.
import type { OperationRecord, OperationStatus, ResourceOperation } from "../mesos/operations.ts";
import type {
  AgentInfo,
  ContainerInfo,
  ExecutorID,
  ExecutorInfo,
  FrameworkID,
  FrameworkInfo,
  HealthCheck,
  KillPolicy,
  Labels,
  Resource,
  TaskID,
  TaskInfo,
  TaskState,
  TaskStatus,
  Value,
} from "../mesos/types.ts";

export const AGENT_LINK_PATH = "/internal/agent";
export const AGENT_LINK_PROTOCOL = "mesos-up-agent/1";
/** A record larger than this closes the connection. */
export const AGENT_LINK_RECORD_LIMIT_BYTES = 64 * 1024 * 1024;

/** What the engine says it is, to clients and in ZooKeeper. */
export const MESOS_VERSION = "1.12.0";

/** A task as masters, agents and the operator API keep it (mesos.proto, `Task`). */
export interface Task {
  name: string;
  task_id: TaskID;
  framework_id: FrameworkID;
  agent_id: { value: string };
  /** Absent for command tasks, whose executor is the agent's own. */
  executor_id?: ExecutorID;
  /** The newest state that is known, acknowledged or not. */
  state: TaskState;
  resources: Resource[];
  /** One per state seen, oldest first, as forwarded to the framework. */
  statuses: TaskStatus[];
  /** The state last forwarded to the framework, and the UUID (base64) of that update. */
  status_update_state?: TaskState;
  status_update_uuid?: string;
  labels?: Labels;
  discovery?: unknown;
  container?: ContainerInfo;
  health_check?: HealthCheck;
  user?: string;
}

/** A status on its way from an executor to its framework, kept by the agent until it is acknowledged. */
export interface StatusUpdate {
  framework_id: FrameworkID;
  executor_id?: ExecutorID;
  agent_id: { value: string };
  /** As the framework will see it, `uuid` included. */
  status: TaskStatus;
  /** The task's newest state on the agent: it is ahead of `status` while earlier updates wait for their acknowledgement. */
  latest_state?: TaskState;
}

/** An executor that lives on an agent. `framework_id` is set in `executor_info`. */
export interface ExecutorReport {
  executor_info: ExecutorInfo;
  framework_id: FrameworkID;
}

/** How an operation has ended; kept by the agent until it is acknowledged, where its status has a `uuid`. */
export interface OperationUpdate {
  /** Absent for an operator's. */
  framework_id?: FrameworkID;
  operation_uuid: Value<string>;
  status: OperationStatus;
}

/** What an agent says of itself with every (re-)registration. */
export interface AgentDescription {
  /** `id` is set exactly when re-registering; `resources` is all it has, `attributes`, `hostname`, `port` as flags say. */
  agent_info: AgentInfo;
  /** "slave(1)@127.0.0.1:5051" */
  pid: string;
  version: string;
  capabilities: string[];
  /** All that the agent has, with what was reserved and created on it; absent where that is what `agent_info` says. */
  total_resources?: Resource[];
}

export type AgentToMaster =
  | { type: "REGISTER"; register: AgentDescription }
  | {
      type: "REREGISTER";
      reregister: AgentDescription & {
        /** Every task that is not terminal, or whose terminal update is not acknowledged yet. */
        tasks: Task[];
        /** Every living executor that is not a command executor. */
        executors: ExecutorReport[];
        /** The frameworks of those tasks and executors, `id` set. */
        frameworks: FrameworkInfo[];
        /** Operations whose end is not acknowledged yet. */
        operations: OperationRecord[];
      };
    }
  /** The agent goes for good (SIGUSR1, MARK_AGENT_GONE): its tasks are lost. */
  | { type: "UNREGISTER" }
  | { type: "UPDATE"; update: StatusUpdate }
  | { type: "OPERATION_UPDATE"; operation_update: OperationUpdate }
  | { type: "MESSAGE"; message: { framework_id: FrameworkID; executor_id: ExecutorID; data: string } }
  /** `status` is the wait status that Mesos shows: exit code times 256, or the signal's number. */
  | {
      type: "EXITED_EXECUTOR";
      exited_executor: { framework_id: FrameworkID; executor_id: ExecutorID; status: number };
    }
  | { type: "PONG" };

/** How an agent is to be emptied. */
export interface DrainConfig {
  max_grace_period?: { nanoseconds: number };
  mark_gone?: boolean;
}

export type MasterToAgent =
  /** `total_ping_timeout_seconds`: an agent that hears no PING for this long detects the leader again. */
  | { type: "REGISTERED"; registered: { agent_id: { value: string }; total_ping_timeout_seconds: number } }
  | {
      type: "REREGISTERED";
      reregistered: {
        agent_id: { value: string };
        total_ping_timeout_seconds: number;
        /** Tasks that the master holds to be on this agent though the agent did not report them: for each that it does
         * not know either, the agent sends an UPDATE (TASK_DROPPED for PARTITION_AWARE frameworks, else TASK_LOST;
         * SOURCE_AGENT, REASON_RECONCILIATION, "Task was not received by the agent", no uuid needed). */
        unknown_tasks: { framework_id: FrameworkID; task_id: TaskID }[];
      };
    }
  /** The master will not have this agent (any more): kill every executor and end. */
  | { type: "SHUTDOWN"; shutdown: { message: string } }
  | {
      type: "RUN_TASK";
      run_task: {
        /** `id` is set. */
        framework: FrameworkInfo;
        task: TaskInfo;
        /** Resources carry `allocation_info`. Absent for command tasks: the agent supplies the executor. */
        executor?: ExecutorInfo;
      };
    }
  | { type: "RUN_TASK_GROUP"; run_task_group: { framework: FrameworkInfo; executor: ExecutorInfo; tasks: TaskInfo[] } }
  /** Always answered by an UPDATE; for a task the agent does not know: TASK_LOST/TASK_DROPPED as in Mesos. */
  | {
      type: "KILL_TASK";
      kill_task: { framework_id: FrameworkID; task_id: TaskID; kill_policy?: KillPolicy };
    }
  /** Teardown: end every executor of the framework; their updates are of no interest any more. */
  | { type: "SHUTDOWN_FRAMEWORK"; shutdown_framework: { framework_id: FrameworkID } }
  | { type: "SHUTDOWN_EXECUTOR"; shutdown_executor: { framework_id: FrameworkID; executor_id: ExecutorID } }
  | { type: "ACKNOWLEDGE"; acknowledge: { framework_id: FrameworkID; task_id: TaskID; uuid: string } }
  | { type: "MESSAGE"; message: { framework_id: FrameworkID; executor_id: ExecutorID; data: string } }
  /** Answered by an OPERATION_UPDATE. Comes before the tasks that are to use what it makes. */
  | {
      type: "APPLY_OPERATION";
      apply_operation: {
        framework_id?: FrameworkID;
        operation_info: ResourceOperation;
        operation_uuid: Value<string>;
      };
    }
  | {
      type: "ACKNOWLEDGE_OPERATION";
      acknowledge_operation: { operation_uuid: Value<string>; status_uuid: Value<string> };
    }
  /** The framework subscribed again with another FrameworkInfo, `id` set. */
  | { type: "UPDATE_FRAMEWORK"; update_framework: { framework: FrameworkInfo } }
  /** Kill every task (grace period as given, else theirs), then report the updates as usual. */
  | { type: "DRAIN"; drain: DrainConfig }
  /** Answered by PONG at once. */
  | { type: "PING"; ping: { connected: boolean } };
