// Reservations of resources: the form with any number of them, in which all is reckoned, and the older forms of a resource
// that clients may still write and read (docs/reservation.md, docs/reservation-refinement.md).
import type { Label, Resource } from "./types.ts";

export interface Reservation {
  type?: string;
  role?: string;
  principal?: string;
  labels?: { labels?: Label[] };
}

/** The reservations of a resource, the innermost last; one that was written in the older form is among them. */
export function reservationsOf(resource: Resource): Reservation[] {
  const given = (resource.reservations ?? []) as Reservation[];
  const { role, reservation } = resource as { role?: string; reservation?: Reservation };
  if (given.length > 0 || role === undefined || role === "*") return given;
  return [reservation === undefined ? { type: "STATIC", role } : { type: "DYNAMIC", role, ...reservation }];
}

/** The role that a resource is reserved for, undefined if it is for everybody. */
export function reservationRole(resource: Resource): string | undefined {
  return reservationsOf(resource).at(-1)?.role;
}

export function isDynamicallyReserved(resource: Resource): boolean {
  return reservationsOf(resource).at(-1)?.type === "DYNAMIC";
}

/** The resource with its reservations in the newer form alone. */
export function refined(resource: Resource): Resource {
  if (isPlain(resource)) return { ...resource };
  return reservedBy(resource, reservationsOf(resource));
}

/** Without its innermost reservation. */
export function popReservation(resource: Resource): Resource {
  return reservedBy(resource, reservationsOf(resource).slice(0, -1));
}

/** In both forms, as endpoints show resources. */
export function inBothForms(resource: Resource): Resource {
  if (isPlain(resource)) return { ...resource, role: "*" };
  const result = refined(resource);
  const reservations = reservationsOf(resource);
  const [only] = reservations;
  if (reservations.length > 1) return result;
  return { ...result, role: only?.role ?? "*", ...olderReservation(only) };
}

/** In the older form, for those who do not know the newer one: there can be one reservation at most. */
export function inOlderForm(resource: Resource): Resource {
  if (isPlain(resource)) return { ...resource, role: "*" };
  const result = inBothForms(resource);
  delete result.reservations;
  return result;
}

/** For everybody, and says so in no form: most are, and are dealt with at once. */
function isPlain({ role, reservation, reservations }: Resource & { reservation?: unknown }): boolean {
  return role === undefined && reservation === undefined && reservations === undefined;
}

function reservedBy(resource: Resource, reservations: Reservation[]): Resource {
  const result = { ...resource };
  delete result.role;
  delete result["reservation"];
  delete result.reservations;
  return reservations.length > 0 ? { ...result, reservations } : result;
}

function olderReservation(reservation: Reservation | undefined): { reservation?: Reservation } {
  if (reservation?.type !== "DYNAMIC") return {};
  const { principal, labels } = reservation;
  return { reservation: { ...(principal === undefined ? {} : { principal }), ...(labels ? { labels } : {}) } };
}
