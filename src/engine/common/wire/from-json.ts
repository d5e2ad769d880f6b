// JSON to messages as Mesos converts it: null is absent, unknown fields are let through, numbers may be written as text,
// unknown names of an enumeration are absent where the field may be absent; the rest is refused in Mesos's words.
import type { Field, ScalarType, Schema } from "./definition.ts";

/** The value is not such a message; `message` is Mesos's own. */
export class ConversionError extends Error {}

type Message = Record<string, unknown>;

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
  for (const [key, given] of Object.entries(value)) {
    if (given === null) continue;
    const field = fields.get(key);
    const converted = field ? convertField(schema, field, given) : given;
    // Keys such as __proto__ must become fields, not change the object.
    if (converted !== undefined) Object.defineProperty(message, key, { value: converted, ...PLAIN });
  }
  return message;
}

const PLAIN = { enumerable: true, writable: true, configurable: true };

function convertField(schema: Schema, field: Field, given: unknown): unknown {
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

/** Paths of the required fields that a message lacks, as in `subscribe.framework_info.user` and `tasks[0].name`. */
function findMissing(schema: Schema, name: string, message: Message): string[] {
  const missing: string[] = [];
  const fields = [...schema.message(name).values()];
  for (const field of fields) {
    if (field.label === "required" && message[field.name] === undefined) missing.push(field.name);
  }
  for (const { name: fieldName, type } of fields) {
    const value = message[fieldName];
    if (!("message" in type) || value === undefined) continue;
    const items = Array.isArray(value)
      ? (value as Message[]).map((item, index) => ({ suffix: `[${index}]`, item }))
      : [{ suffix: "", item: value as Message }];
    for (const { suffix, item } of items) {
      const inner = findMissing(schema, type.message, item);
      missing.push(...inner.map((path) => `${fieldName}${suffix}.${path}`));
    }
  }
  return missing;
}
