// Arithmetic on ranges of whole numbers, such as ports. Both ends belong to a range. Every result is normalised: sorted,
// without overlaps, neighbours joined, as Mesos does it.
import type { Range } from "./types.ts";

/** The same numbers, normalised. Ranges that end before they begin are empty and vanish. */
export function normalise(ranges: readonly Range[]): Range[] {
  const sorted = ranges.filter((range) => range.begin <= range.end).sort((a, b) => a.begin - b.begin);
  const result: Range[] = [];
  for (const { begin, end } of sorted) {
    const last = result.at(-1);
    if (last !== undefined && begin <= last.end + 1) last.end = Math.max(last.end, end);
    else result.push({ begin, end });
  }
  return result;
}

/** Numbers that are in `a` or in `b`. */
export function union(a: readonly Range[], b: readonly Range[]): Range[] {
  return normalise([...a, ...b]);
}

/** Numbers that are in `a` and not in `b`. */
export function subtract(a: readonly Range[], b: readonly Range[]): Range[] {
  const holes = normalise(b);
  return normalise(a).flatMap((range) => withoutHoles(range, holes));
}

/** Numbers that are in both. */
export function intersect(a: readonly Range[], b: readonly Range[]): Range[] {
  const others = normalise(b);
  return normalise(a).flatMap((range) =>
    others
      .map((other) => ({ begin: Math.max(range.begin, other.begin), end: Math.min(range.end, other.end) }))
      .filter((shared) => shared.begin <= shared.end),
  );
}

/** Whether every number of `b` is in `a`. */
export function contains(a: readonly Range[], b: readonly Range[]): boolean {
  const outer = normalise(a);
  return normalise(b).every((inner) => outer.some((range) => range.begin <= inner.begin && inner.end <= range.end));
}

/** Whether the number is in one of the ranges. */
export function includes(ranges: readonly Range[], value: number): boolean {
  return ranges.some((range) => range.begin <= value && value <= range.end);
}

/** How many numbers there are. */
export function size(ranges: readonly Range[]): number {
  return normalise(ranges).reduce((sum, range) => sum + range.end - range.begin + 1, 0);
}

/** The ranges that hold exactly these numbers. */
export function fromValues(values: readonly number[]): Range[] {
  return normalise(values.map((value) => ({ begin: value, end: value })));
}

/** The numbers in ascending order. Lazy: a range of ports may hold thousands. */
export function* values(ranges: readonly Range[]): Generator<number> {
  for (const { begin, end } of normalise(ranges)) {
    for (let value = begin; value <= end; value++) yield value;
  }
}

/** As Mesos writes them: `[9000-9010, 9020-9020]`. */
export function printRanges(ranges: readonly Range[]): string {
  return `[${ranges.map(({ begin, end }) => `${begin}-${end}`).join(", ")}]`;
}

/** What is left of one range; `holes` are normalised. */
function withoutHoles(range: Range, holes: readonly Range[]): Range[] {
  const left: Range[] = [];
  let begin = range.begin;
  for (const hole of holes) {
    if (hole.end < begin) continue;
    if (hole.begin > range.end) break;
    if (hole.begin > begin) left.push({ begin, end: hole.begin - 1 });
    begin = hole.end + 1;
  }
  if (begin <= range.end) left.push({ begin, end: range.end });
  return left;
}
