// What a master objects to in operations on resources, in its own words (src/master/validation.cpp).
import { changedResources, diskOf, isVolume, type ResourceOperation, resourcesNamed } from "../../mesos/operations.ts";
import { printResource } from "../../mesos/print-resources.ts";
import { isDynamicallyReserved, reservationRole, type Reservation, reservationsOf } from "../../mesos/reservations.ts";
import { addResources, allocateTo, containsResources } from "../../mesos/resources.ts";
import type { OperationType, Resource } from "../../mesos/types.ts";
import { formProblem, namedProblem, volumeProblem } from "./resource-validation.ts";
import { type Agent, type Framework, hasCapability } from "./state.ts";

const PART_OF: Partial<Record<OperationType, keyof ResourceOperation & string>> = {
  RESERVE: "reserve",
  UNRESERVE: "unreserve",
  CREATE: "create",
  DESTROY: "destroy",
  GROW_VOLUME: "grow_volume",
  SHRINK_VOLUME: "shrink_volume",
  CREATE_DISK: "create_disk",
  DESTROY_DISK: "destroy_disk",
};

/** Undefined if the operation is well-formed, whoever it comes from. */
export function operationFormProblem(operation: ResourceOperation): string | undefined {
  const part = PART_OF[operation.type];
  if (part !== undefined && operation[part] === undefined)
    return `A ${operation.type} offer operation must have the Offer.Operation.${part} field set.`;
  return formProblem(resourcesNamed(operation));
}

export interface OperationPlace {
  agent: Agent;
  /** Absent for an operator's. */
  framework?: Framework;
}

/** Undefined if the operation may be tried on the agent. Its resources have their newer form. */
export function operationProblem(operation: ResourceOperation, place: OperationPlace): string | undefined {
  switch (operation.type) {
    case "RESERVE":
      return reserveProblem(operation.reserve ?? {}, place);
    case "UNRESERVE":
      return unreserveProblem(operation.unreserve?.resources ?? []);
    case "CREATE":
      return createProblem(operation.create?.volumes ?? [], place);
    case "DESTROY":
      return destroyProblem(operation.destroy?.volumes ?? [], place.agent);
    case "GROW_VOLUME":
      return operation.grow_volume && growProblem(operation.grow_volume);
    case "SHRINK_VOLUME":
      return operation.shrink_volume && shrinkProblem(operation.shrink_volume);
    default:
      return "'source' is not managed by a resource provider";
  }
}

function reserveProblem(reserve: NonNullable<ResourceOperation["reserve"]>, place: OperationPlace): string | undefined {
  const { source = [], resources = [] } = reserve;
  if (source.length > 0 && resources.length === 0) return "Invalid resources: Resource cannot be empty";
  return namedProblem(resources) ?? firstOf(resources, (resource) => reservedProblem(resource, place));
}

function reservedProblem(resource: Resource, { framework }: OperationPlace): string | undefined {
  if (!isDynamicallyReserved(resource)) return `Resource ${printResource(resource)} is not dynamically reserved`;
  if (!framework) return undefined;
  const principal = framework.info.principal;
  const reservation: Reservation = reservationsOf(resource).at(-1) ?? {};
  if (principal !== undefined && reservation.principal === undefined)
    return (
      `A reserve operation was attempted by principal '${principal}', but there is a reserved resource in the request` +
      " with no principal set"
    );
  if (principal !== undefined && reservation.principal !== principal)
    return (
      `A reserve operation was attempted by authenticated principal '${principal}', which does not match a reserved` +
      ` resource in the request with principal '${reservation.principal ?? ""}'`
    );
  const [role, allocated] = [reservation.role ?? "", resource.allocation_info?.role ?? "*"];
  if (role === allocated) return undefined;
  return (
    `A reserve operation was attempted for a resource with role '${role}', but the resource was allocated to role` +
    ` '${allocated}'`
  );
}

function unreserveProblem(resources: readonly Resource[]): string | undefined {
  return (
    namedProblem(resources) ??
    firstOf(resources, (resource) => {
      if (!isDynamicallyReserved(resource)) return `Resource ${printResource(resource)} is not dynamically reserved`;
      if (!isVolume(resource)) return undefined;
      return (
        `A dynamically reserved persistent volume ${printResource(resource)} cannot be unreserved directly. Please` +
        " destroy the persistent volume first then unreserve the resource"
      );
    })
  );
}

