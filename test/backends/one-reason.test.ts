import { describe, expect, it } from "vitest";
import { oneReason } from "../../src/backends/one-reason.ts";

describe("the reason why several things are waited for", () => {
  it("is that of the first which is not there, and is told when it changes", () => {
    const told: string[] = [];
    const [first, second] = oneReason(2, (reason) => told.push(reason));
    first?.("1 is silent");
    second?.("2 is silent");
    second?.("2 refuses");
    first?.("1 is silent");
    expect(told).toEqual(["1 is silent"]);
    first?.("1 refuses");
    first?.(undefined);
    expect(told).toEqual(["1 is silent", "1 refuses", "2 refuses"]);
    second?.(undefined);
    expect(told).toHaveLength(3);
  });
});
