// Operations on resources as the master sees them: applied at once, told to the agent, and their outcome told to whoever
// asked (docs/operations.md).
import {
  convert,
  conversionsOf,
  type OperationRecord,
  type OperationState,
  type OperationStatus,
  type ResourceOperation,
} from "../../mesos/operations.ts";
import { uuidToBase64 } from "../../mesos/ids.ts";
import { printResources } from "../../mesos/print-resources.ts";
import { allocateTo } from "../../mesos/resources.ts";
import type { Resource } from "../../mesos/types.ts";
import type { OperationUpdate } from "../protocol.ts";
import { allocationsOf, type MasterContext } from "./context.ts";
import { type Agent, type Framework, isConnected } from "./state.ts";

type Status = Omit<OperationStatus, "operation_id">;

/** What is left of resources after an operation on them, or why it cannot be. */
export function tryOperation(
  resources: readonly Resource[],
  operation: ResourceOperation,
): { left: Resource[] } | { problem: string } {
  let left = [...resources];
  for (const conversion of conversionsOf(operation)) {
    const next = convert(left, conversion);
    if (!next) return { problem: `${printResources(left)} does not contain ${printResources(conversion.consumed)}` };
    left = next;
  }
  return { left };
}

/**
 * Changes what the agent has in total, and tells it to. With a `framework`, the resources are allocated to it before and
 * after; without, they are free.
 */
export function applyOperation(
  master: MasterContext,
  agent: Agent,
  given: { operation: ResourceOperation; framework?: Framework },
): void {
  const { operation, framework } = given;
  changeTotal(master, agent, given);
  const uuid = { value: uuidToBase64(master.newUuid()) };
  const latest_status: OperationStatus = {
    ...(operation.id ? { operation_id: operation.id } : {}),
    ...{ state: "OPERATION_PENDING", agent_id: { value: agent.id } },
  };
  const owner = framework ? { framework_id: { value: framework.id } } : {};
  const record: OperationRecord = { ...owner, agent_id: { value: agent.id }, info: operation, latest_status, uuid };
  agent.operations.set(uuid.value, record);
  countOperation(master, operation, "total");
  master.log.info(`Sending operation '${operation.id?.value ?? ""}' (${operation.type}) to agent ${agent.id}`);
  agent.link?.send({
    type: "APPLY_OPERATION",
    apply_operation: { ...owner, operation_info: operation, operation_uuid: uuid },
  });
}

function changeTotal(
  master: MasterContext,
  agent: Agent,
  { operation, framework }: { operation: ResourceOperation; framework?: Framework },
): void {
  const { allocator } = master;
  for (const { consumed, converted } of conversionsOf(operation)) {
    if (framework) for (const held of allocationsOf(framework, agent, consumed)) allocator.recover(held);
    const [taken, given] = [allocateTo(undefined, consumed), allocateTo(undefined, converted)];
    agent.totalResources = convert(agent.totalResources, { consumed: taken, converted: given }) ?? agent.totalResources;
    allocator.setAgent(agent.id, agent.totalResources);
    if (framework) for (const held of allocationsOf(framework, agent, converted)) allocator.take(held);
  }
}

/** An operation that is not tried at all. A framework is told if it has named the operation. */
export function dropOperation(
  master: MasterContext,
  framework: Framework,
  operation: Pick<ResourceOperation, "type" | "id">,
  message: string,
): void {
  countOperation(master, operation, "total");
  countOperation(master, operation, "error");
  master.log.warning(`Dropping ${operation.type} operation from framework ${framework.id}: ${message}`);
  if (operation.id) tell(framework, { operation_id: operation.id, state: "OPERATION_ERROR", message });
}

/** The agent says how an operation has ended. */
export function receiveOperationUpdate(master: MasterContext, agent: Agent, update: OperationUpdate): void {
  const { status, operation_uuid: uuid, framework_id: frameworkId } = update;
  master.counters.count("messages_operation_status_update");
  const record = agent.operations.get(uuid.value);
  master.counters.count(`${record ? "" : "in"}valid_operation_status_updates`);
  const isRepetition = record?.latest_status.state === status.state;
  if (record) {
    record.latest_status = status;
    if (!isRepetition) {
      countOperation(master, record.info, status.state === "OPERATION_FINISHED" ? "finished" : "failed");
      if (status.uuid) record.statuses = [...(record.statuses ?? []), status];
    }
  }
  if (!status.uuid) agent.operations.delete(uuid.value);
  const framework = frameworkId && master.state.frameworks.get(frameworkId.value);
  if (framework && status.operation_id) tell(framework, status);
  // Nobody is left who could.
  else if (status.uuid && !framework)
    acknowledge(master, agent, { operationUuid: uuid.value, statusUuid: status.uuid });
}

