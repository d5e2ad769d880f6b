// Resources as different readers expect them: with or without allocation, role before or after reservation refinement.
import { allocateTo, scalarOf } from "../../mesos/resources.ts";
import type { Resource } from "../../mesos/types.ts";
import { reservationRole } from "../allocator/reservations.ts";
import { type Framework, hasCapability } from "./state.ts";

/**
 * For a framework's eyes: `allocation_info` only if it is MULTI_ROLE, and the older `role` unless it knows of reservation
 * refinement.
 */
export function forFramework(framework: Framework, resources: readonly Resource[]): Resource[] {
  const visible = hasCapability(framework, "MULTI_ROLE") ? [...resources] : allocateTo(undefined, resources);
  return hasCapability(framework, "RESERVATION_REFINEMENT") ? visible.map(withoutRole) : withRole(visible);
}

/** With `role`, as everybody understood it before reservation refinement. */
export function withRole(resources: readonly Resource[]): Resource[] {
  return resources.map((resource) => ({ ...resource, role: reservationRole(resource) ?? "*" }));
}

/** Without `role`: a static reservation in the older form becomes one in the newer. */
export function withoutRole(resource: Resource): Resource {
  const { role, ...rest } = resource;
  if (role === undefined || role === "*" || rest.reservations) return rest;
  return { ...rest, reservations: [{ type: "STATIC", role }] };
}

/** Only the scalars that are there, as in /roles. */
export function scalarsOf(resources: readonly Resource[]): Record<string, number> {
  const names = new Set(resources.filter(({ type }) => type === "SCALAR").map(({ name }) => name));
  return Object.fromEntries([...names].map((name) => [name, scalarOf(resources, name)]));
}
