// The shapes of Mesos's v1 JSON (include/mesos/v1/mesos.proto), verbatim, as far as this project reads or writes them.
// Fields that nobody here names pass through untouched, so every message is open at its end.

export interface Value<T> {
  value: T;
}
export type FrameworkID = Value<string>;
export type OfferID = Value<string>;
export type AgentID = Value<string>;
export type TaskID = Value<string>;
export type ExecutorID = Value<string>;
export interface ContainerID extends Value<string> {
  parent?: ContainerID;
}

/** Both ends belong to the range. */
export interface Range {
  begin: number;
  end: number;
}

interface AllocationInfo {
  role?: string;
}

export type ValueType = "SCALAR" | "RANGES" | "SET" | "TEXT";

export interface Resource {
  name: string;
  type: ValueType;
  scalar?: Value<number>;
  ranges?: { range?: Range[] };
  set?: { item?: string[] };
  role?: string;
  allocation_info?: AllocationInfo;
  reservations?: unknown[];
  disk?: unknown;
  [field: string]: unknown;
}

export interface Attribute {
  name: string;
  type: ValueType;
  scalar?: Value<number>;
  ranges?: { range?: Range[] };
  set?: { item?: string[] };
  text?: Value<string>;
}

export interface Label {
  key: string;
  value?: string;
}
export interface Labels {
  labels?: Label[];
}

export interface Address {
  hostname?: string;
  ip?: string;
  port: number;
}

export interface MasterInfo {
  id: string;
  /** IPv4 address as a little-endian integer. */
  ip: number;
  port: number;
  pid?: string;
  hostname?: string;
  version?: string;
  address?: Address;
  capabilities?: { type: string }[];
}

export interface FrameworkInfo {
  user: string;
  name: string;
  id?: FrameworkID;
  /** Seconds. */
  failover_timeout?: number;
  checkpoint?: boolean;
  role?: string;
  roles?: string[];
  hostname?: string;
  principal?: string;
  webui_url?: string;
  capabilities?: { type: string }[];
  labels?: Labels;
  [field: string]: unknown;
}

export interface AgentInfo {
  hostname: string;
  port?: number;
  resources?: Resource[];
  attributes?: Attribute[];
  id?: AgentID;
  checkpoint?: boolean;
  [field: string]: unknown;
}

export interface Offer {
  id: OfferID;
  framework_id: FrameworkID;
  agent_id: AgentID;
  hostname: string;
  url?: { scheme: string; address: Address; path?: string };
  resources?: Resource[];
  attributes?: Attribute[];
  executor_ids?: ExecutorID[];
  allocation_info?: AllocationInfo;
  unavailability?: Unavailability;
  [field: string]: unknown;
}

/** A span of time in which an agent is not to be counted on, as its operator planned it. */
export interface Unavailability {
  /** Nanoseconds since the epoch. */
  start: DurationInfo;
  /** Absent: for good. */
  duration?: DurationInfo;
}

/** The master asks for resources back, because the agent goes into maintenance. */
export interface InverseOffer {
  id: OfferID;
  framework_id: FrameworkID;
  agent_id?: AgentID;
  unavailability: Unavailability;
  resources?: Resource[];
  [field: string]: unknown;
}

export interface CommandUri {
  value: string;
  executable?: boolean;
  extract?: boolean;
  cache?: boolean;
  output_file?: string;
}

export interface EnvironmentVariable {
  name: string;
  value?: string;
  type?: string;
  [field: string]: unknown;
}

export interface CommandInfo {
  uris?: CommandUri[];
  environment?: { variables?: EnvironmentVariable[] };
  shell?: boolean;
  value?: string;
  arguments?: string[];
  user?: string;
}

export interface PortMapping {
  host_port: number;
  container_port: number;
  protocol?: string;
}

export interface Volume {
  mode: "RW" | "RO";
  container_path: string;
  host_path?: string;
  [field: string]: unknown;
}

