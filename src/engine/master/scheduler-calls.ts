// The calls of the v1 scheduler API, checked and dealt with (docs/scheduler-http-api.md).
import { isUuid } from "../../mesos/ids.ts";
import type { SchedulerCall } from "../../mesos/scheduler-api.ts";
import type { OfferConstraints } from "../../mesos/offer-constraints.ts";
import { acceptOffers } from "./accept.ts";
import type { MasterContext } from "./context.ts";
import { checkDrained } from "./drain.ts";
import { removeFramework, updateFramework } from "./frameworks.ts";
import { answerInverseOffers } from "./inverse-offers.ts";
import { declineOffers } from "./offers.ts";
import { reconcileTasks } from "./reconcile.ts";
import { acknowledgeOperation, reconcileOperations } from "./operations.ts";
import type { Framework } from "./state.ts";
import { acknowledge, killTask } from "./tasks.ts";

/** The part of a call that must be there, by its type. */
const REQUIRED_PARTS: Record<string, string> = {
  SUBSCRIBE: "subscribe",
  ACCEPT: "accept",
  DECLINE: "decline",
  ACCEPT_INVERSE_OFFERS: "accept_inverse_offers",
  DECLINE_INVERSE_OFFERS: "decline_inverse_offers",
  KILL: "kill",
  SHUTDOWN: "shutdown",
  ACKNOWLEDGE: "acknowledge",
  ACKNOWLEDGE_OPERATION_STATUS: "acknowledge_operation_status",
  RECONCILE: "reconcile",
  RECONCILE_OPERATIONS: "reconcile_operations",
  MESSAGE: "message",
  REQUEST: "request",
  UPDATE_FRAMEWORK: "update_framework",
};

/** Why a call cannot be dealt with, whoever it comes from; in Mesos's words. */
export function callProblem(call: Partial<SchedulerCall>): string | undefined {
  if (call.type === undefined) return "Expecting 'type' to be present";
  const subscribes = call.type === "SUBSCRIBE";
  if (!subscribes && !call.framework_id) return "Expecting 'framework_id' to be present";
  const part = REQUIRED_PARTS[call.type];
  if (part !== undefined && (call as Record<string, unknown>)[part] === undefined)
    return `Expecting '${part}' to be present`;
  if (call.type === "ACKNOWLEDGE" && !isUuid(call.acknowledge?.uuid ?? "")) return "Not a valid UUID";
  if (call.type === "ACKNOWLEDGE_OPERATION_STATUS" && !isUuid(call.acknowledge_operation_status?.uuid ?? ""))
    return "Not a valid UUID";
  if (subscribes && call.subscribe?.framework_info.id?.value !== call.framework_id?.value)
    return "'framework_id' differs from 'subscribe.framework_info.id'";
  if (call.type === "UPDATE_FRAMEWORK" && call.update_framework?.framework_info.id?.value !== call.framework_id?.value)
    return "'framework_id' differs from 'update_framework.framework_info.id'";
  return undefined;
}

