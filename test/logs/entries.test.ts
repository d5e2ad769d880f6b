import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { EntryAssembler, isSelected, mergeByTime, type Entry } from "../../src/logs/entries.ts";

const now = new Date(2026, 10, 21, 14).getTime();
const assemble = (source: string, lines: string[]): Entry[] => {
  const assembler = new EntryAssembler(source, () => now);
  return [...assembler.push(lines.map((text) => ({ text }))), ...assembler.flush()];
};
const glog = (second: number, text: string, level = "I") =>
  `${level}1121 13:00:${String(second).padStart(2, "0")}.000000 1 a.cpp:1] ${text}`;

describe("an entry", () => {
  it("has the lines that go on with it", () => {
    const lines = [glog(1, "one"), "  more", "  and more", glog(2, "two", "W")];
    expect(assemble("a", lines).map(({ lines, level }) => ({ lines, level }))).toEqual([
      { lines: lines.slice(0, 3), level: "I" },
      { lines: lines.slice(3), level: "W" },
    ]);
  });

  it("before the first time of a log is of that time, and without any of now", () => {
    const [first, second] = assemble("a", ["Starting", glog(5, "x")]);
    expect(first?.atMs).toBe(second?.atMs);
    expect(assemble("a", ["Starting"])[0]?.atMs).toBe(now);
  });

  it("takes the time of whoever keeps the log, where that has noted one", () => {
    const assembler = new EntryAssembler("a", () => now);
    assembler.push([{ text: glog(1, "x"), atMs: 77 }]);
    expect(assembler.flush()).toMatchObject([{ atMs: 77 }]);
  });

  it("is selected by time and level", () => {
    const [warning] = assemble("a", [glog(5, "x", "W")]);
    if (warning === undefined) throw new Error("no entry");
    expect(isSelected(warning, { level: "W", sinceMs: warning.atMs })).toBe(true);
    expect(isSelected(warning, { level: "E" })).toBe(false);
    expect(isSelected(warning, { sinceMs: warning.atMs + 1 })).toBe(false);
  });
});

const line = fc.oneof(
  fc.string(),
  fc.tuple(fc.integer({ min: 0, max: 59 }), fc.string(), fc.constantFrom("I", "W")).map((parts) => glog(...parts)),
);

describe("whatever is logged", () => {
  it("is all there, in its order, however it is cut", () => {
    fc.assert(
      fc.property(fc.array(fc.array(line)), (pieces) => {
        const assembler = new EntryAssembler("a", () => now);
        const entries = [
          ...pieces.flatMap((texts) => assembler.push(texts.map((text) => ({ text })))),
          ...assembler.flush(),
        ];
        expect(entries.flatMap(({ lines }) => lines)).toEqual(pieces.flat());
      }),
    );
  });

  it("is merged by time, and every log stays in its own order", () => {
    fc.assert(
      fc.property(fc.array(fc.array(line), { maxLength: 5 }), (logs) => {
        const each = logs.map((lines, index) => assemble(String(index), lines));
        const merged = mergeByTime(each);
        const times = merged.map(({ atMs }) => atMs);
        expect(times).toEqual(times.toSorted((a, b) => a - b));
        for (const [index, entries] of each.entries())
          expect(merged.filter(({ source }) => source === String(index))).toEqual(entries);
      }),
    );
  });
});
