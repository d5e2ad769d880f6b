import { expect, it } from "vitest";
import { takeChunk } from "../../../src/engine/common/send-pieces.ts";

const pieces = (...all: string[]): Iterator<string> => all[Symbol.iterator]();

it("takes as much as a write is worth", () => {
  const long = "x".repeat(64 * 1024);
  const all = pieces("a", long, "b");
  expect(takeChunk(all, Infinity)).toEqual({ chunk: `a${long}`, done: false });
  expect(takeChunk(all, Infinity)).toEqual({ chunk: "b", done: true });
});

it("takes one piece at least, and no more of them once its turn is over", () => {
  const all = pieces("a", "b");
  const overMs = performance.now() - 1000;
  expect(takeChunk(all, overMs)).toEqual({ chunk: "a", done: false });
  expect(takeChunk(all, overMs)).toEqual({ chunk: "b", done: false });
  expect(takeChunk(all, overMs)).toEqual({ chunk: "", done: true });
});
