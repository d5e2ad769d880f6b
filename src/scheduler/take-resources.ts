// Out of what an offer holds, what a task needs: pieces that keep the role, reservation and allocation they were offered
// with, as a master wants them back.
import { fromValues } from "../mesos/ranges.ts";
import { rangesResource, scalarResource, toScalar } from "../mesos/resources.ts";
import type { Resource } from "../mesos/types.ts";

/** Resources that a task may simply use: no volumes, nothing that may be taken away again. */
export function usable(resources: readonly Resource[]): readonly Resource[] {
  return resources.every(isUsable) ? resources : resources.filter(isUsable);
}

function isUsable({ disk, revocable, shared }: Resource): boolean {
  return disk === undefined && revocable === undefined && shared === undefined;
}

/** Pieces of that amount, reserved resources first; undefined if there is not enough. */
export function takeScalar(offered: readonly Resource[], name: string, amount: number): Resource[] | undefined {
  let missing = toScalar(amount);
  const pieces: Resource[] = [];
  for (const resource of reservedFirst(offered.filter((one) => one.name === name))) {
    const piece = Math.min(missing, toScalar(resource.scalar?.value ?? 0));
    if (piece > 0) pieces.push({ ...resource, ...scalarResource(name, piece) });
    missing = toScalar(missing - piece);
  }
  return missing > 0 ? undefined : pieces;
}

/** Pieces that hold exactly these ports, which must have been offered. */
export function takePorts(offered: readonly Resource[], ports: readonly number[]): Resource[] {
  return reservedFirst(offered.filter(({ name }) => name === "ports")).flatMap((resource) => {
    const held = ports.filter((port) => resource.ranges?.range?.some(({ begin, end }) => begin <= port && port <= end));
    return held.length === 0 ? [] : [{ ...resource, ...rangesResource("ports", fromValues(held)) }];
  });
}

function reservedFirst(resources: readonly Resource[]): Resource[] {
  const isReserved = ({ role = "*", reservations = [] }: Resource) => role !== "*" || reservations.length > 0;
  return [...resources].sort((a, b) => Number(isReserved(b)) - Number(isReserved(a)));
}
