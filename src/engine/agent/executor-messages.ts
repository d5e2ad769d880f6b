// The v1 executor API: what executors send to their agent and hear from it (include/mesos/v1/executor/executor.proto,
// docs/executor-http-api.md).
import type {
  AgentInfo,
  ExecutorID,
  ExecutorInfo,
  FrameworkID,
  FrameworkInfo,
  KillPolicy,
  TaskID,
  TaskInfo,
  TaskStatus,
  Value,
} from "../../mesos/types.ts";

export const EXECUTOR_PATH = "/api/v1/executor";

export interface UnacknowledgedUpdate {
  status: TaskStatus;
}

export type ExecutorCall = { framework_id: FrameworkID; executor_id: ExecutorID } & (
  | {
      type: "SUBSCRIBE";
      subscribe: { unacknowledged_tasks?: TaskInfo[]; unacknowledged_updates?: UnacknowledgedUpdate[] };
    }
  | { type: "UPDATE"; update: { status: TaskStatus } }
  | { type: "MESSAGE"; message: { data: string } }
);

export type ExecutorEvent =
  | {
      type: "SUBSCRIBED";
      subscribed: {
        executor_info: ExecutorInfo;
        framework_info: FrameworkInfo;
        agent_info: AgentInfo;
        container_id: Value<string>;
      };
    }
  | { type: "LAUNCH"; launch: { task: TaskInfo } }
  | { type: "LAUNCH_GROUP"; launch_group: { task_group: { tasks: TaskInfo[] } } }
  | { type: "KILL"; kill: { task_id: TaskID; kill_policy?: KillPolicy } }
  | { type: "ACKNOWLEDGED"; acknowledged: { task_id: TaskID; uuid: string } }
  | { type: "MESSAGE"; message: { data: string } }
  | { type: "SHUTDOWN" }
  | { type: "ERROR"; error: { message: string } }
  | { type: "HEARTBEAT" };
