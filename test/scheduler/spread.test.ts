import fc from "fast-check";
import { expect, it } from "vitest";
import { ValueCounts } from "../../src/scheduler/spread.ts";

const change = fc.record({
  what: fc.constantFrom("know" as const, "add" as const, "forget" as const),
  value: fc.constantFrom("r1", "r2", "r3"),
});

it("knows the least number of instances that any value has, as if all were looked at", () => {
  fc.assert(
    fc.property(fc.array(change, { maxLength: 40 }), (changes) => {
      const counts = new ValueCounts();
      const plain = new Map<string, number>();
      for (const { what, value } of changes) {
        counts[what](value);
        if (what === "forget") plain.delete(value);
        else plain.set(value, (plain.get(value) ?? 0) + (what === "add" ? 1 : 0));
        expect(counts.size).toBe(plain.size);
        expect(counts.least).toBe(plain.size === 0 ? 0 : Math.min(...plain.values()));
        for (const name of ["r1", "r2", "r3"]) expect(counts.of(name)).toBe(plain.get(name) ?? 0);
      }
    }),
  );
});
