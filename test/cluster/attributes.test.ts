import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { attributeText, parseAttributes, printAttributes } from "../../src/cluster/attributes.ts";
import { ConfigError } from "../../src/errors.ts";
import { anyName, anyRanges, anyScalar, anyText } from "./arbitraries.ts";

describe("attributes", () => {
  it("are read as a real agent reads them", () => {
    expect(parseAttributes("rack:r2d2;pod:demo,dev;zone:[1-3];load:2.5;ver:1.2.3")).toEqual([
      { name: "rack", type: "TEXT", text: { value: "r2d2" } },
      { name: "pod", type: "TEXT", text: { value: "demo,dev" } },
      { name: "zone", type: "RANGES", ranges: { range: [{ begin: 1, end: 3 }] } },
      { name: "load", type: "SCALAR", scalar: { value: 2.5 } },
      { name: "ver", type: "TEXT", text: { value: "1.2.3" } },
    ]);
  });

  it.each([
    ["", []],
    ["a:b;;c:d;", ["a=b", "c=d"]],
    ["a:b\nc:d", ["a=b", "c=d"]],
    ["a:b; c:d", ["a=b", " c=d"]],
    ["a:b;a:c", ["a=b", "a=c"]],
    ["url:http://x:1", ["url=http://x:1"]],
    ["motto:may the force", ["motto=maytheforce"]],
    ["level:010", ["level=10"]],
    ["level:1e3", ["level=1000"]],
    ["level:0x1F", ["level=31"]],
    ["level:+.5", ["level=0.5"]],
    ["level:2.", ["level=2"]],
    ["level:0.12345", ["level=0.123"]],
    ["cold:-5", ["cold=-5"]],
    ["far:inf", ["far=inf"]],
    ["odd:nan", ["odd=nan"]],
    ["shape:a(b)", ["shape=a(b)"]],
    ["keys:[5-7, 1-2,3-4]", ["keys=[1-7]"]],
    ["keys:[1-2,9-9]", ["keys=[1-2, 9-9]"]],
    ["none:[]", ["none=[]"]],
  ])("as odd as %j are read as Mesos reads them", (text, expected) => {
    expect(parseAttributes(text).map((attribute) => `${attribute.name}=${attributeText(attribute)}`)).toEqual(expected);
  });

  it.each([
    ["rack:{a,b}", "Bad type for attribute rack text {a,b} type SET"],
    ["rack", "Invalid attribute key:value pair 'rack'"],
    ["rack:", "Invalid attribute key:value pair 'rack:'"],
    [":r2d2", "Invalid attribute key:value pair ':r2d2'"],
    ["rack: ", "Failed to parse attribute rack text   error Expecting non-empty string"],
    ["rack:[1-2", "Failed to parse attribute rack text [1-2 error Mismatched brackets"],
    ["rack:a)b(", "Failed to parse attribute rack text a)b( error Mismatched brackets"],
    ["rack:a[1-2]", "Failed to parse attribute rack text a[1-2] error Unexpected '[' found"],
    ["rack:a{b}", "Failed to parse attribute rack text a{b} error Unexpected '{' found"],
    ["rack:[1-2,3]", 'Failed to parse attribute rack text [1-2,3] error Expecting one or more "ranges"'],
    ["rack:[a-b]", "Failed to parse attribute rack text [a-b] error Expecting non-negative integers in 'a'"],
    ["tiny:1e-310", "Failed to parse attribute tiny text 1e-310 error Subnormal values not supported"],
  ])("that a real agent aborts at are refused: %s", (text, message) => {
    expect(() => parseAttributes(text)).toThrow(message);
    expect(() => parseAttributes(text)).toThrow(ConfigError);
  });

  it("are the same after printing and reading", () => {
    const attribute = fc.oneof(
      fc.record({ name: anyName, type: fc.constant("TEXT" as const), text: fc.record({ value: anyText }) }),
      fc.record({ name: anyName, type: fc.constant("SCALAR" as const), scalar: fc.record({ value: anyScalar }) }),
      fc.record({ name: anyName, type: fc.constant("RANGES" as const), ranges: fc.record({ range: anyRanges }) }),
    );
    fc.assert(
      fc.property(fc.array(attribute), (attributes) => {
        expect(parseAttributes(printAttributes(attributes))).toEqual(attributes);
      }),
    );
  });

  it("never fail in another way than by a ConfigError", () => {
    fc.assert(
      fc.property(fc.stringMatching(/^[ab1.;:,[\]{}() \n-]*$/), (text) => {
        try {
          parseAttributes(text);
        } catch (error) {
          expect(error).toBeInstanceOf(ConfigError);
        }
      }),
    );
  });
});