function createProblem(volumes: readonly Resource[], { agent, framework }: OperationPlace): string | undefined {
  const problem = namedProblem(volumes) ?? prefixed("Not a persistent volume: ", volumeProblem(volumes));
  return (
    problem ??
    uniqueProblem([...changedResources(agent.totalResources), ...volumes]) ??
    firstOf(volumes, (volume) => (framework ? creatorProblem(volume, framework) : undefined)) ??
    // Mesos lets frameworks with that capability share volumes; this engine gives a volume to one task at a time.
    (volumes.some(isShared) ? "Shared persistent volumes are not supported" : undefined)
  );
}

const isShared = (resource: Resource): boolean => resource["shared"] !== undefined;

function uniqueProblem(resources: readonly Resource[]): string | undefined {
  const known = new Set<string>();
  return firstOf(resources, (resource) => {
    const id = diskOf(resource)?.persistence?.id;
    if (id === undefined) return undefined;
    const name = `${reservationRole(resource) ?? ""} ${id}`;
    if (known.has(name)) return `Persistence ID '${id}' is not unique`;
    known.add(name);
    return undefined;
  });
}

function creatorProblem(volume: Resource, framework: Framework): string | undefined {
  const { principal } = framework.info;
  const owner = diskOf(volume)?.persistence?.principal;
  if (isShared(volume) && !hasCapability(framework, "SHARED_RESOURCES"))
    return (
      `Create volume operation for '${printResource(volume)}' has been attempted by framework '${framework.id}' with no` +
      " SHARED_RESOURCES capability"
    );
  if (principal === undefined || owner === principal) return undefined;
  return owner === undefined
    ? `Create volume operation attempted by principal '${principal}', but there is a volume in the operation with no` +
        " principal set in 'disk.persistence'"
    : `Create volume operation attempted by authenticated principal '${principal}', which does not match a volume in` +
        ` the operation with principal '${owner}' set in 'disk.persistence'`;
}

function destroyProblem(given: readonly Resource[], agent: Agent): string | undefined {
  const volumes = allocateTo(undefined, given);
  const problem = namedProblem(volumes) ?? prefixed("Not a persistent volume: ", volumeProblem(volumes));
  if (problem !== undefined) return problem;
  if (!containsResources(changedResources(agent.totalResources), volumes)) return "Persistent volumes not found";
  const used = addResources(allocateTo(undefined, [...agent.used.values()].flat()), []);
  return volumes.some((volume) => containsResources(used, [volume])) ? "Persistent volumes in use" : undefined;
}

function growProblem({ volume, addition }: NonNullable<ResourceOperation["grow_volume"]>): string | undefined {
  const field = "Invalid persistent volume in the 'GrowVolume.volume' field: ";
  const problem = namedProblem([volume]) ?? prefixed(field, volumeProblem([volume]));
  if (problem !== undefined) return problem;
  if (addition.name !== volume.name || printKind(addition) !== printKind({ ...volume, disk: undefined }))
    return "Incompatible resources in the 'GrowVolume.volume' and 'GrowVolume.addition' fields";
  return (addition.scalar?.value ?? 0) > 0
    ? undefined
    : "The size of 'GrowVolume.addition' field must be greater than zero";
}

function shrinkProblem({ volume, subtract }: NonNullable<ResourceOperation["shrink_volume"]>): string | undefined {
  const field = "Invalid persistent volume in the 'ShrinkVolume.volume' field: ";
  const problem = namedProblem([volume]) ?? prefixed(field, volumeProblem([volume]));
  if (problem !== undefined) return problem;
  if (!(subtract.value > 0)) return "Value of 'ShrinkVolume.subtract' must be greater than zero";
  return subtract.value < (volume.scalar?.value ?? 0)
    ? undefined
    : "Value of 'ShrinkVolume.subtract' must be smaller than the size of 'ShrinkVolume.volume'";
}

/** All that tells a scalar resource from others but its amount. */
const printKind = (resource: Resource): string => printResource({ ...resource, scalar: { value: 1 } });

const prefixed = (prefix: string, problem: string | undefined): string | undefined =>
  problem === undefined ? undefined : prefix + problem;

function firstOf<T>(items: readonly T[], problemOf: (item: T) => string | undefined): string | undefined {
  for (const item of items) {
    const problem = problemOf(item);
    if (problem !== undefined) return problem;
  }
  return undefined;
}
