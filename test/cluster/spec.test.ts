import { describe, expect, it } from "vitest";
import { defaultClusterSpec, majority, overrideSpec } from "../../src/cluster/spec.ts";

describe("what a command line says", () => {
  it("goes over the spec", () => {
    const spec = defaultClusterSpec();
    expect(overrideSpec(spec, {})).toEqual(spec);
    expect(overrideSpec(spec, { name: "a-1", backend: "docker" })).toEqual({ ...spec, name: "a-1", backend: "docker" });
  });

  it.each(["", "A", "-a", "a-", "a/b", "..", "a".repeat(41)])("cannot name a cluster %j", (name) => {
    expect(() => overrideSpec(defaultClusterSpec(), { name })).toThrow(/^The cluster name/);
  });
});

describe("a majority", () => {
  it.each([
    [1, 1],
    [3, 2],
    [5, 3],
  ])("of %d is %d", (count, expected) => {
    expect(majority(count)).toBe(expected);
  });
});
