import fc from "fast-check";
import { describe, expect, it } from "vitest";
import * as ranges from "../../src/mesos/ranges.ts";
import type { Range } from "../../src/mesos/types.ts";

const anyRange = fc.record({ begin: fc.nat({ max: 60 }), end: fc.nat({ max: 60 }) });
const anyRanges = fc.array(anyRange, { maxLength: 8 });

/** The same in the plainest way there is. */
function members(list: readonly Range[]): Set<number> {
  const result = new Set<number>();
  for (const { begin, end } of list) for (let n = begin; n <= end; n++) result.add(n);
  return result;
}

function expectNormalised(list: readonly Range[]): void {
  list.forEach(({ begin, end }, i) => {
    expect(begin).toBeLessThanOrEqual(end);
    const next = list[i + 1];
    if (next !== undefined) expect(next.begin).toBeGreaterThan(end + 1);
  });
}

describe("ranges", () => {
  it("are normalised: sorted, without overlaps, neighbours joined", () => {
    const list = [
      { begin: 20, end: 25 },
      { begin: 1, end: 3 },
      { begin: 4, end: 6 },
      { begin: 22, end: 30 },
      { begin: 9, end: 8 },
    ];
    expect(ranges.normalise(list)).toEqual([
      { begin: 1, end: 6 },
      { begin: 20, end: 30 },
    ]);
    expect(list[0]).toEqual({ begin: 20, end: 25 });
  });

  it("behave as the sets of their numbers do", () => {
    fc.assert(
      fc.property(anyRanges, anyRanges, (a, b) => {
        const [left, right] = [members(a), members(b)];
        const results = { union: ranges.union(a, b), subtract: ranges.subtract(a, b), both: ranges.intersect(a, b) };
        Object.values(results).forEach(expectNormalised);
        expect(members(results.union)).toEqual(new Set([...left, ...right]));
        expect(members(results.subtract)).toEqual(new Set([...left].filter((n) => !right.has(n))));
        expect(members(results.both)).toEqual(new Set([...left].filter((n) => right.has(n))));
        expect(ranges.contains(a, b)).toBe([...right].every((n) => left.has(n)));
        expect(ranges.size(a)).toBe(left.size);
        expect([...ranges.values(a)]).toEqual([...left].sort((x, y) => x - y));
        expect(ranges.includes(a, 30)).toBe(left.has(30));
      }),
    );
  });

  it("can be made from numbers", () => {
    expect(ranges.fromValues([7, 3, 4, 4, 5])).toEqual([
      { begin: 3, end: 5 },
      { begin: 7, end: 7 },
    ]);
  });

  it("print as Mesos writes them", () => {
    expect(ranges.printRanges([{ begin: 80, end: 80 }])).toBe("[80-80]");
    expect(
      ranges.printRanges([
        { begin: 9000, end: 9010 },
        { begin: 9020, end: 9030 },
      ]),
    ).toBe("[9000-9010, 9020-9030]");
    expect(ranges.printRanges([])).toBe("[]");
  });
});
