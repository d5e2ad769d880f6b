import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { parseResources, printResources } from "../../src/cluster/resources-text.ts";
import { ConfigError } from "../../src/errors.ts";
import type { Resource } from "../../src/mesos/types.ts";
import { anyName, anyRanges, anyScalar } from "./arbitraries.ts";

const scalar = (name: string, value: number, role = "*"): Resource => ({
  name,
  type: "SCALAR",
  scalar: { value },
  role,
});

describe("resources", () => {
  it("are read as a real agent reads them", () => {
    expect(
      parseResources("cpus:24;mem:24576; disk:409600 ;ports:[21000-24000,30000-34000];bugs(debug_role):{a,b,c}"),
    ).toEqual([
      scalar("cpus", 24),
      scalar("mem", 24_576),
      scalar("disk", 409_600),
      {
        name: "ports",
        type: "RANGES",
        ranges: {
          range: [
            { begin: 21_000, end: 24_000 },
            { begin: 30_000, end: 34_000 },
          ],
        },
        role: "*",
      },
      { name: "bugs", type: "SET", set: { item: ["a", "b", "c"] }, role: "debug_role" },
    ]);
  });

  it("keep three decimals", () => {
    expect(parseResources("cpus:1.5123")).toEqual([scalar("cpus", 1.512)]);
    expect(parseResources('[{"name":"cpus","type":"SCALAR","scalar":{"value":0.1234567}}]')).toEqual([
      scalar("cpus", 0.123),
    ]);
  });

  it("may be reserved for a role", () => {
    expect(parseResources("cpus(prod/web):2;cpus:1")).toEqual([scalar("cpus", 2, "prod/web"), scalar("cpus", 1)]);
  });

  it("may be JSON", () => {
    const json = [
      { name: "cpus", type: "SCALAR", scalar: { value: 2 }, role: "prod" },
      { name: "ports", type: "RANGES", ranges: { range: [{ begin: 1, end: 2 }] } },
      { name: "disk", type: "SCALAR", scalar: { value: 9 }, disk: { source: { type: "PATH" } } },
      { name: "mem", type: "SCALAR", scalar: { value: 9 }, reservations: [{ type: "STATIC", role: "a" }] },
    ];
    expect(parseResources(JSON.stringify(json))).toEqual([
      json[0],
      { ...json[1], role: "*" },
      { ...json[2], role: "*" },
      json[3],
    ]);
  });

  it("are printed in the short form where it can say everything, else as JSON", () => {
    const short = "cpus(prod):2;mem:64.5;ports:[1-2, 7-9];bugs:{a, b}";
    expect(printResources(parseResources(short))).toBe(short);
    const disk = { ...scalar("disk", 9), disk: { source: { type: "PATH" } } };
    expect(printResources([disk])).toBe(JSON.stringify([disk]));
    expect(parseResources(printResources([disk]))).toEqual([disk]);
  });

  it.each([
    ["cpus", "Bad value for resources, missing or extra ':' in cpus"],
    ["cpus:1:2", "Bad value for resources, missing or extra ':' in cpus:1:2"],
    ["cpus:x", "Bad type for resource cpus value x type TEXT"],
    ["cpus:-1", "Bad type for resource cpus value -1 type TEXT"],
    ["cpus:0.0001", "Invalid scalar resource: value <= 0"],
    ["cpus)prod(:1", "Bad value for resources, mismatched parentheses in cpus)prod(:1"],
    ["cpus(/prod):1", "Role '/prod' cannot start with a slash"],
    ["cpus():1", "Role names cannot be the empty string"],
    ["cpus(a b):1", "Role component 'a b' is invalid because it contains backspace or whitespace"],
    ["cpus(-a):1", "Role component '-a' is invalid because it starts with a dash"],
    ["cpus(a/..):1", "Role 'a/..' cannot include '..' as a component"],
    ["ports:[1-x]", "Failed to parse resource ports value [1-x] error Expecting non-negative integers in '1'"],
    ["ports:[9-1]", "Expecting a range that does not end before it begins in '[9-1]'"],
    ["bugs:{a,a}", "Invalid set resource: duplicated elements"],
    ["cpus:1;cpus(prod):{a}", "Resources with the same name ('cpus') but different types are not allowed"],
    ["[1]", "Some JSON resources were not formatted properly"],
    ['[{"name":"cpus","type":"TEXT"}]', "Unsupported resource type"],
    ['[{"name":"cpus"}]', "not formatted properly: Expecting type to be SCALAR, RANGES or SET"],
    ['[{"name":"","type":"SCALAR","scalar":{"value":1}}]', "Empty resource name"],
    ['[{"name":"cpus","type":"SCALAR"}]', "Invalid scalar resource"],
    ['[{"name":"cpus","type":"SCALAR","scalar":{"value":"1"}}]', "not formatted properly: Expecting scalar to be"],
    ['[{"name":"p","type":"RANGES","ranges":{"range":[{"begin":3,"end":1}]}}]', "begin > end"],
    [
      '[{"name":"p","type":"RANGES","ranges":{"range":[{"begin":1,"end":5},{"begin":5,"end":6}]}}]',
      "Invalid ranges resource: overlapping ranges",
    ],
    [
      '[{"name":"disk","type":"SCALAR","scalar":{"value":1},"disk":{"persistence":{"id":"a"}}}]',
      "Persistent volumes cannot be specified at the command line",
    ],
    ['[{"name":"cpus","type":"SCALAR","scalar":{"value":1},"revocable":{}}]', "Revocable resources cannot be"],
    [
      '[{"name":"cpus","type":"SCALAR","scalar":{"value":1},"reservations":[{"type":"DYNAMIC","role":"a"}]}]',
      "Dynamic reservations cannot be specified at the command line",
    ],
    [
      '[{"name":"cpus","type":"SCALAR","scalar":{"value":1},"reservations":[{"type":"STATIC"}]}]',
      "'Resource.ReservationInfo.role' field must be set",
    ],
  ])("that a real agent refuses are refused: %s", (text, message) => {
    expect(() => parseResources(text)).toThrow(message);
    expect(() => parseResources(text)).toThrow(ConfigError);
  });

  it("are the same after printing and reading", () => {
    const role = fc.constantFrom("*", "prod", "prod/web");
    const resource: fc.Arbitrary<Resource> = fc.oneof(
      fc.record({
        name: anyName.map((name) => `s${name}`),
        type: fc.constant("SCALAR" as const),
        scalar: fc.record({ value: anyScalar }),
        role,
      }),
      fc.record({
        name: anyName.map((name) => `r${name}`),
        type: fc.constant("RANGES" as const),
        ranges: fc.record({ range: anyRanges }),
        role,
      }),
      fc.record({
        name: anyName.map((name) => `t${name}`),
        type: fc.constant("SET" as const),
        set: fc.record({ item: fc.uniqueArray(anyName) }),
        role,
      }),
    );
    fc.assert(
      fc.property(fc.array(resource), (resources) => {
        expect(parseResources(printResources(resources))).toEqual(resources);
        expect(parseResources(JSON.stringify(resources))).toEqual(resources);
      }),
    );
  });

  it("never fail in another way than by a ConfigError", () => {
    const value = fc.oneof(fc.integer(), fc.string(), fc.constant(null), fc.array(fc.anything()));
    const almost = fc.record(
      {
        name: fc.oneof(anyName, value),
        type: fc.oneof(fc.constantFrom("SCALAR", "RANGES", "SET", "TEXT"), value),
        scalar: fc.oneof(fc.record({ value }), value),
        ranges: fc.oneof(
          fc.record({ range: fc.array(fc.oneof(fc.record({ begin: value, end: value }), value)) }),
          value,
        ),
        set: fc.oneof(fc.record({ item: value }), value),
        role: value,
        reservations: fc.oneof(fc.array(fc.record({ type: value, role: value })), value),
      },
      { requiredKeys: ["name", "type"] },
    );
    const json = fc.array(almost).map((resources) => JSON.stringify(resources));
    const written = fc.oneof(fc.stringMatching(/^[cpus1.;:,[\]{}()-]*$/), fc.json(), json);
    fc.assert(
      fc.property(written, (text) => {
        try {
          parseResources(text);
        } catch (error) {
          expect(error).toBeInstanceOf(ConfigError);
        }
      }),
    );
  });
});
