// Resources as different readers expect them: with or without allocation, role before or after reservation refinement.
import { allocateTo, scalarOf } from "../../mesos/resources.ts";
import { normalise, printRanges } from "../../mesos/ranges.ts";
import type { Range, Resource } from "../../mesos/types.ts";
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

/** As in /state: `{"cpus": 4, "gpus": 0, "ports": "[9000-10000]"}`; the sum of many, the four basic scalars always. */
export function summarise(resources: Iterable<Resource>): Record<string, number | string> {
  // In thousandths, so that sums stay exact.
  const scalars: Record<string, number> = { disk: 0, mem: 0, gpus: 0, cpus: 0 };
  const ranges: Record<string, Range[]> = {};
  const sets: Record<string, string[]> = {};
  for (const { name, type, scalar, ranges: held, set } of resources) {
    if (type === "SCALAR") scalars[name] = (scalars[name] ?? 0) + Math.round((scalar?.value ?? 0) * 1000);
    else if (type === "RANGES") (ranges[name] ??= []).push(...(held?.range ?? []));
    else if (type === "SET") (sets[name] ??= []).push(...(set?.item ?? []));
  }
  const summary: Record<string, number | string> = scalars;
  for (const name in scalars) summary[name] = (scalars[name] ?? 0) / 1000;
  for (const [name, all] of Object.entries(ranges)) summary[name] = printRanges(normalise(all));
  for (const [name, items] of Object.entries(sets)) summary[name] = `{${items.sort().join(", ")}}`;
  return summary;
}

/** Only the scalars that are there, as in /roles. */
export function scalarsOf(resources: readonly Resource[]): Record<string, number> {
  const names = new Set(resources.filter(({ type }) => type === "SCALAR").map(({ name }) => name));
  return Object.fromEntries([...names].map((name) => [name, scalarOf(resources, name)]));
}
