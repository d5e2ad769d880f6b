// Random messages in their JSON shape, made from the definitions.
import fc from "fast-check";
import type { Field, ScalarType, Schema } from "../../../src/mesos/protobuf/definition.ts";

/** Required fields are always there, and up to three others; messages within messages up to `depth`. */
export function arbitraryMessage(schema: Schema, name: string, depth: number): fc.Arbitrary<object> {
  const fields = [...schema.message(name).values()];
  const required = fields.filter(({ label }) => label === "required");
  const others = fields.filter(({ label, type }) => label !== "required" && (depth > 0 || !("message" in type)));
  return fc.subarray(others, { maxLength: Math.min(3, others.length) }).chain((chosen) => {
    const shape = [...required, ...chosen].map(
      (field) => [field.name, arbitraryField(schema, field, depth - 1)] as const,
    );
    // Copied, since records of fast-check may have no prototype, which messages have.
    return fc.record(Object.fromEntries(shape)).map((message) => ({ ...message }));
  });
}

function arbitraryField(schema: Schema, field: Field, depth: number): fc.Arbitrary<unknown> {
  const value = arbitraryValue(schema, field, depth);
  // Protobuf does not tell an empty list from none.
  if (field.label === "repeated") return fc.array(value, { minLength: 1, maxLength: 2 });
  if (field.label !== "map") return value;
  return fc.dictionary(fc.string(), value, { minKeys: 1, maxKeys: 2, noNullPrototype: true });
}

function arbitraryValue(schema: Schema, { type }: Field, depth: number): fc.Arbitrary<unknown> {
  if ("message" in type) return arbitraryMessage(schema, type.message, depth);
  if ("enumeration" in type) return fc.constantFrom(...schema.enumeration(type.enumeration).keys());
  return SCALARS[type.scalar];
}

const SCALARS: Record<ScalarType, fc.Arbitrary<unknown>> = {
  string: fc.string({ unit: "grapheme" }),
  bytes: fc.uint8Array({ maxLength: 20 }).map((bytes) => Buffer.from(bytes).toString("base64")),
  bool: fc.boolean(),
  double: fc.double({ noNaN: true }),
  int32: fc.integer(),
  uint32: fc.nat(4_294_967_295),
  int64: fc.maxSafeInteger(),
  uint64: fc.maxSafeNat(),
};
