// Offer operations that change resources themselves: reservations and persistent volumes (docs/reservation.md,
// docs/persistent-volume.md), and what becomes of resources by them.
import { popReservation, refined } from "./reservations.ts";
import { addResources, containsResources, scalarOf, subtractResources } from "./resources.ts";
import type { AgentID, FrameworkID, Operation, Resource, Value } from "./types.ts";

export type OperationState =
  | "OPERATION_PENDING"
  | "OPERATION_FINISHED"
  | "OPERATION_ERROR"
  | "OPERATION_DROPPED"
  | "OPERATION_UNREACHABLE"
  | "OPERATION_GONE_BY_OPERATOR"
  | "OPERATION_RECOVERING"
  | "OPERATION_UNKNOWN";

export interface OperationStatus {
  state: OperationState;
  operation_id?: Value<string>;
  message?: string;
  agent_id?: AgentID;
  /** Base64 of 16 bytes; present only where an acknowledgement is expected. */
  uuid?: Value<string>;
}

/** An operation under way or not acknowledged yet, as masters and agents keep and show it (mesos.proto, `Operation`). */
export interface OperationRecord {
  /** Absent for an operator's. */
  framework_id?: FrameworkID;
  agent_id: AgentID;
  info: ResourceOperation;
  latest_status: OperationStatus;
  statuses?: OperationStatus[];
  uuid: Value<string>;
}

export interface ResourceOperation extends Operation {
  reserve?: { source?: Resource[]; resources?: Resource[] };
  unreserve?: { resources?: Resource[] };
  create?: { volumes?: Resource[] };
  destroy?: { volumes?: Resource[] };
  grow_volume?: { volume: Resource; addition: Resource };
  shrink_volume?: { volume: Resource; subtract: Value<number> };
}

/** What is taken for what: an operation puts `converted` in the place of `consumed`. */
export interface Conversion {
  consumed: Resource[];
  converted: Resource[];
}

export interface Disk {
  persistence?: { id: string; principal?: string };
  volume?: { container_path: string; host_path?: string; mode: "RW" | "RO" };
  source?: unknown;
}
export const diskOf = (resource: Resource): Disk | undefined => resource.disk as Disk | undefined;
export const isVolume = (resource: Resource): boolean => diskOf(resource)?.persistence !== undefined;

/** The conversions of a valid operation, in their order. */
export function conversionsOf(operation: ResourceOperation): Conversion[] {
  const each = (resources: readonly Resource[] = [], convert: (one: Resource) => Conversion): Conversion[] =>
    resources.map(convert);
  switch (operation.type) {
    case "RESERVE": {
      const { source = [], resources = [] } = operation.reserve ?? {};
      if (source.length > 0) return [{ consumed: source, converted: resources }];
      return each(resources, (one) => ({ consumed: [popReservation(one)], converted: [one] }));
    }
    case "UNRESERVE":
      return each(operation.unreserve?.resources, (one) => ({ consumed: [one], converted: [popReservation(one)] }));
    case "CREATE":
      return each(operation.create?.volumes, (one) => ({ consumed: [withoutVolume(one)], converted: [one] }));
    case "DESTROY":
      return each(operation.destroy?.volumes, (one) => ({ consumed: [one], converted: [withoutVolume(one)] }));
    case "GROW_VOLUME":
      return operation.grow_volume ? [growth(operation.grow_volume)] : [];
    case "SHRINK_VOLUME":
      return operation.shrink_volume ? [shrinkage(operation.shrink_volume)] : [];
    default:
      return [];
  }
}

/** The resources after a conversion; undefined if they do not have what it consumes. */
export function convert(resources: readonly Resource[], { consumed, converted }: Conversion): Resource[] | undefined {
  if (!containsResources(resources, consumed)) return undefined;
  return addResources(subtractResources(resources, consumed), converted);
}

/** An operation with its resources changed one by one, such as allocated to a role. */
export function mapResources(
  operation: ResourceOperation,
  change: (resource: Resource) => Resource,
): ResourceOperation {
  const { reserve, unreserve, create, destroy, grow_volume: grow, shrink_volume: shrink } = operation;
  const all = (resources: readonly Resource[] = []): Resource[] => resources.map(change);
  return {
    ...operation,
    ...(reserve
      ? { reserve: { ...(reserve.source ? { source: all(reserve.source) } : {}), resources: all(reserve.resources) } }
      : {}),
    ...(unreserve ? { unreserve: { resources: all(unreserve.resources) } } : {}),
    ...(create ? { create: { volumes: all(create.volumes) } } : {}),
    ...(destroy ? { destroy: { volumes: all(destroy.volumes) } } : {}),
    ...(grow ? { grow_volume: { volume: change(grow.volume), addition: change(grow.addition) } } : {}),
    ...(shrink ? { shrink_volume: { ...shrink, volume: change(shrink.volume) } } : {}),
  };
}

/** Every resource that an operation names. */
export function resourcesNamed(operation: ResourceOperation): Resource[] {
  const { reserve, unreserve, create, destroy, grow_volume: grow, shrink_volume: shrink } = operation;
  return [
    ...[...(reserve?.source ?? []), ...(reserve?.resources ?? []), ...(unreserve?.resources ?? [])],
    ...[...(create?.volumes ?? []), ...(destroy?.volumes ?? [])],
    ...[...(grow ? [grow.volume, grow.addition] : []), ...(shrink ? [shrink.volume] : [])],
  ];
}

/** What agents must not forget: resources that are not what their flags say. */
export function changedResources(total: readonly Resource[]): Resource[] {
  return total.filter((resource) => isVolume(resource) || hasDynamicReservation(resource));
}

/** As it was before anything was reserved or created, but by flags. */
export function original(resource: Resource): Resource {
  let result = withoutVolume(refined(resource));
  while (hasDynamicReservation(result)) result = popReservation(result);
  return result;
}

const hasDynamicReservation = (resource: Resource): boolean =>
  ((refined(resource).reservations ?? []) as { type?: string }[]).some(({ type }) => type === "DYNAMIC");

function withoutVolume(resource: Resource): Resource {
  const result = { ...resource };
  delete result["shared"];
  delete result.disk;
  const source = diskOf(resource)?.source;
  return source === undefined ? result : { ...result, disk: { source } };
}

function growth({ volume, addition }: NonNullable<ResourceOperation["grow_volume"]>): Conversion {
  const value = scalarOf([volume, addition], volume.name);
  return { consumed: [volume, addition], converted: [{ ...volume, scalar: { value } }] };
}

function shrinkage({ volume, subtract }: NonNullable<ResourceOperation["shrink_volume"]>): Conversion {
  const left = (volume.scalar?.value ?? 0) - subtract.value;
  const freed = { ...withoutVolume(volume), scalar: subtract };
  return { consumed: [volume], converted: [{ ...volume, scalar: { value: left } }, freed] };
}
