// The events of the v1 operator API at a master (include/mesos/v1/master/master.proto, `Event`), as far as they are read here.
// Fields that nobody here names pass through.
import type { AgentID, FrameworkID, TaskID, TaskStatus } from "./types.ts";

interface ShownAgent {
  agent_info: { id?: AgentID; hostname: string; port?: number };
  version?: string;
}

interface ShownFramework {
  framework_info: { id?: FrameworkID; name: string };
  active?: boolean;
  connected?: boolean;
}

/** The state at the beginning of a subscription (GET_STATE). */
export interface OperatorState {
  get_agents?: { agents?: ShownAgent[] };
  get_frameworks?: { frameworks?: ShownFramework[] };
  get_tasks?: { tasks?: { task_id: TaskID }[] };
}

export type OperatorEvent =
  | { type: "SUBSCRIBED"; subscribed: { get_state?: OperatorState; heartbeat_interval_seconds?: number } }
  | { type: "HEARTBEAT" }
  | {
      type: "TASK_ADDED";
      task_added: { task: { task_id: TaskID; name: string; framework_id: FrameworkID; agent_id: AgentID } };
    }
  | { type: "TASK_UPDATED"; task_updated: { framework_id: FrameworkID; status: TaskStatus; state: string } }
  | { type: "AGENT_ADDED"; agent_added: { agent: ShownAgent } }
  | { type: "AGENT_REMOVED"; agent_removed: { agent_id: AgentID } }
  | { type: "FRAMEWORK_ADDED"; framework_added: { framework: ShownFramework } }
  | { type: "FRAMEWORK_UPDATED"; framework_updated: { framework: ShownFramework } }
  | { type: "FRAMEWORK_REMOVED"; framework_removed: { framework_info: ShownFramework["framework_info"] } };
