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

/** The same, of ranges that only are to be read: most are normalised already. */
function normalised(ranges: readonly Range[]): readonly Range[] {
  let previousEnd = -Infinity;
  for (const { begin, end } of ranges) {
    if (begin > end || begin <= previousEnd + 1) return normalise(ranges);
    previousEnd = end;
  }
  return ranges;
}

/** Numbers that are in `a` or in `b`. */
export function union(a: readonly Range[], b: readonly Range[]): Range[] {
  return normalise([...a, ...b]);
}

/** Numbers that are in `a` and not in `b`. */
export function subtract(a: readonly Range[], b: readonly Range[]): Range[] {
  const holes = normalised(b);
  const left: Range[] = [];
  for (const range of normalised(a)) addWithoutHoles(left, range, holes);
  return left;
}

/** Numbers that are in both. */
export function intersect(a: readonly Range[], b: readonly Range[]): Range[] {
  const others = normalised(b);
  return normalised(a).flatMap((range) =>
    others
      .map((other) => ({ begin: Math.max(range.begin, other.begin), end: Math.min(range.end, other.end) }))
      .filter((shared) => shared.begin <= shared.end),
  );
}

/** Whether every number of `b` is in `a`. */
export function contains(a: readonly Range[], b: readonly Range[]): boolean {
  const outer = normalised(a);
  return normalised(b).every((inner) => outer.some((range) => range.begin <= inner.begin && inner.end <= range.end));
}

/** Whether the number is in one of the ranges. */
export function includes(ranges: readonly Range[], value: number): boolean {
  for (const { begin, end } of ranges) if (begin <= value && value <= end) return true;
  return false;
}

/** How many numbers there are. */
export function size(ranges: readonly Range[]): number {
  let sum = 0;
  for (const { begin, end } of normalised(ranges)) sum += end - begin + 1;
  return sum;
}

/** The ranges that hold exactly these numbers. */
export function fromValues(values: readonly number[]): Range[] {
  return normalise(values.map((value) => ({ begin: value, end: value })));
}

/** The numbers in ascending order. Lazy: a range of ports may hold thousands. */
export function* values(ranges: readonly Range[]): Generator<number> {
  for (const { begin, end } of normalised(ranges)) {
    for (let value = begin; value <= end; value++) yield value;
  }
}

/** As Mesos writes them: `[9000-9010, 9020-9020]`. */
export function printRanges(ranges: readonly Range[]): string {
  return `[${ranges.map(({ begin, end }) => `${begin}-${end}`).join(", ")}]`;
}

/** Adds what is left of one range; `holes` are normalised. */
function addWithoutHoles(left: Range[], range: Range, holes: readonly Range[]): void {
  let begin = range.begin;
  for (const hole of holes) {
    if (hole.end < begin) continue;
    if (hole.begin > range.end) break;
    if (hole.begin > begin) left.push({ begin, end: hole.begin - 1 });
    begin = hole.end + 1;
  }
  if (begin <= range.end) left.push({ begin, end: range.end });
}
