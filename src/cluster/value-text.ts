// The values of Mesos's text syntaxes, as its own parser reads them (docs/attributes-resources.md, src/common/values.cpp):
// `2.5` is a scalar, `[1-3,5-7]` ranges, `{a,b}` a set, anything else text.
import { normalise, printRanges } from "../mesos/ranges.ts";
import { printScalar } from "../mesos/print-resources.ts";
import type { Range } from "../mesos/types.ts";

/** A value in v1 JSON. */
export type MesosValue =
  | { type: "SCALAR"; scalar: { value: number } }
  | { type: "RANGES"; ranges: { range: Range[] } }
  | { type: "SET"; set: { item: string[] } }
  | { type: "TEXT"; text: { value: string } };

/** A value that Mesos's parser refuses; the message is Mesos's own, without a stop at its end. */
export class ValueTextError extends Error {
  override readonly name = "ValueTextError";
}

/**
 * Reads one value. Spaces do not count, ranges come out normalised; a number that is negative, infinite or not a number
 * is text, as in Mesos.
 * @throws ValueTextError
 */
export function parseValue(written: string): MesosValue {
  const text = written.replaceAll(" ", "");
  if (text === "") throw new ValueTextError("Expecting non-empty string");
  if (!["{}", "[]", "()"].every((pair) => bracketsMatch(text, pair))) throw new ValueTextError("Mismatched brackets");
  if (text.startsWith("[")) return { type: "RANGES", ranges: { range: parseRanges(text) } };
  if (text.includes("[")) throw new ValueTextError("Unexpected '[' found");
  if (text.startsWith("{")) return { type: "SET", set: { item: tokens(text, /[{},\n]+/) } };
  if (text.includes("{")) throw new ValueTextError("Unexpected '{' found");
  const number = parseNumber(text);
  return number === undefined ? { type: "TEXT", text: { value: text } } : { type: "SCALAR", scalar: { value: number } };
}

/** As Mesos prints it: scalars with three decimals at most, lists with ", ". */
export function printValue(value: MesosValue): string {
  switch (value.type) {
    case "SCALAR":
      return printScalar(Math.round(value.scalar.value * 1000) / 1000);
    case "RANGES":
      return printRanges(value.ranges.range);
    case "SET":
      return `{${value.set.item.join(", ")}}`;
    case "TEXT":
      return value.text.value;
  }
}

function parseRanges(text: string): Range[] {
  const ends = tokens(text, /[[\]\-,\n]+/);
  if (ends.length % 2 !== 0) throw new ValueTextError('Expecting one or more "ranges"');
  const ranges: Range[] = [];
  for (let i = 0; i < ends.length; i += 2) {
    const [begin, end] = [Number(ends[i]), Number(ends[i + 1])];
    const whole = [ends[i], ends[i + 1]].every((digits) => /^\d+$/.test(digits ?? ""));
    if (!whole || !Number.isSafeInteger(end) || !Number.isSafeInteger(begin)) {
      throw new ValueTextError(`Expecting non-negative integers in '${ends[i] ?? ""}'`);
    }
    // Mesos lets this pass here and goes on with a range that it later refuses or miscounts.
    if (begin > end) throw new ValueTextError(`Expecting a range that does not end before it begins in '${text}'`);
    ranges.push({ begin, end });
  }
  return normalise(ranges);
}

function parseNumber(text: string): number | undefined {
  if (!/^([+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?|0x[0-9a-f]+)$/i.test(text)) return undefined;
  const number = Number(text);
  if (!Number.isFinite(number) || number < 0) return undefined;
  if (number !== 0 && number < 2 ** -1022) throw new ValueTextError("Subnormal values not supported");
  return Math.abs(number);
}

function bracketsMatch(text: string, pair: string): boolean {
  let open = 0;
  for (const character of text) {
    if (character === pair[0]) open++;
    if (character === pair[1]) open--;
    if (open < 0) return false;
  }
  return open === 0;
}

function tokens(text: string, separators: RegExp): string[] {
  return text.split(separators).filter((token) => token !== "");
}