export interface ContainerInfo {
  type: "DOCKER" | "MESOS";
  docker?: {
    image: string;
    network?: "HOST" | "BRIDGE" | "NONE" | "USER";
    port_mappings?: PortMapping[];
    privileged?: boolean;
    parameters?: { key: string; value: string }[];
    force_pull_image?: boolean;
  };
  mesos?: { image?: { type: "DOCKER" | "APPC"; docker?: { name: string }; cached?: boolean } };
  volumes?: Volume[];
  hostname?: string;
  network_infos?: NetworkInfo[];
  [field: string]: unknown;
}

export interface NetworkInfo {
  ip_addresses?: { protocol?: "IPv4" | "IPv6"; ip_address?: string }[];
  name?: string;
  port_mappings?: PortMapping[];
  [field: string]: unknown;
}

export interface HealthCheck {
  type?: "COMMAND" | "HTTP" | "TCP";
  command?: CommandInfo;
  http?: { scheme?: string; port: number; path?: string; statuses?: number[]; protocol?: string };
  tcp?: { port: number; protocol?: string };
  /** Seconds; Mesos's defaults are 15, 10, 20, 10 and 3 failures. */
  delay_seconds?: number;
  interval_seconds?: number;
  timeout_seconds?: number;
  grace_period_seconds?: number;
  consecutive_failures?: number;
}

/** Nanoseconds, as Mesos writes durations. */
export interface DurationInfo {
  nanoseconds: number;
}

export interface KillPolicy {
  grace_period?: DurationInfo;
}

export interface ExecutorInfo {
  executor_id: ExecutorID;
  type?: "UNKNOWN" | "DEFAULT" | "CUSTOM";
  framework_id?: FrameworkID;
  command?: CommandInfo;
  container?: ContainerInfo;
  resources?: Resource[];
  name?: string;
  source?: string;
  labels?: Labels;
  [field: string]: unknown;
}

export interface TaskInfo {
  name: string;
  task_id: TaskID;
  agent_id: AgentID;
  resources?: Resource[];
  executor?: ExecutorInfo;
  command?: CommandInfo;
  container?: ContainerInfo;
  health_check?: HealthCheck;
  check?: unknown;
  kill_policy?: KillPolicy;
  data?: string;
  labels?: Labels;
  discovery?: unknown;
  [field: string]: unknown;
}

export type TaskState =
  | "TASK_STAGING"
  | "TASK_STARTING"
  | "TASK_RUNNING"
  | "TASK_KILLING"
  | "TASK_FINISHED"
  | "TASK_FAILED"
  | "TASK_KILLED"
  | "TASK_ERROR"
  | "TASK_LOST"
  | "TASK_DROPPED"
  | "TASK_UNREACHABLE"
  | "TASK_GONE"
  | "TASK_GONE_BY_OPERATOR"
  | "TASK_UNKNOWN";

export interface ContainerStatus {
  container_id?: ContainerID;
  network_infos?: NetworkInfo[];
  executor_pid?: number;
  [field: string]: unknown;
}

export interface TaskStatus {
  task_id: TaskID;
  state: TaskState;
  message?: string;
  source?: "SOURCE_MASTER" | "SOURCE_AGENT" | "SOURCE_EXECUTOR";
  reason?: string;
  /** Base64. */
  data?: string;
  agent_id?: AgentID;
  executor_id?: ExecutorID;
  /** Seconds since the epoch. */
  timestamp?: number;
  /** Base64 of 16 bytes; present only where an acknowledgement is expected. */
  uuid?: string;
  healthy?: boolean;
  check_status?: unknown;
  labels?: Labels;
  container_status?: ContainerStatus;
  [field: string]: unknown;
}

export interface Filters {
  /** Seconds; Mesos's default is 5. */
  refuse_seconds?: number;
}

export type OperationType =
  | "LAUNCH"
  | "LAUNCH_GROUP"
  | "RESERVE"
  | "UNRESERVE"
  | "CREATE"
  | "DESTROY"
  | "GROW_VOLUME"
  | "SHRINK_VOLUME"
  | "CREATE_DISK"
  | "DESTROY_DISK";

export interface Operation {
  type: OperationType;
  id?: Value<string>;
  launch?: { task_infos?: TaskInfo[] };
  launch_group?: { executor: ExecutorInfo; task_group: { tasks?: TaskInfo[] } };
  [field: string]: unknown;
}
