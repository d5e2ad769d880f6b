// Resources as they appear in Mesos's own messages: "cpus(allocated: *):0.1; ports(allocated: *):[80-80]".
import { printRanges } from "./ranges.ts";
import { reservationsOf } from "./reservations.ts";
import type { Label, Resource } from "./types.ts";

/** Joins with "; "; nothing at all is "{}". */
export function printResources(resources: readonly Resource[]): string {
  return resources.length === 0 ? "{}" : resources.map(printResource).join("; ");
}

export function printResource(resource: Resource): string {
  const allocated = resource.allocation_info?.role === undefined ? "" : `(allocated: ${resource.allocation_info.role})`;
  const reservations = printReservations(resource);
  return `${resource.name}${allocated}${reservations}${printDisk(resource.disk)}${resource["shared"] === undefined ? "" : "<SHARED>"}:${printValue(resource)}`;
}

/** A scalar with up to 15 significant digits, as C++ prints a double. */
export function printScalar(value: number): string {
  return String(Number(value.toPrecision(15)));
}

function printValue(resource: Resource): string {
  switch (resource.type) {
    case "SCALAR":
      return printScalar(resource.scalar?.value ?? 0);
    case "RANGES":
      return printRanges(resource.ranges?.range ?? []);
    case "SET":
      return `{${(resource.set?.item ?? []).join(", ")}}`;
    case "TEXT":
      return "";
  }
}

function printReservations(resource: Resource): string {
  const reservations = reservationsOf(resource);
  if (reservations.length === 0) return "";
  const texts = reservations.map(({ type, role, principal, labels }) => {
    const parts = [type ?? "UNKNOWN", role ?? "", ...(principal === undefined ? [] : [principal])];
    return `(${[...parts, ...(labels ? [printLabels(labels.labels ?? [])] : [])].join(",")})`;
  });
  return `(reservations: [${texts.join(",")}])`;
}

const printLabels = (labels: readonly Label[]): string =>
  `{${labels.map(({ key, value }) => (value === undefined ? key : `${key}: ${value}`)).join(", ")}}`;

interface Disk {
  persistence?: { id?: string };
  volume?: { container_path?: string };
}

function printDisk(value: unknown): string {
  if (value === undefined) return "";
  const { persistence, volume } = value as Disk;
  const path = volume === undefined ? "" : `:${volume.container_path ?? ""}`;
  return `[${persistence?.id ?? ""}${path}]`;
}
