import { describe, expect, it } from "vitest";
import fc from "fast-check";
import { firstDifference } from "./first-difference.ts";
import { lineDifference } from "./line-difference.ts";

const accept = { request: "call ACCEPT(LAUNCH)", status: 202, response: "" };
const running = { event: "UPDATE", status: { state: "TASK_RUNNING", has: ["uuid", "timestamp"] } };
const note = { note: "stream closed", value: true };

describe("the first difference", () => {
  it("is none between equal transcripts", () => {
    expect(firstDifference([accept, running], [accept, running])).toBeUndefined();
  });

  it.each([
    ["a value", [accept], [{ ...accept, status: 400 }], "call ACCEPT(LAUNCH): status recorded 202, answered 400"],
    [
      "a long text from shortly before the place",
      [{ ...accept, response: `${"x".repeat(100)}: yes` }],
      [{ ...accept, response: `${"x".repeat(100)}: no` }],
      `call ACCEPT(LAUNCH): response recorded "…${"x".repeat(38)}: yes", answered "…${"x".repeat(38)}: no"`,
    ],
    ["a note", [note], [{ ...note, value: false }], "stream closed: value recorded true, answered false"],
    [
      "an entry of a list",
      [running],
      [{ event: "UPDATE", status: { state: "TASK_RUNNING", has: ["uuid", "data", "timestamp"] } }],
      'UPDATE: status.has[1] recorded "timestamp", answered "data"',
    ],
    ["a field too many", [note], [{ ...note, more: 1 }], "stream closed: more answered 1, not recorded"],
    [
      "a field too few",
      [accept],
      [{ request: "call ACCEPT(LAUNCH)", status: 202 }],
      'call ACCEPT(LAUNCH): response recorded "", not answered',
    ],
    ["another entry", [accept], [running], "recorded call ACCEPT(LAUNCH) 202, answered UPDATE TASK_RUNNING"],
    ["an entry too few", [accept, running], [accept], "missing at the end: UPDATE TASK_RUNNING"],
    ["an entry too many", [accept], [accept, note], "more than is recorded: stream closed"],
    [
      "a scenario that cannot go on",
      [accept, running],
      [accept, { failed: "stream closed while waiting" }],
      'could not go on before UPDATE: "stream closed while waiting"',
    ],
  ])("names %s", (_, recorded, answered, difference) => {
    expect(firstDifference(recorded, answered)).toBe(difference);
  });
});

describe("the difference line by line", () => {
  const numbered = Array.from({ length: 20 }, (_, index) => `line ${index}`);

  it("is none between equal texts", () => {
    expect(lineDifference("a\nb", "a\nb")).toEqual([]);
  });

  it("shows what is replaced with three lines around it", () => {
    const changed = numbered.with(10, "changed");
    expect(lineDifference(numbered.join("\n"), changed.join("\n"))).toEqual([
      ...["  line 7", "  line 8", "  line 9", "- line 10", "+ changed", "  line 11", "  line 12", "  line 13"],
    ]);
  });

  it("says where lines are left out between two places", () => {
    const changed = numbered.with(0, "first").with(19, "last");
    expect(lineDifference(numbered.join("\n"), changed.join("\n"))).toEqual([
      ...["- line 0", "+ first", "  line 1", "  line 2", "  line 3", "  …"],
      ...["  line 16", "  line 17", "  line 18", "- line 19", "+ last"],
    ]);
  });

  it("accounts for every line of both texts", () => {
    const lines = fc.array(fc.constantFrom("a", "b", "c"), { maxLength: 3 });
    fc.assert(
      fc.property(lines, lines, (first, second) => {
        const shown = lineDifference(first.join("\n"), second.join("\n"));
        if (first.join("\n") === second.join("\n")) return;
        const withMark = (mark: string) => shown.filter((line) => [mark, " "].includes(line.charAt(0)));
        const text = (mark: string) =>
          withMark(mark)
            .map((line) => line.slice(2))
            .join("\n");
        expect([text("-"), text("+")]).toEqual([first.join("\n"), second.join("\n")]);
      }),
    );
  });
});