/** ACKNOWLEDGE_OPERATION_STATUS: the agent may forget the operation. */
export function acknowledgeOperation(
  master: MasterContext,
  framework: Framework,
  acknowledged: { agentId: string | undefined; operationId: string; uuid: string },
): void {
  const { agentId, operationId, uuid } = acknowledged;
  master.counters.count("messages_operation_status_update_acknowledgement");
  const agent = master.state.agents.get(agentId ?? "");
  const record = [...(agent?.operations.values() ?? [])].find(
    (one) =>
      one.framework_id?.value === framework.id &&
      one.info.id?.value === operationId &&
      one.latest_status.uuid?.value === uuid,
  );
  master.counters.count(`${record ? "" : "in"}valid_operation_status_update_acknowledgements`);
  if (!agent || !record) {
    master.log.warning(
      `Cannot acknowledge a status of operation '${operationId}' of framework ${framework.id}: unknown`,
    );
    return;
  }
  acknowledge(master, agent, { operationUuid: record.uuid.value, statusUuid: { value: uuid } });
}

function acknowledge(
  _master: MasterContext,
  agent: Agent,
  { operationUuid, statusUuid }: { operationUuid: string; statusUuid: { value: string } },
): void {
  agent.operations.delete(operationUuid);
  const acknowledged = { operation_uuid: { value: operationUuid }, status_uuid: statusUuid };
  agent.link?.send({ type: "ACKNOWLEDGE_OPERATION", acknowledge_operation: acknowledged });
}

export interface AskedOperation {
  operation_id: { value: string };
  agent_id?: { value: string };
}

/** RECONCILE_OPERATIONS: of those named, or of all that the framework has named. */
export function reconcileOperations(
  master: MasterContext,
  framework: Framework,
  asked: readonly AskedOperation[],
): void {
  master.counters.count("messages_reconcile_operations");
  const known = [...master.state.agents.values()].flatMap((agent) =>
    [...agent.operations.values()].filter((one) => one.framework_id?.value === framework.id && one.info.id),
  );
  if (asked.length === 0) for (const { latest_status } of known) tell(framework, withoutUuid(latest_status));
  for (const { operation_id: id, agent_id: agentId } of asked) {
    const record = known.find((one) => one.info.id?.value === id.value);
    const status = record ? withoutUuid(record.latest_status) : statusOfUnknown(master, agentId?.value);
    tell(framework, { ...status, operation_id: id });
  }
}

function withoutUuid({ uuid: _uuid, ...status }: OperationStatus): OperationStatus {
  return status;
}

function statusOfUnknown({ state }: MasterContext, agentId: string | undefined): Status {
  if (agentId === undefined)
    return {
      state: "OPERATION_UNKNOWN",
      message: "Reconciliation: Operation is unknown and no 'agent_id' was provided",
    };
  const about = (state: OperationState, what: string): Status => {
    return { state, message: `Reconciliation: ${what}`, agent_id: { value: agentId } };
  };
  if (state.agents.has(agentId)) return about("OPERATION_UNKNOWN", "Operation is unknown");
  if (state.recoveredAgents.has(agentId)) return about("OPERATION_RECOVERING", "Agent is recovering");
  if (state.unreachableAgents.has(agentId)) return about("OPERATION_UNREACHABLE", "Agent is unreachable");
  if (state.goneAgents.has(agentId)) return about("OPERATION_GONE_BY_OPERATOR", "Agent marked gone by operator");
  return about("OPERATION_UNKNOWN", "Both operation and agent are unknown");
}

/** An agent is given up: what became of its operations, its frameworks hear from nobody else. */
export function endOperations(
  master: MasterContext,
  agent: Agent,
  end: { state: OperationState; message: string },
): void {
  for (const { framework_id: frameworkId, info } of agent.operations.values()) {
    const framework = frameworkId && master.state.frameworks.get(frameworkId.value);
    if (framework && info.id) tell(framework, { ...end, operation_id: info.id, agent_id: { value: agent.id } });
  }
  agent.operations.clear();
}

/** An agent is back, and has these: what it was told to do and never heard of has not been done. */
export function reconcileReported(master: MasterContext, agent: Agent, reported: readonly OperationRecord[]): void {
  const known = new Set(reported.map(({ uuid }) => uuid.value));
  for (const [uuid, { framework_id: frameworkId, info, latest_status: latest }] of agent.operations) {
    if (known.has(uuid)) continue;
    agent.operations.delete(uuid);
    const framework = frameworkId && master.state.frameworks.get(frameworkId.value);
    if (latest.state !== "OPERATION_PENDING" || !framework || !info.id) continue;
    countOperation(master, info, "dropped");
    tell(framework, { operation_id: info.id, state: "OPERATION_DROPPED", agent_id: { value: agent.id } });
  }
  for (const record of reported) agent.operations.set(record.uuid.value, record);
}

function tell(framework: Framework, status: OperationStatus): void {
  if (isConnected(framework))
    framework.stream?.send({ type: "UPDATE_OPERATION_STATUS", update_operation_status: { status } });
}

function countOperation({ counters }: MasterContext, { type }: Pick<ResourceOperation, "type">, as: string): void {
  counters.count(`operations/${as}`);
  counters.count(`operations/${type.toLowerCase()}/${as}`);
}
