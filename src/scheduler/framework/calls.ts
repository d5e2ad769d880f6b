// The calls of the v1 scheduler API as methods, for frameworks of their own kind (include/mesos/v1/scheduler/scheduler.proto,
// Call; docs/scheduler-http-api.md, "Calls").
import type { OfferConstraints } from "../../mesos/offer-constraints.ts";
import type { SchedulerCall } from "../../mesos/scheduler-api.ts";
import type {
  Filters,
  FrameworkInfo,
  InverseOffer,
  Offer,
  Operation,
  TaskInfo,
  TaskStatus,
} from "../../mesos/types.ts";

/** A task as one asks about it, or has it killed. `agentId` is what the master answers by if it has forgotten the task. */
export interface TaskOnAgent {
  taskId: string;
  agentId?: string;
}

/**
 * Every method resolves when the master has taken the call (202 Accepted), which does not mean that it was carried out:
 * events tell of that.
 * @throws MesosApiError where the master refuses, UnreachableError, MesosUpError NOT_SUBSCRIBED
 */
export class SchedulerCalls {
  readonly #send: (call: SchedulerCall) => Promise<void>;

  constructor(send: (call: SchedulerCall) => Promise<void>) {
    this.#send = send;
  }

  /** Any call as it is; the framework's ID is filled in (scheduler.proto, Call). */
  call(call: SchedulerCall): Promise<void> {
    return this.#send(call);
  }

  /**
   * ACCEPT: operations on what these offers of one agent hold; what is left is refused for `filters.refuse_seconds`, five
   * by default (scheduler.proto, Call.Accept; docs/scheduler-http-api.md#accept).
   */
  accept(offers: readonly Offer[], operations: Operation[], filters?: Filters): Promise<void> {
    const offer_ids = offers.map(({ id }) => id);
    return this.#send({ type: "ACCEPT", accept: { offer_ids, operations, ...(filters && { filters }) } });
  }

  /** ACCEPT with one LAUNCH (mesos.proto, Offer.Operation.Launch): tasks that share what the offer holds. */
  launch(offer: Offer, tasks: TaskInfo[], filters?: Filters): Promise<void> {
    return this.accept([offer], [{ type: "LAUNCH", launch: { task_infos: tasks } }], filters);
  }

  /** DECLINE: as ACCEPT without operations (scheduler.proto, Call.Decline; docs/scheduler-http-api.md#decline). */
  decline(offers: readonly Offer[], filters?: Filters): Promise<void> {
    const offer_ids = offers.map(({ id }) => id);
    return this.#send({ type: "DECLINE", decline: { offer_ids, ...(filters && { filters }) } });
  }

  /** ACCEPT_INVERSE_OFFERS: the agents will be free by then (scheduler.proto, Call.AcceptInverseOffers; docs/maintenance.md). */
  acceptInverseOffers(offers: readonly InverseOffer[], filters?: Filters): Promise<void> {
    const inverse_offer_ids = offers.map(({ id }) => id);
    const accept_inverse_offers = { inverse_offer_ids, ...(filters && { filters }) };
    return this.#send({ type: "ACCEPT_INVERSE_OFFERS", accept_inverse_offers });
  }

  /** DECLINE_INVERSE_OFFERS: they will not (scheduler.proto, Call.DeclineInverseOffers; docs/maintenance.md). */
  declineInverseOffers(offers: readonly InverseOffer[], filters?: Filters): Promise<void> {
    const inverse_offer_ids = offers.map(({ id }) => id);
    const decline_inverse_offers = { inverse_offer_ids, ...(filters && { filters }) };
    return this.#send({ type: "DECLINE_INVERSE_OFFERS", decline_inverse_offers });
  }

  /** SUPPRESS: no offers in these roles, or in all (scheduler.proto, Call.Suppress; docs/scheduler-http-api.md#suppress). */
  suppress(roles?: string[]): Promise<void> {
    return this.#send({ type: "SUPPRESS", ...(roles && { suppress: { roles } }) });
  }

  /** REVIVE: offers again, refused ones too (scheduler.proto, Call.Revive; docs/scheduler-http-api.md#revive). */
  revive(roles?: string[]): Promise<void> {
    return this.#send({ type: "REVIVE", ...(roles && { revive: { roles } }) });
  }

  /** KILL: an UPDATE tells of the end, even if nobody knows the task (scheduler.proto, Call.Kill; docs/scheduler-http-api.md#kill). */
  kill({ taskId, agentId }: TaskOnAgent, gracePeriodMs?: number): Promise<void> {
    const kill_policy =
      gracePeriodMs === undefined ? undefined : { grace_period: { nanoseconds: gracePeriodMs * 1e6 } };
    const kill = { ...idsOf({ taskId, agentId }), ...(kill_policy && { kill_policy }) };
    return this.#send({ type: "KILL", kill });
  }

  /** SHUTDOWN of one's own executor (scheduler.proto, Call.Shutdown; docs/scheduler-http-api.md#shutdown). */
  shutdown(executorId: string, agentId: string): Promise<void> {
    return this.#send({
      type: "SHUTDOWN",
      shutdown: { executor_id: { value: executorId }, agent_id: { value: agentId } },
    });
  }

  /**
   * ACKNOWLEDGE: the agent sends the next update of the task only then. Does nothing for statuses without `uuid`, which
   * come of masters and of reconciliation (scheduler.proto, Call.Acknowledge; docs/scheduler-http-api.md#acknowledge).
   */
  async acknowledge({ uuid, agent_id, task_id }: TaskStatus): Promise<void> {
    if (uuid === undefined || agent_id === undefined) return;
    await this.#send({ type: "ACKNOWLEDGE", acknowledge: { agent_id, task_id, uuid } });
  }

  /** RECONCILE: an UPDATE for each of these tasks, or for all that the master knows (docs/reconciliation.md). */
  reconcile(tasks: readonly TaskOnAgent[] = []): Promise<void> {
    return this.#send({ type: "RECONCILE", reconcile: { tasks: tasks.map(idsOf) } });
  }

  /** MESSAGE to an executor, of bytes, without a promise that it arrives (scheduler.proto, Call.Message). */
  message(executorId: string, agentId: string, data: Uint8Array): Promise<void> {
    const to = { executor_id: { value: executorId }, agent_id: { value: agentId } };
    return this.#send({ type: "MESSAGE", message: { ...to, data: Buffer.from(data).toString("base64") } });
  }

  /**
   * UPDATE_FRAMEWORK: what the framework says of itself, whole, its ID included; roles that are not named as suppressed are
   * offered to again (scheduler.proto, Call.UpdateFramework; Mesos 1.10, constraints 1.11).
   */
  updateFramework(
    info: FrameworkInfo,
    { suppressedRoles, offerConstraints }: { suppressedRoles?: string[]; offerConstraints?: OfferConstraints } = {},
  ): Promise<void> {
    const update_framework = {
      framework_info: info,
      ...(suppressedRoles && { suppressed_roles: suppressedRoles }),
      ...(offerConstraints && { offer_constraints: offerConstraints }),
    };
    return this.#send({ type: "UPDATE_FRAMEWORK", update_framework });
  }
}

function idsOf({ taskId, agentId }: { taskId: string; agentId?: string | undefined }) {
  return { task_id: { value: taskId }, ...(agentId !== undefined && { agent_id: { value: agentId } }) };
}
