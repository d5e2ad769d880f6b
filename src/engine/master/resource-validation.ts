// What a master objects to in resources that are to be reserved or made into volumes, in its own words
// (src/common/resources.cpp, src/master/validation.cpp).
import { idProblem } from "../../mesos/ids.ts";
import { diskOf, isVolume } from "../../mesos/operations.ts";
import { printResource } from "../../mesos/print-resources.ts";
import { refined, type Reservation, reservationsOf } from "../../mesos/reservations.ts";
import { toScalar } from "../../mesos/resources.ts";
import type { Resource } from "../../mesos/types.ts";
import { roleProblem } from "./framework-validation.ts";

/** Undefined if all are well-formed, in whatever form their reservations are written. */
export function formProblem(resources: readonly Resource[]): string | undefined {
  for (const resource of resources) {
    const problem = fieldProblem(resource);
    if (problem !== undefined) return `Resource '${printResource(refined(resource))}' is invalid: ${problem}`;
  }
  return undefined;
}

function fieldProblem(resource: Resource): string | undefined {
  if (resource.name === "") return "Empty resource name";
  return valueProblem(resource) ?? ownDiskProblem(resource) ?? formatProblem(resource) ?? reservationProblem(resource);
}

function valueProblem({ type, scalar, ranges, set }: Resource): string | undefined {
  if (type === "SCALAR") {
    if (!scalar || !Number.isFinite(scalar.value) || ranges || set) return "Invalid scalar resource";
    return scalar.value < 0 ? "Invalid scalar resource: value <= 0" : undefined;
  }
  if (type === "RANGES") {
    if (!ranges || scalar || set) return "Invalid ranges resource";
    const wrong = (ranges.range ?? []).some(({ begin, end }) => begin > end);
    return wrong ? "Invalid ranges resource: begin > end" : undefined;
  }
  if (type === "SET") return set && !scalar && !ranges ? undefined : "Invalid set resource";
  return "Unsupported resource type";
}

const ownDiskProblem = ({ name, disk }: Resource): string | undefined =>
  disk !== undefined && name !== "disk" ? `DiskInfo should not be set for ${name} resource` : undefined;

function formatProblem({ role, reservation, reservations = [] }: Resource): string | undefined {
  if (reservations.length === 0) {
    if (reservation !== undefined && (role === undefined || role === "*"))
      return 'Invalid reservation: role "*" cannot be dynamically reserved';
    return undefined;
  }
  const format = "Invalid resource format: ";
  const given = [role !== undefined, reservation !== undefined];
  if (reservations.length > 1)
    return given.includes(true)
      ? `${format}'Resource.role' and 'Resource.reservation' must not be set if there is more than one 'Resource.reservations'`
      : undefined;
  const [only] = reservations as [Reservation];
  if (only.type === "DYNAMIC" && given[0] !== given[1])
    return (
      `${format}'Resource.role' and 'Resource.reservation' must either be both set or both not set if the single` +
      " reservation in 'Resource.reservations' is DYNAMIC"
    );
  return undefined;
}

function reservationProblem(resource: Resource): string | undefined {
  const reservations = reservationsOf(resource);
  for (const [index, { type, role }] of reservations.entries()) {
    if (type === undefined || type === "UNKNOWN")
      return "Invalid reservation: 'Resource.ReservationInfo.type' field must be set.";
    if (role === undefined) return "Invalid reservation: 'Resource.ReservationInfo.role' field must be set.";
    const problem = roleProblem(role);
    if (problem !== undefined) return problem;
    if (role === "*") return 'Invalid reservation: role "*" cannot be reserved';
    const outer = reservations[index - 1];
    if (!outer) continue;
    if (type === "STATIC") return "Invalid refined reservation: A refined reservation cannot be STATIC";
    if (!role.startsWith(`${outer.role ?? ""}/`))
      return `Invalid refined reservation: role '${role}' is not a refinement of '${outer.role ?? ""}'`;
  }
  return undefined;
}

/** Undefined if an operation may name these resources. */
export function namedProblem(resources: readonly Resource[]): string | undefined {
  // In Mesos's words: nothing belongs to no provider in particular.
  if (resources.length === 0) return "Invalid resources: The resources have multiple resource providers: ";
  for (const resource of resources) {
    // A real master ends where one reserves nothing at all.
    if (resource.type === "SCALAR" && toScalar(resource.scalar?.value ?? 0) === 0)
      return `Invalid resources: Resource '${printResource(resource)}' is invalid: Invalid scalar resource: value <= 0`;
    const problem = diskProblem(resource);
    if (problem !== undefined) return `Invalid resources: Invalid DiskInfo: ${problem}`;
  }
  return undefined;
}

function diskProblem(resource: Resource): string | undefined {
  const disk = diskOf(resource);
  if (!disk) return undefined;
  const { persistence, volume, source } = disk;
  if (!persistence) {
    if (volume) return "Non-persistent volume not supported";
    return source === undefined ? "DiskInfo is set but empty" : undefined;
  }
  if (reservationsOf(resource).length === 0) return "Persistent volumes cannot be created from unreserved resources";
  if (!volume) return "Expecting 'volume' to be set for persistent volume";
  if (volume.host_path !== undefined) return "Expecting 'host_path' to be unset for persistent volume";
  const problem = idProblem(persistence.id);
  return problem === undefined ? undefined : `Invalid persistence ID for persistent volume: ${problem}`;
}

/** Undefined if all of them are persistent volumes. */
export function volumeProblem(volumes: readonly Resource[]): string | undefined {
  for (const volume of volumes) {
    const disk = diskOf(volume);
    if (!disk) return `Resource ${printResource(volume)} does not have DiskInfo`;
    if (!isVolume(volume)) return "'persistence' is not set in DiskInfo";
    if (disk.volume?.mode === "RO") return "Read-only persistent volume not supported";
  }
  return undefined;
}
