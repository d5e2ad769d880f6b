// Resources as they appear in Mesos's own messages: "cpus(allocated: *):0.1; ports(allocated: *):[80-80]".
import { printRanges } from "./ranges.ts";
import type { Resource } from "./types.ts";

/** Joins with "; "; nothing at all is "{}". */
export function printResources(resources: readonly Resource[]): string {
  return resources.length === 0 ? "{}" : resources.map(printResource).join("; ");
}

export function printResource(resource: Resource): string {
  const allocated = resource.allocation_info?.role === undefined ? "" : `(allocated: ${resource.allocation_info.role})`;
  const reservations = printReservations(resource);
  return `${resource.name}${allocated}${reservations}${printDisk(resource.disk)}:${printValue(resource)}`;
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

interface Reservation {
  type?: string;
  role?: string;
  principal?: string;
}

/** A role other than "*" is the older way to write one static reservation. */
function printReservations(resource: Resource): string {
  let reservations = (resource.reservations ?? []) as Reservation[];
  if (reservations.length === 0 && resource.role !== undefined && resource.role !== "*") {
    reservations = [{ type: "STATIC", role: resource.role }];
  }
  if (reservations.length === 0) return "";
  const texts = reservations.map(({ type, role, principal }) => {
    const parts = [type ?? "UNKNOWN", role ?? "", ...(principal === undefined ? [] : [principal])];
    return `(${parts.join(",")})`;
  });
  return `(reservations: [${texts.join(",")}])`;
}

interface Disk {
  persistence?: { id?: string };
  volume?: { container_path?: string; mode?: string };
}

function printDisk(value: unknown): string {
  if (value === undefined) return "";
  const { persistence, volume } = value as Disk;
  const path = volume === undefined ? "" : `:${volume.container_path ?? ""}${volume.mode === "RO" ? ":ro" : ""}`;
  return `[${persistence?.id ?? ""}${path}]`;
}
