import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { described, JsonList, JsonParts, jsonPieces, whole } from "../../../src/engine/common/json-parts.ts";

const text = (value: unknown): string => [...jsonPieces(value)].join("");

/** The same value with its objects and arrays marked as parts. */
function inParts(value: unknown): unknown {
  if (Array.isArray(value)) return new JsonList(value.map(inParts));
  if (typeof value !== "object" || value === null) return value;
  return new JsonParts(Object.fromEntries(Object.entries(value).map(([name, field]) => [name, inParts(field)])));
}

describe("JSON in parts", () => {
  it("is the text that JSON.stringify gives", () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        expect(text(inParts(value))).toBe(JSON.stringify(value));
        expect(JSON.stringify(inParts(value))).toBe(JSON.stringify(value));
        expect(whole(new JsonList([inParts(value)]))).toEqual([value]);
      }),
    );
  });

  it("leaves out what is not there", () => {
    expect(text(new JsonParts({ a: undefined, b: 1, c: undefined }))).toBe('{"b":1}');
    expect(text(new JsonList([1, undefined]))).toBe("[1,null]");
  });

  it("describes an item when it is written", () => {
    const asked: number[] = [];
    const pieces = jsonPieces(new JsonList(described([1, 2], (item) => asked.push(item))));
    pieces.next();
    expect(asked).toEqual([1]);
  });
});
