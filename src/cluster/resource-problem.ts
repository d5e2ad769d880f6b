// What a real agent refuses in the resources it is given at its start (Resources::validate and
// validateCommandLineResources in src/common/resources.cpp).
import type { Range, Resource } from "../mesos/types.ts";
import { roleProblem } from "./role.ts";

/** The first problem, in Mesos's words; undefined when the resources may stand on a command line. */
export function commandLineProblem(resources: readonly Resource[]): string | undefined {
  const types = new Map<string, string>();
  for (const resource of resources) {
    const problem = valueProblem(resource) ?? reservationProblem(resource);
    if (problem !== undefined) return problem;
    if ((types.get(resource.name) ?? resource.type) !== resource.type) {
      return `Resources with the same name ('${resource.name}') but different types are not allowed`;
    }
    types.set(resource.name, resource.type);
  }
  return undefined;
}

const VALUE_FIELDS = ["scalar", "ranges", "set"] as const;

function valueProblem(resource: Resource): string | undefined {
  if (resource.name === "") return "Empty resource name";
  const present = VALUE_FIELDS.filter((field) => resource[field] !== undefined);
  const wanted = resource.type.toLowerCase();
  if (!VALUE_FIELDS.some((field) => field === wanted)) return "Unsupported resource type";
  if (present.length !== 1 || present[0] !== wanted) return `Invalid ${wanted} resource`;
  if (resource.type === "SCALAR") return scalarProblem(resource.scalar?.value ?? 0);
  if (resource.type === "RANGES") return rangesProblem(resource.ranges?.range ?? []);
  const items = resource.set?.item ?? [];
  return new Set(items).size < items.length ? "Invalid set resource: duplicated elements" : undefined;
}

function scalarProblem(value: number): string | undefined {
  return value !== 0 && Math.round(value * 1000) <= 0 ? "Invalid scalar resource: value <= 0" : undefined;
}

function rangesProblem(ranges: readonly Range[]): string | undefined {
  if (ranges.some(({ begin, end }) => begin > end)) return "Invalid ranges resource: begin > end";
  const sorted = [...ranges].sort((a, b) => a.begin - b.begin);
  const overlapping = sorted.some(({ begin }, i) => begin <= (sorted[i - 1]?.end ?? -1));
  return overlapping ? "Invalid ranges resource: overlapping ranges" : undefined;
}

interface Reservation {
  type?: unknown;
  role?: unknown;
}

function reservationProblem(resource: Resource): string | undefined {
  if ((resource.disk as { persistence?: unknown } | undefined)?.persistence !== undefined) {
    return "Persistent volumes cannot be specified at the command line";
  }
  if (resource.revocable !== undefined) {
    return "Revocable resources cannot be specified at the command line; do not include a 'revocable' key in the resources JSON";
  }
  const reservations = (resource.reservations ?? []) as Reservation[];
  if (resource.reservation !== undefined || reservations.some(({ type }) => type === "DYNAMIC")) {
    return "Dynamic reservations cannot be specified at the command line; do not include a reservation with DYNAMIC type in the resources JSON";
  }
  if (reservations.length === 0) return roleProblem(resource.role ?? "*");
  for (const { type, role } of reservations) {
    if (type === undefined) return "Invalid reservation: 'Resource.ReservationInfo.type' field must be set.";
    if (typeof role !== "string") return "Invalid reservation: 'Resource.ReservationInfo.role' field must be set.";
    const problem = roleProblem(role);
    if (problem !== undefined) return problem;
  }
  return undefined;
}
