// Operations on the resources of offers, as an ACCEPT asks for them: reservations and volumes.
import { conversionsOf, mapResources, type ResourceOperation } from "../../mesos/operations.ts";
import { refined } from "../../mesos/reservations.ts";
import { subtractResources } from "../../mesos/resources.ts";
import type { Operation, OperationType, Resource } from "../../mesos/types.ts";
import type { MasterContext } from "./context.ts";
import { operationFormProblem, operationProblem } from "./operation-validation.ts";
import { applyOperation, dropOperation, tryOperation } from "./operations.ts";
import type { Agent, Framework } from "./state.ts";

/** What changes resources, or asks a provider of resources to: there is none here. */
const CHANGING: Partial<Record<OperationType, true>> = {
  ...{ RESERVE: true, UNRESERVE: true, CREATE: true, DESTROY: true, GROW_VOLUME: true, SHRINK_VOLUME: true },
  ...{ CREATE_DISK: true, DESTROY_DISK: true },
};

export const changesResources = (operation: Operation): operation is ResourceOperation => operation.type in CHANGING;

export interface OfferedPlace {
  framework: Framework;
  agent: Agent;
  /** The role that the resources were offered to. */
  role: string;
  /** What is left of the offers. */
  offered: Resource[];
}

/** `left`: for the operations that follow. `later`: what only another offer will have. */
export interface OperationResult {
  left: Resource[];
  later: Resource[];
}

/** Does the operation, or drops it and tells the framework why. */
export function performOperation(
  master: MasterContext,
  given: ResourceOperation,
  place: OfferedPlace,
): OperationResult {
  const { framework, agent, offered } = place;
  const drop = (message: string): OperationResult => {
    dropOperation(master, framework, given, message);
    return { left: offered, later: [] };
  };
  const malformed = operationFormProblem(given);
  if (malformed !== undefined) return drop(`Operation attempted with invalid resources: ${malformed}`);
  const operation = mapResources(given, (resource) => allocated(resource, place.role));
  const problem = operationProblem(operation, { agent, framework });
  if (problem !== undefined) return drop(`${problem}; on agent ${describeAgent(agent)}`);
  const tried = tryOperation(offered, operation);
  const resizes = operation.type === "GROW_VOLUME" || operation.type === "SHRINK_VOLUME";
  if ("problem" in tried)
    return drop(resizes ? `Invalid ${operation.type} operation: ${tried.problem}` : tried.problem);
  applyOperation(master, agent, { operation, framework });
  if (!resizes) return { left: tried.left, later: [] };
  // As in Mesos, which waits for the agent in this case.
  const conversions = conversionsOf(operation);
  return {
    left: conversions.reduce((left, { consumed }) => subtractResources(left, consumed), offered),
    later: conversions.flatMap(({ converted }) => converted),
  };
}

/** As masters name an agent to people. */
export const describeAgent = ({ id, pid, info }: Agent): string => `${id} at ${pid} (${info.hostname})`;

/** A resource as a framework uses it, in its newer form and allocated to the role that it was offered to. */
export const allocated = (resource: Resource, role: string): Resource => ({
  ...refined(resource),
  allocation_info: resource.allocation_info ?? { role },
});
