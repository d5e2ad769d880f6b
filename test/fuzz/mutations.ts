// Small damage to messages: to values in their tree, and to the bytes that they are written as.
import type { Random } from "./random.ts";
import type { Json, JsonObject } from "./samples.ts";

/** Values of every type, and of none that a field expects. */
const STRANGE_VALUES: readonly Json[] = [
  ...[null, true, 0, -1, 1.5, 1e308, "", "text", "\ud800", "9".repeat(40)],
  ...[
    [],
    [null],
    [[1]],
    ["text"],
    {},
    { value: {} },
    { value: [] },
    JSON.parse(`{"__proto__":{"value":1},"toString":1}`) as Json,
  ],
];

/** A copy with one of its values, however deep, replaced, removed or doubled. */
export function damageTree(message: JsonObject, random: Random): JsonObject {
  const copy = structuredClone(message);
  const places = placesOf(copy);
  if (places.length === 0) return copy;
  const { holder, key } = random.pick(places);
  const value = holder[key] ?? null;
  if (random.chance(0.15)) Reflect.deleteProperty(holder, key);
  else if (random.chance(0.15)) holder[key] = [value, structuredClone(value)];
  else if (random.chance(0.1)) holder[`${key}_unknown`] = value;
  else holder[key] = structuredClone(random.pick(STRANGE_VALUES));
  return copy;
}

interface Place {
  holder: JsonObject;
  key: string;
}

/** Every field of every object in the tree. */
function placesOf(value: Json): Place[] {
  if (Array.isArray(value)) return value.flatMap(placesOf);
  if (typeof value !== "object" || value === null) return [];
  return Object.entries(value).flatMap(([key, below]) => [{ holder: value, key }, ...placesOf(below)]);
}

const TOKENS = [
  "{",
  "}",
  "[",
  "]",
  '"',
  "\\",
  ",",
  ":",
  "\n",
  "\u0000",
  "99999999999",
  "é",
  "null",
  "\r\n\r\n",
  "%00",
  "/../",
];

/** A copy with a few of its bytes changed, put in, left out, or repeated. */
export function damageBytes(bytes: Buffer, random: Random): Buffer {
  let damaged = Buffer.from(bytes);
  for (let times = 1 + random.below(4); times > 0; times--) {
    const at = random.below(damaged.length + 1);
    const to = Math.min(damaged.length, at + random.below(8));
    const before = damaged.subarray(0, at);
    const put = random.pick([
      Buffer.from(random.pick(TOKENS)),
      Buffer.from([random.below(256)]),
      Buffer.alloc(0),
      Buffer.concat([damaged.subarray(at, to), damaged.subarray(at, to)]),
    ]);
    damaged = random.chance(0.1) ? Buffer.from(before) : Buffer.concat([before, put, damaged.subarray(to)]);
  }
  return damaged;
}
