// Arithmetic on lists of resources, as Mesos does it (src/common/resources.cpp): scalars with three decimals, ranges and
// sets by their members. Resources only add up, and only contain each other, when all that is not their value agrees:
// name, type, role, reservations, allocation, disk. No function changes its arguments.
import * as ranges from "./ranges.ts";
import type { Range, Resource } from "./types.ts";

const THOUSANDTHS = 1000;

/** A scalar as Mesos keeps it: rounded to three decimals. */
export function toScalar(value: number): number {
  return Math.round(value * THOUSANDTHS) / THOUSANDTHS;
}

export function scalarResource(name: string, value: number): Resource {
  return { name, type: "SCALAR", scalar: { value: toScalar(value) } };
}

export function rangesResource(name: string, range: readonly Range[]): Resource {
  return { name, type: "RANGES", ranges: { range: ranges.normalise(range) } };
}

/** The sum of `a` and `b`; what is empty vanishes. Order: that of `a`, then what only `b` has. */
export function addResources(a: readonly Resource[], b: readonly Resource[]): Resource[] {
  const result: Resource[] = [];
  for (const resource of a) addTo(result, resource);
  for (const resource of b) addTo(result, resource);
  return result;
}

/** Changes `result`. */
function addTo(result: Resource[], resource: Resource): void {
  if (isEmpty(resource)) return;
  const at = indexOfKind(result, resource);
  const held = result[at];
  if (held === undefined) result.push(resource);
  else result[at] = combine(held, resource, "add");
}

function indexOfKind(held: readonly Resource[], wanted: Resource): number {
  for (let at = 0; at < held.length; at++) {
    const one = held[at];
    if (one !== undefined && sameKind(one, wanted)) return at;
  }
  return -1;
}

/** `a` without `b`. Never goes below nothing: what `b` has beyond `a` is disregarded, so ask `containsResources` first. */
export function subtractResources(a: readonly Resource[], b: readonly Resource[]): Resource[] {
  const result = addResources(a, []);
  for (const taken of b) {
    const at = indexOfKind(result, taken);
    const held = result[at];
    if (held !== undefined) result[at] = combine(held, taken, "subtract");
  }
  return result.filter((resource) => !isEmpty(resource));
}

/** Whether `a` holds all of `b`. */
export function containsResources(a: readonly Resource[], b: readonly Resource[]): boolean {
  const held = addResources(a, []);
  return addResources(b, []).every((wanted) => held.some((have) => sameKind(have, wanted) && covers(have, wanted)));
}

/** The same resources, allocated to a role as in an offer; undefined takes the allocation away. */
export function allocateTo(role: string | undefined, resources: readonly Resource[]): Resource[] {
  return resources.map((resource) => {
    // Most are not allocated yet, and an object from which a field was deleted is slow from then on.
    if (role !== undefined && resource.allocation_info === undefined) return { ...resource, allocation_info: { role } };
    const result = { ...resource };
    delete result.allocation_info;
    return role === undefined ? result : { ...result, allocation_info: { role } };
  });
}

/** The sum of all scalars of that name, whatever their role. */
export function scalarOf(resources: readonly Resource[], name: string): number {
  const thousandths = resources.reduce(
    (sum, resource) => (resource.name === name ? sum + Math.round((resource.scalar?.value ?? 0) * THOUSANDTHS) : sum),
    0,
  );
  return thousandths / THOUSANDTHS;
}

/** The ports among the resources, whatever their role, normalised. */
export function portsOf(resources: readonly Resource[]): Range[] {
  return ranges.normalise(resources.flatMap((resource) => (resource.name === "ports" ? rangesOf(resource) : [])));
}

function isEmpty(resource: Resource): boolean {
  switch (resource.type) {
    case "SCALAR":
      return toScalar(resource.scalar?.value ?? 0) === 0;
    case "RANGES":
      return !rangesOf(resource).some(({ begin, end }) => begin <= end);
    case "SET":
      return itemsOf(resource).length === 0;
    case "TEXT":
      return true;
  }
}

function combine(a: Resource, b: Resource, operation: "add" | "subtract"): Resource {
  switch (a.type) {
    case "SCALAR": {
      const sign = operation === "add" ? 1 : -1;
      const value = toScalar((a.scalar?.value ?? 0) + sign * toScalar(b.scalar?.value ?? 0));
      return { ...a, scalar: { value: Math.max(0, value) } };
    }
    case "RANGES": {
      const change = operation === "add" ? ranges.union : ranges.subtract;
      return { ...a, ranges: { range: change(rangesOf(a), rangesOf(b)) } };
    }
    case "SET": {
      const change = new Set(itemsOf(b));
      const kept = itemsOf(a).filter((item) => !change.has(item));
      return { ...a, set: { item: operation === "add" ? [...kept, ...change].sort() : kept } };
    }
    case "TEXT":
      return a;
  }
}

function covers(a: Resource, b: Resource): boolean {
  switch (a.type) {
    case "SCALAR": {
      const [have, wanted] = [toScalar(a.scalar?.value ?? 0), toScalar(b.scalar?.value ?? 0)];
      // A volume is not divided.
      return persistenceOf(a) === undefined ? have >= wanted : have === wanted;
    }
    case "RANGES":
      return ranges.contains(rangesOf(a), rangesOf(b));
    case "SET":
      return itemsOf(b).every((item) => itemsOf(a).includes(item));
    case "TEXT":
      return false;
  }
}

const COMPARED_APART = new Set(["name", "type", "scalar", "ranges", "set", "role", "disk"]);

/** Whether two resources differ in their value at most. An absent role is "*". */
function sameKind(a: Resource, b: Resource): boolean {
  if (a.name !== b.name || a.type !== b.type || (a.role ?? "*") !== (b.role ?? "*")) return false;
  return sameDetails(a, b) && sameDetails(b, a) && (a.disk === b.disk || sameDisk(a, b));
}

interface Disk {
  persistence?: { id: string };
  source?: unknown;
}
const persistenceOf = (resource: Resource): string | undefined => (resource.disk as Disk | undefined)?.persistence?.id;

/** Where a volume is mounted is a matter of who uses it, and who made it does not matter. */
function sameDisk(a: Resource, b: Resource): boolean {
  if (persistenceOf(a) !== persistenceOf(b)) return false;
  return sameJson((a.disk as Disk | undefined)?.source, (b.disk as Disk | undefined)?.source);
}

/** Whether what `a` has beyond name, type, role and value is the same in `b`. */
function sameDetails(a: Resource, b: Resource): boolean {
  for (const key in a) if (!COMPARED_APART.has(key) && !sameJson(a[key], b[key])) return false;
  return true;
}

function sameJson(a: unknown, b: unknown): boolean {
  if (a === b) return true;
  if (typeof a !== "object" || typeof b !== "object" || a === null || b === null) return false;
  const left = a as Record<string, unknown>;
  const right = b as Record<string, unknown>;
  let fields = 0;
  for (const key in left) {
    if (!sameJson(left[key], right[key])) return false;
    fields++;
  }
  return fields === Object.keys(right).length;
}

function rangesOf(resource: Resource): Range[] {
  return resource.ranges?.range ?? [];
}

function itemsOf(resource: Resource): string[] {
  return resource.set?.item ?? [];
}
