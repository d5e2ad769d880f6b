// The parts of a master's and an agent's /state that scenarios look into.

interface TaskSummary {
  id: string;
  state: string;
  [field: string]: unknown;
}

export interface FrameworkState {
  id: string;
  active: boolean;
  connected: boolean;
  recovered: boolean;
  tasks: TaskSummary[];
  completed_tasks: TaskSummary[];
  executors?: unknown[];
  used_resources?: Record<string, number | string>;
  [field: string]: unknown;
}

export interface AgentSummary {
  id: string;
  resources: Record<string, number | string>;
  used_resources: Record<string, number | string>;
  offered_resources: Record<string, number | string>;
  attributes: Record<string, number | string>;
  active: boolean;
  [field: string]: unknown;
}

export interface MasterState {
  frameworks: FrameworkState[];
  completed_frameworks: FrameworkState[];
  slaves: AgentSummary[];
}

export interface ExecutorState {
  id: string;
  /** The framework's own name for what it launched: a command task's ID. */
  source: string;
  /** The sandbox. */
  directory: string;
  resources?: Record<string, number | string>;
  tasks?: TaskSummary[];
  completed_tasks?: TaskSummary[];
}

export interface AgentState {
  id: string;
  attributes: Record<string, number | string>;
  resources: Record<string, number | string>;
  flags: Record<string, unknown>;
  frameworks: AgentFrameworkState[];
  completed_frameworks: AgentFrameworkState[];
}

interface AgentFrameworkState {
  id: string;
  executors: ExecutorState[];
  completed_executors?: ExecutorState[];
}

/** Executors of the agent, living ones first. */
export function executorsOf({ frameworks, completed_frameworks }: AgentState): ExecutorState[] {
  return [...frameworks, ...completed_frameworks].flatMap(({ executors, completed_executors = [] }) => [
    ...executors,
    ...completed_executors,
  ]);
}
