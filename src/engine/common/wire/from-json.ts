// JSON to messages as Mesos converts it: null is absent, unknown fields are let through, numbers may be written as text,
// unknown names of an enumeration are absent where the field may be absent; the rest is refused in Mesos's words.
import type { Field, ScalarType, Schema } from "../../../mesos/protobuf/definition.ts";
import { findMissing, type Message } from "../../../mesos/protobuf/required.ts";

/** The value is not such a message; `message` is Mesos's own. */
export class ConversionError extends Error {}

/**
 * A copy of `value` that is a message of that name.
 * @throws ConversionError, worst first: a field of the wrong type, then required fields that are missing, all at once.
 */
export function messageFromJson(schema: Schema, name: string, value: unknown): object {
  if (!isObject(value)) throw new ConversionError("Expecting a JSON object");
  const message = convertMessage(schema, name, value);
  const missing = findMissing(schema, name, message);
  if (missing.length > 0) throw new ConversionError(`Missing required fields: ${missing.join(", ")}`);
  return message;
}

const isObject = (value: unknown): value is Message =>
  typeof value === "object" && value !== null && !Array.isArray(value);

function convertMessage(schema: Schema, name: string, value: Message): Message {
  const fields = schema.message(name);
  const message: Message = {};
  // Parsed JSON has no fields but its own; a copy of all of them as pairs would cost as much as the rest.
  for (const key in value) {
    const given = value[key];
    if (given === null) continue;
    const field = fields.get(key);
    const converted = field ? convertField(schema, field, given) : given;
    if (converted !== undefined) setField(message, key, converted);
  }
  return message;
}

function setField(message: Message, key: string, value: unknown): void {
  // This key must become a field, not change the object.
  if (key !== "__proto__") message[key] = value;
  else Object.defineProperty(message, key, { value, enumerable: true, writable: true, configurable: true });
}

function convertField(schema: Schema, field: Field, given: unknown): unknown {
  if (field.label === "map") return convertMap(schema, field, given);
  if (!Array.isArray(given)) {
    const converted = convertValue(schema, field, given);
    return field.label === "repeated" && converted !== undefined ? [converted] : converted;
  }
  if (field.label !== "repeated") throw notExpecting("array", field);
  return given
    .filter((item) => item !== null)
    .map((item) => convertValue(schema, field, item))
    .filter((item) => item !== undefined);
}

function convertMap(schema: Schema, field: Field, given: unknown): Message {
  if (!isObject(given)) throw notExpecting(Array.isArray(given) ? "array" : typeof given, field);
  const map: Message = {};
  for (const [key, item] of Object.entries(given)) {
    const converted = item === null ? undefined : convertValue(schema, field, item);
    if (converted !== undefined) setField(map, key, converted);
  }
  return map;
}

function convertValue(schema: Schema, field: Field, given: unknown): unknown {
  const { type } = field;
  if (Array.isArray(given)) throw notExpecting("array", field);
  if (isObject(given)) {
    if (!("message" in type)) throw notExpecting("object", field);
    return convertMessage(schema, type.message, given);
  }
  if ("message" in type) throw notExpecting(typeof given, field);
  if ("enumeration" in type) {
    if (typeof given !== "string") throw notExpecting(typeof given, field);
    if (schema.enumeration(type.enumeration).has(given)) return given;
    if (field.label === "required") throw new ConversionError(`Failed to find enum for '${given}'`);
    return undefined;
  }
  return convertScalar(type.scalar, field, given);
}

function convertScalar(type: ScalarType, field: Field, given: unknown): unknown {
  if (type === "string" || type === "bytes") {
    if (typeof given !== "string") throw notExpecting(typeof given, field);
    if (type === "bytes" && !/^[A-Za-z0-9+/]*={0,2}$/.test(given.replace(/\s/g, "")))
      throw new ConversionError(
        `Failed to base64 decode bytes field '${field.name}': Invalid character in encoded string`,
      );
    return given;
  }
  if (type === "bool") {
    if (given === "true" || given === "false") return given === "true";
    if (typeof given === "string") throw unreadable("boolean", field, given);
    if (typeof given !== "boolean") throw notExpecting(typeof given, field);
    return given;
  }
  if (typeof given === "boolean") throw notExpecting("boolean", field);
  const number =
    typeof given === "string" && /^\s*-?\d+(\.\d+)?([eE][+-]?\d+)?\s*$/.test(given) ? Number(given) : given;
  if (typeof number !== "number") throw unreadable("number", field, String(number));
  if (type === "double") return number;
  return type.startsWith("u") ? Math.max(0, Math.trunc(number)) : Math.trunc(number);
}

function notExpecting(what: string, field: Field): ConversionError {
  return new ConversionError(`Not expecting a JSON ${what} for field '${field.name}'`);
}

function unreadable(what: string, field: Field, given: string): ConversionError {
  return new ConversionError(`Failed to parse '${given}' as a JSON ${what} for field '${field.name}'`);
}
