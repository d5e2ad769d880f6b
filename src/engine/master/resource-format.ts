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

/** As in /state: `{"cpus": 4, "gpus": 0, "ports": "[9000-10000]"}`, the four basic scalars always. */
export function summarise(resources: readonly Resource[]): Record<string, number | string> {
  const summary: Record<string, number | string> = { disk: 0, mem: 0, gpus: 0, cpus: 0 };
  for (const { name, type } of resources) {
    if (type === "SCALAR") summary[name] = scalarOf(resources, name);
    else if (type === "RANGES") summary[name] = printRanges(rangesOf(resources, name));
    else if (type === "SET") summary[name] = `{${itemsOf(resources, name).join(", ")}}`;
  }
  return summary;
}

/** Only the scalars that are there, as in /roles. */
export function scalarsOf(resources: readonly Resource[]): Record<string, number> {
  const names = new Set(resources.filter(({ type }) => type === "SCALAR").map(({ name }) => name));
  return Object.fromEntries([...names].map((name) => [name, scalarOf(resources, name)]));
}

function rangesOf(resources: readonly Resource[], name: string): Range[] {
  return normalise(resources.flatMap((resource) => (resource.name === name ? (resource.ranges?.range ?? []) : [])));
}

function itemsOf(resources: readonly Resource[], name: string): string[] {
  return resources.flatMap((resource) => (resource.name === name ? (resource.set?.item ?? []) : [])).sort();
}
