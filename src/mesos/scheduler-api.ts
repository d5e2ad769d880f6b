// The v1 scheduler API: calls and events (include/mesos/v1/scheduler/scheduler.proto, docs/scheduler-http-api.md).
import type { OfferConstraints } from "./offer-constraints.ts";
import type {
  AgentID,
  ExecutorID,
  Filters,
  FrameworkID,
  FrameworkInfo,
  InverseOffer,
  MasterInfo,
  Offer,
  OfferID,
  Operation,
  TaskID,
  TaskStatus,
  Value,
} from "./types.ts";

export const SCHEDULER_PATH = "/api/v1/scheduler";
export const OPERATOR_PATH = "/api/v1";
export const STREAM_ID_HEADER = "Mesos-Stream-Id";

/** `framework_id` is absent only from the first SUBSCRIBE of a framework. */
export type SchedulerCall = { framework_id?: FrameworkID } & (
  | {
      type: "SUBSCRIBE";
      subscribe: {
        framework_info: FrameworkInfo;
        force?: boolean;
        suppressed_roles?: string[];
        offer_constraints?: OfferConstraints;
      };
    }
  | { type: "TEARDOWN" }
  | { type: "ACCEPT"; accept: { offer_ids: OfferID[]; operations: Operation[]; filters?: Filters } }
  | { type: "DECLINE"; decline: { offer_ids: OfferID[]; filters?: Filters } }
  | { type: "ACCEPT_INVERSE_OFFERS"; accept_inverse_offers: { inverse_offer_ids: OfferID[]; filters?: Filters } }
  | { type: "DECLINE_INVERSE_OFFERS"; decline_inverse_offers: { inverse_offer_ids: OfferID[]; filters?: Filters } }
  | { type: "REVIVE"; revive?: { roles?: string[] } }
  | { type: "SUPPRESS"; suppress?: { roles?: string[] } }
  | {
      type: "KILL";
      kill: { task_id: TaskID; agent_id?: AgentID; kill_policy?: { grace_period?: { nanoseconds: number } } };
    }
  | { type: "SHUTDOWN"; shutdown: { executor_id: ExecutorID; agent_id: AgentID } }
  | { type: "ACKNOWLEDGE"; acknowledge: { agent_id: AgentID; task_id: TaskID; uuid: string } }
  | {
      type: "ACKNOWLEDGE_OPERATION_STATUS";
      acknowledge_operation_status: { agent_id?: AgentID; operation_id: Value<string>; uuid: string };
    }
  | {
      type: "RECONCILE_OPERATIONS";
      reconcile_operations: { operations?: { operation_id: Value<string>; agent_id?: AgentID }[] };
    }
  | { type: "RECONCILE"; reconcile: { tasks: { task_id: TaskID; agent_id?: AgentID }[] } }
  | { type: "MESSAGE"; message: { agent_id: AgentID; executor_id: ExecutorID; data: string } }
  | { type: "REQUEST"; request: { requests: unknown[] } }
  | {
      type: "UPDATE_FRAMEWORK";
      update_framework: {
        framework_info: FrameworkInfo;
        suppressed_roles?: string[];
        offer_constraints?: OfferConstraints;
      };
    }
);

export type SchedulerEvent =
  | {
      type: "SUBSCRIBED";
      subscribed: { framework_id: FrameworkID; heartbeat_interval_seconds?: number; master_info?: MasterInfo };
    }
  | { type: "OFFERS"; offers: { offers: Offer[] } }
  | { type: "INVERSE_OFFERS"; inverse_offers: { inverse_offers: InverseOffer[] } }
  | { type: "RESCIND"; rescind: { offer_id: OfferID } }
  | { type: "RESCIND_INVERSE_OFFER"; rescind_inverse_offer: { inverse_offer_id: OfferID } }
  | { type: "UPDATE"; update: { status: TaskStatus } }
  | { type: "MESSAGE"; message: { agent_id: AgentID; executor_id: ExecutorID; data: string } }
  | { type: "FAILURE"; failure: { agent_id?: AgentID; executor_id?: ExecutorID; status?: number } }
  | { type: "ERROR"; error: { message: string } }
  | { type: "HEARTBEAT" };
