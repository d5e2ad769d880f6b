// Which role a resource is reserved for, and so whom it may be offered to (docs/reservation.md, docs/roles.md).
import type { Resource } from "../../mesos/types.ts";

/** The role that a resource is reserved for, undefined if it is for everybody. */
export function reservationRole(resource: Resource): string | undefined {
  const innermost = (resource.reservations as { role?: string }[] | undefined)?.at(-1);
  if (innermost) return innermost.role;
  return resource.role === undefined || resource.role === "*" ? undefined : resource.role;
}

/** A role may use what is reserved for itself and for the roles above it: `eng/web` also what is reserved for `eng`. */
export function usableBy(role: string, resource: Resource): boolean {
  const reserved = reservationRole(resource);
  return reserved === undefined || reserved === role || role.startsWith(`${reserved}/`);
}
