// Resources as different readers expect them: with or without allocation, role before or after reservation refinement.
import { size } from "../../mesos/ranges.ts";
import { allocateTo, scalarOf } from "../../mesos/resources.ts";
import { inBothForms, inOlderForm } from "../../mesos/reservations.ts";
import type { Resource } from "../../mesos/types.ts";
import { type Framework, hasCapability } from "./state.ts";

/**
 * For a framework's eyes: `allocation_info` only if it is MULTI_ROLE, and the older `role` unless it knows of reservation
 * refinement.
 */
export function forFramework(framework: Framework, resources: readonly Resource[]): Resource[] {
  const visible = hasCapability(framework, "MULTI_ROLE") ? [...resources] : allocateTo(undefined, resources);
  return hasCapability(framework, "RESERVATION_REFINEMENT") ? visible : visible.map(inOlderForm);
}

/** In both forms, as endpoints show resources. */
export const withRole = (resources: readonly Resource[]): Resource[] => resources.map(inBothForms);

/** How much there is of what, as in /roles: amounts of scalars, sizes of ranges and sets. In the order of their names. */
export function amountsOf(resources: readonly Resource[]): Record<string, number> {
  const names = [...new Set(resources.map(({ name }) => name))].sort();
  return Object.fromEntries(names.map((name) => [name, amountOf(resources.filter((one) => one.name === name))]));
}

function amountOf(resources: readonly Resource[]): number {
  const members = resources.map(({ ranges, set }) => size(ranges?.range ?? []) + (set?.item ?? []).length);
  return members.reduce((sum, one) => sum + one, scalarOf(resources, resources[0]?.name ?? ""));
}

/** The scalars among resources by their amounts alone, as in GET_ROLES. */
export function scalarAmounts(resources: readonly Resource[]): Resource[] {
  const scalars = resources.filter(({ type }) => type === "SCALAR");
  return Object.entries(amountsOf(scalars)).map(([name, value]) => ({ name, type: "SCALAR", scalar: { value } }));
}