/** A call of a subscribed framework. Gives back a refusal in Mesos's words; calls that merely have no effect are not refused. */
export function handleCall(master: MasterContext, framework: Framework, call: SchedulerCall): string | undefined {
  const { counters } = master;
  switch (call.type) {
    case "TEARDOWN":
      counters.count("messages_unregister_framework");
      removeFramework(master, framework);
      return undefined;
    case "ACCEPT": {
      const { offer_ids: ids = [], operations = [], filters = {} } = call.accept as Partial<typeof call.accept>;
      acceptOffers(master, framework, { offerIds: ids.map((id) => id.value), operations, filters });
      return undefined;
    }
    case "DECLINE": {
      const { offer_ids: ids = [], filters = {} } = call.decline as Partial<typeof call.decline>;
      declineOffers(master, framework, { ids: ids.map((id) => id.value), filters });
      return undefined;
    }
    case "ACCEPT_INVERSE_OFFERS": {
      const { inverse_offer_ids: ids = [], filters = {} } = call.accept_inverse_offers as Partial<InverseAnswer>;
      answerInverseOffers(master, framework, { ids: ids.map((id) => id.value), status: "ACCEPT", filters });
      return undefined;
    }
    case "DECLINE_INVERSE_OFFERS": {
      const { inverse_offer_ids: ids = [], filters = {} } = call.decline_inverse_offers as Partial<InverseAnswer>;
      answerInverseOffers(master, framework, { ids: ids.map((id) => id.value), status: "DECLINE", filters });
      return undefined;
    }
    case "REVIVE":
      revive(master, framework, call.revive?.roles ?? []);
      return undefined;
    case "SUPPRESS":
      suppress(master, framework, call.suppress?.roles ?? []);
      return undefined;
    case "KILL": {
      const { task_id, agent_id, kill_policy: killPolicy } = call.kill;
      killTask(master, framework, { taskId: task_id.value, agentId: agent_id?.value, killPolicy });
      return undefined;
    }
    case "SHUTDOWN": {
      const { executor_id, agent_id } = call.shutdown;
      const shutdown = { framework_id: { value: framework.id }, executor_id };
      const agent = master.state.agents.get(agent_id.value);
      agent?.link?.send({ type: "SHUTDOWN_EXECUTOR", shutdown_executor: shutdown });
      return undefined;
    }
    case "ACKNOWLEDGE": {
      const { agent_id, task_id, uuid } = call.acknowledge;
      acknowledge(master, framework, { agentId: agent_id.value, taskId: task_id.value, uuid });
      const agent = master.state.agents.get(agent_id.value);
      if (agent?.drain) void checkDrained(master, agent);
      return undefined;
    }
    case "RECONCILE": {
      counters.count("messages_reconcile_tasks");
      const { tasks = [] } = call.reconcile as Partial<typeof call.reconcile>;
      const asked = tasks.map(({ task_id, agent_id }) => ({ taskId: task_id.value, agentId: agent_id?.value }));
      reconcileTasks(master, framework, asked);
      return undefined;
    }
    case "MESSAGE":
      sendMessage(master, framework, call.message);
      return undefined;
    case "ACKNOWLEDGE_OPERATION_STATUS": {
      const { agent_id, operation_id, uuid } = call.acknowledge_operation_status;
      const operation = { agentId: agent_id?.value, operationId: operation_id.value, uuid };
      acknowledgeOperation(master, framework, operation);
      return undefined;
    }
    case "RECONCILE_OPERATIONS":
      reconcileOperations(master, framework, call.reconcile_operations.operations ?? []);
      return undefined;
    case "REQUEST":
      counters.count("messages_resource_request");
      return undefined;
    case "UPDATE_FRAMEWORK": {
      const { framework_info: info, suppressed_roles: suppressedRoles = [] } = call.update_framework;
      return updateFramework(master, framework, {
        info,
        suppressedRoles,
        constraints: constraintsIn(call.update_framework),
      });
    }
    default:
      return undefined;
  }
}

type InverseAnswer = Extract<SchedulerCall, { type: "ACCEPT_INVERSE_OFFERS" }>["accept_inverse_offers"];

/** What SUBSCRIBE and UPDATE_FRAMEWORK say about agents. */
export const constraintsIn = (part: object): OfferConstraints | undefined =>
  (part as { offer_constraints?: OfferConstraints }).offer_constraints;

function revive(master: MasterContext, framework: Framework, roles: string[]): void {
  master.counters.count("messages_revive_offers");
  if (roles.length === 0) framework.suppressedRoles.clear();
  for (const role of roles) framework.suppressedRoles.delete(role);
  master.allocator.revive(framework.id, roles);
  master.runner.requestAll();
}

function suppress(master: MasterContext, framework: Framework, roles: string[]): void {
  master.counters.count("messages_suppress_offers");
  for (const role of roles) framework.suppressedRoles.add(role);
  master.allocator.suppress(framework.id, roles);
}

function sendMessage(
  master: MasterContext,
  framework: Framework,
  message: Extract<SchedulerCall, { type: "MESSAGE" }>["message"],
): void {
  const { agent_id, executor_id, data } = message;
  master.counters.count("messages_framework_to_executor");
  const link = master.state.agents.get(agent_id.value)?.link;
  master.counters.count(`${link ? "" : "in"}valid_framework_to_executor_messages`);
  link?.send({ type: "MESSAGE", message: { framework_id: { value: framework.id }, executor_id, data } });
}
